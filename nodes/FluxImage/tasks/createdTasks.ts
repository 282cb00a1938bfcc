import { createHash } from 'node:crypto';

import type { TaskRef } from '../core/task';

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

type Tasks = Record<string, Remembered>;

/**
 * The tasks that the attempts at one execution have created, so that n8n's Retry On Fail and a
 * person's Retry pick them up instead of paying again. Only a task that ended as failed or cancelled
 * is forgotten.
 *
 * As an agent's tool the node has no run index that would tell a try from another call: n8n counts both
 * alike. There a run's tasks are handed on only where it failed, and to one run: a model that asks twice
 * for the same picture gets two.
 */
export class TaskMemory {
	/** What earlier attempts have handed on. */
	private readonly kept: Tasks;
	/** What this attempt has made or taken over: the same, but for a tool. */
	private readonly own: Tasks;

	constructor(
		context: Context,
		private readonly executionId: string,
		private readonly isTool = false,
	) {
		this.kept = (context[FIELD] ??= {}) as Tasks;
		this.own = isTool ? {} : this.kept;
	}

	/** The task that an earlier attempt created. */
	recall(identity: CreateIdentity): TaskRef | undefined {
		const key = this.keyOf(identity);
		const known = this.known(key);
		if (!known?.requestId) return undefined;
		if (this.isTool) delete this.kept[key];
		this.own[key] = known;
		return { requestId: known.requestId, modelId: known.modelId };
	}

	/**
	 * Whether an earlier attempt of this very execution sent a create that may have been accepted.
	 * n8n's Retry On Fail must not pay again on its own; a person's Retry is another execution, and
	 * the person was told.
	 */
	isDoubtful(identity: CreateIdentity): boolean {
		const known = this.known(this.keyOf(identity));
		return known?.requestId === '' && known.executionId === this.executionId;
	}

	remember(identity: CreateIdentity, { requestId, modelId }: TaskRef): void {
		this.own[this.keyOf(identity)] = { requestId, modelId, executionId: this.executionId };
	}

	rememberDoubt(identity: CreateIdentity, modelId: string): void {
		this.remember(identity, { requestId: '', modelId });
	}

	forget(identity: CreateIdentity): void {
		delete this.own[this.keyOf(identity)];
	}

	/** Hands on what this attempt knows, since it failed. */
	handOn(): void {
		Object.assign(this.kept, this.own);
	}

	private known(key: string): Remembered | undefined {
		return this.own[key] ?? this.kept[key];
	}

	private keyOf({ runIndex, itemIndex, payload }: CreateIdentity): string {
		const digest = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 32);
		return `${this.isTool ? 'tool' : runIndex}/${itemIndex}/${digest}`;
	}
}
