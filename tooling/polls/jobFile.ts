import { z } from 'zod';

const seconds = z.number().finite().nonnegative();

const job = z
	.object({
		seconds: z.number().finite().positive(),
		queuedSeconds: seconds.optional(),
		inferenceTime: z.number().optional(),
		progress: z.array(z.tuple([seconds, z.number()])).optional(),
	})
	.strict();

const jobFile = z
	.object({
		together: z.number().int().positive().default(1),
		roundTripSeconds: seconds.default(0),
		jobs: z.array(job).min(1),
	})
	.strict();

/** One job as the gateway knows it; times in seconds from its create. */
export type Job = Readonly<z.infer<typeof job>>;

/** Jobs of one model, begun in order, `together` at a time. */
export interface Jobs {
	readonly together: number;
	/** Of each poll; the gateway looks at the job after half of it. */
	readonly roundTripSeconds: number;
	readonly jobs: readonly Job[];
}

/**
 * Reads jobs from JSON text.
 *
 * @throws Error that names each place of the text that is wrong, and what is wrong there
 */
export function readJobs(text: string): Jobs {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw new Error(`It is not JSON: ${(error as Error).message}`);
	}
	const result = jobFile.safeParse(json);
	if (result.success) return result.data;
	const lines = result.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`);
	throw new Error(lines.join('\n'));
}

/** `jobs[3].seconds`. */
function placeOf(path: ReadonlyArray<string | number>): string {
	const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
	return text.replace(/^\./, '') || 'the file';
}
