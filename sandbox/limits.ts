import { z } from 'zod';
import { gateways, type Gateway } from './gateways';
import type { CallKind } from './ledger';
import { seededRandom, seedOf, type Random } from './random';
import { RateLimit } from './rateLimit';

const common = {
	/** Only this gateway; without it each gateway has a limit of its own. */
	gateway: z.enum(gateways).optional(),
	/** What the refusal says, text as it is and anything else as JSON. Default: the gateway's words. */
	body: z.unknown(),
};

/** Which calls count. Reads are those of states and results. */
const of = z.enum(['calls', 'creates', 'reads']).default('calls');
const seconds = z.number().min(0);

const limitRowSchema = z.discriminatedUnion('kind', [
	/** A bucket that fills steadily; a refusal names the wait unless `retryAfter` is false. */
	z
		.object({
			kind: z.literal('bucket'),
			of,
			perSecond: z.number().positive(),
			/** Default: one second's worth. */
			burst: z.number().min(1).optional(),
			retryAfter: z.boolean().default(true),
			/** `X-RateLimit-*` in all replies to calls that count. */
			headers: z.boolean().default(false),
			...common,
		})
		.strict(),
	/** So many calls in each window of time; windows follow each other from the start on. */
	z
		.object({
			kind: z.literal('window'),
			of,
			most: z.number().int().min(0),
			seconds: z.number().positive(),
			...common,
		})
		.strict(),
	/** Creates above so many unfinished tasks, of one model or of all together, are refused. */
	z
		.object({
			kind: z.literal('tasks'),
			most: z.number().int().min(0),
			model: z.string().optional(),
			...common,
		})
		.strict(),
	/** A share of calls, drawn at random by the sandbox's seed: the gateway is busy with others. */
	z
		.object({
			kind: z.literal('share'),
			of,
			share: z.number().min(0).max(1),
			retryAfterSeconds: seconds.optional(),
			...common,
		})
		.strict(),
	/** Everything is refused for a while, `fromSeconds` after the start. */
	z
		.object({
			kind: z.literal('closed'),
			of,
			fromSeconds: seconds.default(0),
			seconds,
			...common,
		})
		.strict(),
]);

/** One limit, as it is written. */
export type LimitRow = z.input<typeof limitRowSchema>;
type ParsedRow = z.infer<typeof limitRowSchema>;
type RowOf<Kind extends ParsedRow['kind']> = Extract<ParsedRow, { kind: Kind }>;

/** A call at the gateway's door. */
export interface Arrival {
	gateway: Gateway;
	call: CallKind;
	/** The model that a create names. */
	model: string | undefined;
	/** Unfinished tasks of the gateway, of one model or of all, those in the making included. */
	unfinished(model?: string): number;
}

/** What comes of a call at the door. */
export interface Admission {
	/** Why it is turned away, where it is. */
	refused?: { retryAfterSeconds?: number; body?: unknown };
	/** Headers of the reply, whatever it is. */
	headers: Readonly<Record<string, string>>;
}

/** What one limit does at one gateway. */
interface Limit {
	/** Whether the call is turned away, and for how long where that is told. */
	refuses(arrival: Arrival): { retryAfterSeconds?: number } | undefined;
	/** The call was let in by all limits. */
	count?(): void;
	headers?(arrival: Arrival): Record<string, string>;
}

/** What a limit needs of the world. */
interface World {
	nowMs(): number;
	random: Random;
}

const REFUSED = {};

const makers: { [Kind in ParsedRow['kind']]: (row: RowOf<Kind>, world: World) => Limit } = {
	bucket: ({ perSecond, burst, retryAfter, headers }, { nowMs }) => {
		const bucket = new RateLimit(perSecond, nowMs, burst);
		return {
			refuses() {
				const { waitSeconds } = bucket;
				if (waitSeconds === 0) return undefined;
				return retryAfter ? { retryAfterSeconds: waitSeconds } : REFUSED;
			},
			count: () => void bucket.take(),
			...(headers && { headers: ({ call }) => headersOf(bucket, call) }),
		};
	},
	window: ({ most, seconds: length }, { nowMs }) => {
		const startMs = nowMs();
		const indexNow = () => Math.floor((nowMs() - startMs) / (length * 1_000));
		let index = 0;
		let counted = 0;
		return {
			refuses() {
				if (indexNow() !== index) [index, counted] = [indexNow(), 0];
				return counted >= most ? REFUSED : undefined;
			},
			count: () => void counted++,
		};
	},
	tasks: ({ most, model }) => ({
		refuses: (arrival) =>
			arrival.call === 'create' &&
			(model === undefined || arrival.model === model) &&
			arrival.unfinished(model) >= most
				? REFUSED
				: undefined,
	}),
	share: ({ share, retryAfterSeconds }, { random }) => ({
		refuses: () =>
			random() < share ? (retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) : undefined,
	}),
	closed: ({ fromSeconds, seconds: length }, { nowMs }) => {
		const fromMs = nowMs() + fromSeconds * 1_000;
		return {
			refuses: () => (nowMs() >= fromMs && nowMs() < fromMs + length * 1_000 ? REFUSED : undefined),
		};
	},
};

