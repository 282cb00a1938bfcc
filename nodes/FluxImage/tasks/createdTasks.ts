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
export interface OrderKey {
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
export class CreatedTasks {
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
	get(key: OrderKey): TaskRef | undefined {
		const name = this.nameOf(key);
		const known = this.known(name);
		if (!known?.requestId) return undefined;
		if (this.isTool) delete this.kept[name];
		this.own[name] = known;
		return { requestId: known.requestId, modelId: known.modelId };
	}

	/**
	 * Whether an earlier attempt of this very execution sent a create that may have been accepted.
	 * n8n's Retry On Fail must not pay again on its own; a person's Retry is another execution, and
	 * the person was told.
	 */
	isUncertain(key: OrderKey): boolean {
		const known = this.known(this.nameOf(key));
		return known?.requestId === '' && known.executionId === this.executionId;
	}

	set(key: OrderKey, { requestId, modelId }: TaskRef): void {
		this.own[this.nameOf(key)] = { requestId, modelId, executionId: this.executionId };
	}

	setUncertain(key: OrderKey, modelId: string): void {
		this.set(key, { requestId: '', modelId });
	}

	delete(key: OrderKey): void {
		delete this.own[this.nameOf(key)];
	}

	/** Hands on what this attempt knows, since it failed. */
	publish(): void {
		Object.assign(this.kept, this.own);
	}

	private known(name: string): Remembered | undefined {
		return this.own[name] ?? this.kept[name];
	}

	private nameOf({ runIndex, itemIndex, payload }: OrderKey): string {
		const digest = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 32);
		return `${this.isTool ? 'tool' : runIndex}/${itemIndex}/${digest}`;
	}
}
