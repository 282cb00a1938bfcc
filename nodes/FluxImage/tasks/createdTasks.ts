import { createHash } from 'node:crypto';

import type { KnownTask } from '../core/task';

/** The field of the node's context that is ours. */
const FIELD = 'fluxImageTasks';

/** What is kept of an order. */
interface CreatedTask {
	readonly modelId: string;
	/** The task; '' from before its create is sent until its id is known: it may be paid by then. */
	readonly requestId: string;
	/** The addresses of its pictures, where the create told them and no id: they are all there is of it. */
	readonly pictures?: readonly string[];
	/** The execution that sent the create; absent where n8n gives none. */
	readonly executionId?: string;
	/** The digest of the order's origin. */
	readonly origin: string;
}

/** A node's context: a plain object that n8n keeps through attempts and saves with the execution. */
type Context = Record<string, unknown>;

/** What makes an order the same order. */
export interface OrderKey {
	/** n8n's run index of the node: a loop's next turn is another order. */
	readonly runIndex: number;
	/** Index of the item: equal prompts in two items are two orders. */
	readonly itemIndex: number;
	/** What the order comes from, before any expression is evaluated: parameters, account, input item. */
	readonly origin: unknown;
	/** Everything that is sent, images by their digest. It tells the calls of an agent's tool apart. */
	readonly payload: unknown;
}

type Tasks = Record<string, CreatedTask>;

/**
 * The tasks that the attempts at one execution have created, so that n8n's Retry On Fail and a
 * person's Retry pick them up instead of paying again. Only a task that ended as failed or cancelled
 * is forgotten.
 *
 * Within an execution the run and the item name the order, whatever is sent: a random seed, or the
 * time in a prompt, changes with each attempt. A person's Retry is another execution, of a workflow
 * that may have been changed: there the order is the same where its origin is.
 *
 * As an agent's tool the node has no run index that would tell a try from another call: n8n counts both
 * alike, so the payload names the order. A run's tasks are handed on only where it failed, and to one
 * run: a model that asks twice for the same picture gets two.
 */
export class CreatedTasks {
	/** What earlier attempts have handed on. */
	private readonly kept: Tasks;
	/** What this attempt has made or taken over: the same, but for a tool. */
	private readonly own: Tasks;

	constructor(
		context: Context,
		private readonly executionId: string | undefined,
		private readonly isTool = false,
	) {
		this.kept = (context[FIELD] ??= {}) as Tasks;
		this.own = isTool ? {} : this.kept;
	}

	/** The task that an earlier attempt created. */
	get(key: OrderKey): KnownTask | undefined {
		const known = this.find(key);
		if (!known?.requestId && !known?.pictures) return undefined;
		const name = this.nameOf(key);
		if (this.isTool) delete this.kept[name];
		this.own[name] = known;
		const { requestId, modelId, pictures } = known;
		if (!pictures) return { requestId, modelId };
		const images = pictures.map((url) => ({ url }));
		return { requestId, modelId, status: 'completed', images, raw: null };
	}

	/**
	 * Whether an earlier attempt of this very execution sent a create whose outcome is unknown.
	 * n8n's Retry On Fail must not pay again on its own; a person's Retry is another execution, and
	 * the person was told.
	 */
	isUncertain(key: OrderKey): boolean {
		const known = this.find(key);
		return known?.requestId === '' && !known.pictures && known.executionId === this.executionId;
	}

	/** Before the create is sent: from now on it may be paid. */
	begin(key: OrderKey, modelId: string): void {
		this.set(key, { requestId: '', modelId });
	}

	/** The id of the task has come. */
	set(key: OrderKey, { requestId, modelId, images }: KnownTask): void {
		const { executionId } = this;
		const pictures = requestId === '' ? images?.map(({ url }) => url) : undefined;
		this.own[this.nameOf(key)] = {
			requestId,
			modelId,
			...(pictures?.every(isAddress) ? { pictures } : {}),
			origin: digestOf(key.origin),
			...(executionId === undefined ? {} : { executionId }),
		};
	}

	/** The order may be paid again: its create was refused, or its task ended badly. */
	delete(key: OrderKey): void {
		delete this.own[this.nameOf(key)];
	}

	/** Hands on what this attempt knows, since it failed. */
	publish(): void {
		Object.assign(this.kept, this.own);
	}

	private find(key: OrderKey): CreatedTask | undefined {
		const name = this.nameOf(key);
		const known = this.own[name] ?? this.kept[name];
		if (!known || this.isTool || known.executionId === this.executionId) return known;
		return known.origin === digestOf(key.origin) ? known : undefined;
	}

	private nameOf({ runIndex, itemIndex, payload }: OrderKey): string {
		return this.isTool ? `tool/${itemIndex}/${digestOf(payload)}` : `${runIndex}/${itemIndex}`;
	}
}

/** Not the picture itself: n8n saves with the execution what is kept. */
const isAddress = (url: string) => !/^data:/i.test(url);

/** Half of a SHA-256: enough to tell the orders of one node apart. */
const digestOf = (value: unknown) =>
	createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
