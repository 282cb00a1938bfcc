import { createHash } from 'node:crypto';

import type { TaskRef } from './task';

/** The field of the node's context that is ours. */
const FIELD = 'fluxImageTasks';

/** What is remembered of a create. */
interface Remembered {
	readonly modelId: string;
	/** The task, or '' where its create may have been accepted but no id came back. */
	readonly requestId: string;
	/** The execution that sent the create. */
	readonly executionId: string;
}

/** A node's context: a plain object that n8n keeps through attempts and saves with the execution. */
type Context = Record<string, unknown>;

/** What makes a create the same create. */
export interface CreateIdentity {
	/** n8n's run index of the node: a loop's next turn is another create. */
	readonly runIndex: number;
	/** Index of the item: equal prompts in two items are two creates. */
	readonly itemIndex: number;
	/** Everything that is sent, images by their digest: another payload is another create. */
	readonly payload: unknown;
}

/**
 * The tasks that the attempts at one execution have created, so that n8n's Retry On Fail and a
 * person's Retry pick them up instead of paying again. Only a task that ended as failed or cancelled
 * is forgotten.
 */
export class TaskMemory {
	private readonly tasks: Record<string, Remembered>;

	constructor(
		context: Context,
		private readonly executionId: string,
	) {
		this.tasks = (context[FIELD] ??= {}) as Record<string, Remembered>;
	}

	/** The task that an earlier attempt created. */
	recall(identity: CreateIdentity): TaskRef | undefined {
		const known = this.tasks[keyOf(identity)];
		return known?.requestId ? { requestId: known.requestId, modelId: known.modelId } : undefined;
	}

	/**
	 * Whether an earlier attempt of this very execution sent a create that may have been accepted.
	 * n8n's Retry On Fail must not pay again on its own; a person's Retry is another execution, and
	 * the person was told.
	 */
	isDoubtful(identity: CreateIdentity): boolean {
		const known = this.tasks[keyOf(identity)];
		return known?.requestId === '' && known.executionId === this.executionId;
	}

	remember(identity: CreateIdentity, { requestId, modelId }: TaskRef): void {
		this.tasks[keyOf(identity)] = { requestId, modelId, executionId: this.executionId };
	}

	rememberDoubt(identity: CreateIdentity, modelId: string): void {
		this.remember(identity, { requestId: '', modelId });
	}

	forget(identity: CreateIdentity): void {
		delete this.tasks[keyOf(identity)];
	}
}

function keyOf({ runIndex, itemIndex, payload }: CreateIdentity): string {
	const digest = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 32);
	return `${runIndex}/${itemIndex}/${digest}`;
}
