/** A task's state, whatever the gateway calls it. */
export type TaskStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** What names a task at its gateway. */
export interface TaskRef {
	/**
	 * The gateway's id of the task. Empty in one case: a create that was answered with the finished
	 * pictures and no id, so that nothing can be asked about it later.
	 */
	readonly requestId: string;
	/** The model's id on the wire; the queue gateways have it in the task's URLs. */
	readonly modelId: string;
}

/** How texts call a task. */
export const taskName = ({ requestId }: TaskRef) => requestId || 'without an ID';

/** Why a task ended without an image. */
export interface TaskFailure {
	/** The gateway's error type where it has one, else its error code. */
	readonly code: string;
	readonly message: string;
}

/** An image that a finished task made, where the gateway put it. */
export interface GeneratedImage {
	/** Its address, or the picture itself as a `data:` URI where the gateway sent it in the reply. */
	readonly url: string;
	readonly fileName?: string;
	readonly contentType?: string;
	/** Pixels. */
	readonly width?: number;
	readonly height?: number;
	/** The gateway's own filter found something in it: it is often black. */
	readonly flagged?: boolean;
}

/** Whether an image came within the reply itself: nothing else holds it. */
export const isEmbedded = ({ url }: Pick<GeneratedImage, 'url'>): boolean => /^data:/i.test(url);

/** What one reply says of a task. */
export interface TaskState extends TaskRef {
	readonly status: TaskStatus;
	/** The gateway's own word for the status, as it came; a time-out names the last one. */
	readonly word?: string;
	readonly queuePosition?: number;
	/** From 0 to 1. */
	readonly progress?: number;
	readonly failure?: TaskFailure;
	/** Present once the images are known; a queue gateway tells them only in the result. */
	readonly images?: readonly GeneratedImage[];
	/**
	 * Pictures beside a word that says that the task still runs: perhaps previews, perhaps all there
	 * will be. They come out, with a hint, only where the last look finds nothing better.
	 */
	readonly partialImages?: readonly GeneratedImage[];
	/** An error that stands beside finished pictures: it is a hint, the pictures are the result. */
	readonly warning?: TaskFailure;
	/**
	 * A word of success beside an error and without a picture, from a gateway whose success means
	 * success: the failure counts only if it is still there after the time of a lag.
	 */
	readonly mayChange?: true;
	/** Seconds that the model worked, as the gateway measured them. */
	readonly metrics?: { readonly inferenceTime: number };
	/** What the task cost; the cost is a decimal string in USD (docs/contracts/vtrix.md#result). */
	readonly usage?: { readonly cost?: string; readonly discount?: number };
	/** When the image's URL ends, ISO 8601. */
	readonly expiresAt?: string;
	/** The reply as the gateway sent it, redacted. */
	readonly raw: unknown;
}

/** The states that a task never leaves. */
export const ENDED: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'cancelled']);

/** A task as far as it is known: before its first reply there is no state. */
export type KnownTask = TaskRef & Partial<TaskState>;

/** Whether the last reply about a task says that it has ended. */
export const hasEnded = (task: KnownTask): task is TaskState =>
	task.status !== undefined && ENDED.has(task.status);