/** As ToAPIs names them (docs/contracts/toapis.md#limits); Reset is in seconds, until the next call. */
function headersOf(bucket: RateLimit, call: CallKind): Record<string, string> {
	return {
		'x-ratelimit-limit': String(bucket.burst),
		'x-ratelimit-remaining': String(bucket.remaining),
		'x-ratelimit-reset': String(Math.ceil(bucket.waitSeconds)),
		'x-ratelimit-category': call === 'create' ? 'async_submit' : 'async_query',
	};
}

/** Whether a row is about this call at all. */
function concerns(row: ParsedRow, { gateway, call }: Arrival): boolean {
	if (row.gateway !== undefined && row.gateway !== gateway) return false;
	if (row.kind === 'tasks' || row.of === 'calls') return true;
	return row.of === 'creates' ? call === 'create' : call === 'status' || call === 'result';
}

/** A row with its books, those of each gateway apart. */
interface Loaded {
	row: ParsedRow;
	limitOf(gateway: Gateway): Limit;
}

/** The limits of all gateways. A call that one of them refuses counts in none. */
export class Limits {
	private loaded: Loaded[] = [];
	/** Creates that were let in and are not answered yet, with their models. */
	private readonly inTheMaking = new Set<Arrival>();

	constructor(
		private readonly nowMs: () => number,
		private readonly seed: number,
	) {}

	get rows(): LimitRow[] {
		return this.loaded.map(({ row }) => row);
	}

	/**
	 * Sets the limits anew: their time, tokens and counts begin now.
	 *
	 * @throws ZodError when a row makes no sense
	 */
	set(rows: LimitRow | LimitRow[]): void {
		const parsed = z.array(limitRowSchema).parse(Array.isArray(rows) ? rows : [rows]);
		this.loaded = parsed.map((row, index) => this.load(row, index));
	}

	/** No more limits. */
	clear(): void {
		this.loaded = [];
	}

	/** Lets a call in, or turns it away. A create that was let in is followed by `answered`. */
	admit(arrival: Arrival): Admission {
		const unfinished = (model?: string) => arrival.unfinished(model) + this.made(arrival, model);
		const call = { ...arrival, unfinished };
		const concerned = this.loaded.filter(({ row }) => concerns(row, call));
		const limits = concerned.map(({ row, limitOf }) => ({ row, limit: limitOf(call.gateway) }));
		const headers = () =>
			Object.assign(
				{},
				...limits.map(({ limit }) => limit.headers?.(call)),
			) as Admission['headers'];
		for (const { row, limit } of limits) {
			const refused = limit.refuses(call);
			if (refused) return { refused: { ...refused, body: row.body }, headers: headers() };
		}
		for (const { limit } of limits) limit.count?.();
		if (arrival.call === 'create') this.inTheMaking.add(arrival);
		return { headers: headers() };
	}

	/** A create is answered: its task is there, or will never be. */
	answered(arrival: Arrival): void {
		this.inTheMaking.delete(arrival);
	}

	private made({ gateway }: Arrival, model: string | undefined): number {
		const isSuch = (other: Arrival) =>
			other.gateway === gateway && (model === undefined || other.model === model);
		return [...this.inTheMaking].filter(isSuch).length;
	}

	private load(row: ParsedRow, index: number): Loaded {
		const limitOf = (gateway: Gateway): Limit => {
			const random = seededRandom(seedOf(this.seed, 'limit', index, gateway));
			const make = makers[row.kind] as (row: ParsedRow, world: World) => Limit;
			return make(row, { nowMs: this.nowMs, random });
		};
		const limits = new Map(gateways.map((gateway) => [gateway, limitOf(gateway)]));
		return { row, limitOf: (gateway) => limits.get(gateway)! };
	}
}
