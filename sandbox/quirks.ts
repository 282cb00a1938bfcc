import { z } from 'zod';

/**
 * What the contracts leave open, or say in more than one way: each is a quirk that a test can set
 * for all new tasks (`sandbox.quirks.set`) or for one task by its prompt (`[quirk name=value]`).
 */
const quirksSchema = z
	.object({
		/**
		 * The words for the states. `documented`: the contract's own. `lowerCase` and `upperCase`
		 * turn these. `alternative`: the other words that occur. Or a word for each state.
		 */
		stateWords: z
			.union([
				z.enum(['documented', 'lowerCase', 'upperCase', 'alternative']),
				z
					.object({
						queued: z.string(),
						running: z.string(),
						completed: z.string(),
						failed: z.string(),
						cancelled: z.string(),
					})
					.partial(),
			])
			.default('documented'),
		/** How many reads of a running task show a state word that nobody knows. */
		unknownWordReads: z.number().int().min(0).default(0),
		/** How `error` of a failed task looks; `documented` is text (queue) or `{code, message}`. */
		errorForm: z
			.enum([
				'documented',
				'text',
				'object',
				'codeAndErrorMessage',
				/** The code as a number, and the message it has there (VTrix). */
				'numericCode',
				/** `error_message` at the top, and no `error` (VTrix). */
				'errorMessage',
				/** `fail_reason` at the top (ToAPIs). */
				'failReason',
			])
			.default('documented'),
		/** What stands at `error` when there is none. */
		successError: z.enum(['absent', 'null', 'empty']).default('absent'),
		/** Adds `provider_error` to failures (queue). */
		providerError: z.boolean().default(false),
		/** Adds `logs` to status replies (queue). */
		logs: z.boolean().default(false),
		/** Adds `progress` to status replies where the contract does not promise it. */
		progress: z.boolean().default(false),
		/** The pictures at `outputs[]`, or at `output[].content[]` (queue). */
		outputsForm: z.enum(['flat', 'content']).default('flat'),
		/** Leaves out all of `outputs[]` but `type` and `url` (queue). */
		bareOutputs: z.boolean().default(false),
		/** What the result read says of a failed task (queue). */
		failedResult: z.enum(['statusBody', 'errorReply']).default('statusBody'),
		/** Which of the contract's error shapes refusals take; `documented` picks by the refusal. */
		refusalShape: z
			.enum([
				'documented',
				'object',
				'numericCode',
				'text',
				'detail',
				'detailList',
				'statusObject',
				'success',
			])
			.default('documented'),
		/** Looks at the key even where there is no such path; else that is told to everybody. */
		keyBeforePath: z.boolean().default(false),
		/** A create that is answered with the finished task (VTrix, ToAPIs). */
		finishedAtOnce: z.boolean().default(false),
		/** Where ToAPIs puts the pictures. */
		picturesAt: z.enum(['result', 'data', 'url']).default('result'),
		/**
		 * Under which name ToAPIs gives the id; `data`: a create is answered with
		 * `{success, data: {task_id}}` alone; `none`: a finished task has no id at all.
		 */
		idField: z.enum(['id', 'task_id', 'data', 'none']).default('id'),
		/** How ToAPIs says that it does not know a task; `older`: as an older report has it. */
		unknownTask: z.enum(['documented', 'older']).default('documented'),
		/**
		 * What ToAPIs does with `client_business_id`: keeps it and finds the task by it, takes it and
		 * forgets it, or refuses a field that its page on FLUX does not list.
		 */
		clientBusinessId: z.enum(['kept', 'ignored', 'refused']).default('kept'),
		/** So many pictures fewer than were asked for come out of a task, but one (ToAPIs). */
		fewerPictures: z.number().int().min(0).default(0),
		/** A key without a limit: what remains is -1 (ToAPIs). */
		unlimitedQuota: z.boolean().default(false),
		/** How VTrix writes the price of a task; the last two mean that it is not told. */
		usageCost: z.enum(['text', 'number', 'empty', 'null']).default('text'),
		/** Under which name VTrix gives the id of a picture. */
		contentId: z.enum(['jobId', 'id', 'img_id']).default('jobId'),
		/** Adds the times of a finished task to its metadata (VTrix). */
		metadataTimes: z.boolean().default(false),
		/** A key that is not known gets 403 in place of 401 (VTrix). */
		badKeyIs403: z.boolean().default(false),
		/** Whether VTrix has the call for the price; where it does not, that is a 404. */
		price: z.boolean().default(false),
		/** Ids of models are spelled with hyphens, and no other spelling is known (queue). */
		hyphenatedModels: z.boolean().default(false),
		/** What `inference_time` holds, of which the contract tells no unit (queue). */
		inferenceTime: z.enum(['seconds', 'milliseconds', 'constant']).default('seconds'),
		/** Kontext takes a safety tolerance of 2 at most where there is an input image. */
		strictTolerance: z.boolean().default(false),
		/** Kontext answers a JPEG request with PNG bytes under a JPEG name and type. */
		jpegIsPng: z.boolean().default(false),
		/** Seconds from the request to cancel until the task is cancelled (queue). */
		cancelSeconds: z.number().min(0).default(0),
		/** A cancel is answered as usual, and the task runs on (queue; "when supported"). */
		cancelIgnored: z.boolean().default(false),
		/** The URLs in create replies point to a foreign host, which records who calls them (queue). */
		foreignReplyUrls: z.boolean().default(false),
	})
	.strict();

export type Quirks = z.infer<typeof quirksSchema>;
export type PartialQuirks = z.input<typeof quirksSchema>;

/** The behavior that the contracts document first. */
export const documentedQuirks: Readonly<Quirks> = quirksSchema.parse({});

/** Reads quirks that came as JSON. Throws a ZodError at an unknown name or value. */
export function parseQuirks(value: unknown): PartialQuirks {
	return quirksSchema.partial().parse(value) as PartialQuirks;
}

/** The quirks that new tasks get. */
export class QuirkSettings {
	private quirks: Quirks = { ...documentedQuirks };

	get current(): Readonly<Quirks> {
		return this.quirks;
	}

	/** Changes the named quirks for tasks created from now on. */
	set(changes: PartialQuirks): void {
		this.quirks = quirksSchema.parse({ ...this.quirks, ...changes });
	}

	/** The current quirks with changes for one task. */
	with(changes: PartialQuirks): Readonly<Quirks> {
		if (Object.keys(changes).length === 0) return this.quirks;
		return quirksSchema.parse({ ...this.quirks, ...changes });
	}

	/** Back to what the contracts document. */
	reset(): void {
		this.quirks = { ...documentedQuirks };
	}
}
