/** A task's state, whatever the gateway calls it. */
export type TaskStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** What names a task at its gateway. */
export interface TaskRef {
	/** The gateway's id of the task. */
	readonly requestId: string;
	/** The model's id on the wire; the queue gateways have it in the task's URLs. */
	readonly modelId: string;
}

/** Why a task ended without an image. */
export interface TaskFailure {
	/** The gateway's error type where it has one, else its error code. */
	readonly code: string;
	readonly message: string;
}

/** An image that a finished task made, where the gateway put it. */
export interface GeneratedImage {
	readonly url: string;
	readonly fileName?: string;
	readonly contentType?: string;
	/** Pixels. */
	readonly width?: number;
	readonly height?: number;
}

/** What one reply says of a task. */
export interface TaskState extends TaskRef {
	readonly status: TaskStatus;
	readonly queuePosition?: number;
	/** From 0 to 1. */
	readonly progress?: number;
	readonly failure?: TaskFailure;
	/** Present once the images are known; a queue gateway tells them only in the result. */
	readonly images?: readonly GeneratedImage[];
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
