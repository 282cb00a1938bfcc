import { z } from 'zod';
import { pictureFaults, replyFaults } from './faultNames';
import { gateways, type Gateway } from './gateways';
import { callKinds, type CallKind } from './ledger';
import { seededRandom, seedOf, type Random } from './random';

const faultRowSchema = z
	.object({
		call: z.enum([...callKinds, 'any']),
		gateway: z.enum(gateways).optional(),
		/** Only calls whose task, or whose create's body, has this text in its prompt. */
		promptIncludes: z.string().optional(),
		/**
		 * Before: the call does not do its work. After: it does (a create is accepted and billed),
		 * then the reply is broken. Default: before for creates, after for all other calls.
		 */
		when: z.enum(['beforeAcceptance', 'afterAcceptance']).optional(),
		/** The first call that is hit, counted from 1 over the calls that match. */
		nth: z.number().int().min(1).optional(),
		/** How many calls are hit, from the first or from the nth on. Default: 1 with `nth`, else all. */
		times: z.number().int().min(1).optional(),
		/** Counts `nth` and `times` for each task apart. */
		perTask: z.boolean().optional(),
		/** Hits each of the calls thus chosen with this probability (seeded). */
		probability: z.number().min(0).max(1).optional(),
		fault: z.union([
			z.enum([...replyFaults, ...pictureFaults]),
			z.object({
				statusCode: z.number().int().min(200).max(599),
				headers: z.record(z.string()).optional(),
				/** Text is sent as it is, anything else as JSON. */
				body: z.unknown(),
			}),
		]),
		/** For `429-seconds`, `429-date`, and as an addition to `503`. Default 1, for 503 none. */
		retryAfterSeconds: z.number().min(0).optional(),
		/** For `redirect`. Default: an address on the picture host that records the call. */
		location: z.string().optional(),
		/** For `slowDrip`: milliseconds between pieces of 16 bytes. Default 20. */
		dripMs: z.number().min(1).optional(),
	})
	.strict();

/** One row of the fault program. */
export type FaultRow = z.infer<typeof faultRowSchema>;

/** A moment at which a fault may strike. */
export interface Occasion {
	call: CallKind;
	gateway: Gateway | null;
	taskId: string | null;
	prompt: string;
	when: NonNullable<FaultRow['when']>;
}

interface LoadedRow {
	row: FaultRow;
	random: Random;
	/** Matching calls so far, by task where the row counts so. */
	seen: Map<string, number>;
}

/** The faults to come. The first row that applies to a call is played. */
export class FaultProgram {
	private loaded: LoadedRow[] = [];
	private rowsEver = 0;

	constructor(private readonly seed: number) {}

	get rows(): FaultRow[] {
		return this.loaded.map(({ row }) => row);
	}

	/** Adds rows behind those there. Throws a ZodError when a row makes no sense. */
	add(rows: FaultRow | FaultRow[]): void {
		for (const row of z.array(faultRowSchema).parse(Array.isArray(rows) ? rows : [rows])) {
			const random = seededRandom(seedOf(this.seed, 'fault', this.rowsEver++));
			this.loaded.push({ row, random, seen: new Map() });
		}
	}

	/** No more faults. */
	clear(): void {
		this.loaded = [];
	}

	/** The row to play now, if any. Counts the call in every row that it matches. */
	take(occasion: Occasion): FaultRow | undefined {
		let taken: FaultRow | undefined;
		for (const loaded of this.loaded) {
			if (!matches(loaded.row, occasion)) continue;
			const strikes = isDue(loaded, occasion);
			taken ??= strikes ? loaded.row : undefined;
		}
		return taken;
	}
}

function matches(row: FaultRow, occasion: Occasion): boolean {
	const when = row.when ?? (occasion.call === 'create' ? 'beforeAcceptance' : 'afterAcceptance');
	return (
		when === occasion.when &&
		(row.call === 'any' || row.call === occasion.call) &&
		(row.gateway === undefined || row.gateway === occasion.gateway) &&
		(row.promptIncludes === undefined || occasion.prompt.includes(row.promptIncludes))
	);
}

function isDue({ row, random, seen }: LoadedRow, occasion: Occasion): boolean {
	const counter = row.perTask ? (occasion.taskId ?? '') : '';
	const count = (seen.get(counter) ?? 0) + 1;
	seen.set(counter, count);
	const first = row.nth ?? 1;
	const times = row.times ?? (row.nth === undefined ? Infinity : 1);
	if (count < first || count >= first + times) return false;
	return row.probability === undefined || random() < row.probability;
}

/** The name of a row's fault, for the ledger. */
export function faultTitle(row: FaultRow): string {
	return typeof row.fault === 'string' ? row.fault : `reply ${row.fault.statusCode}`;
}
