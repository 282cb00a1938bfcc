import { isOnlyBegun, type OrderRow } from '../accounts/orders';
import { omitUndefined } from '../core/json';
import type { TaskRef } from '../core/task';
import { digestOf, type OrderKey, type Paid, type Reuse } from './order';

/** The fields of the node's context that are ours: the rows of attempts, and orders paid for in vain. */
const FIELD = 'fluxImageTasks';
const FIELD_IN_VAIN = 'fluxImagePaidInVain';

/** A row of an attempt: it lies in n8n's context of the node, and is saved with the execution. */
export interface AttemptRow extends OrderRow {
	/** The execution that sent the create; absent where n8n gives none. */
	readonly executionId?: string;
	/** The digest of the order's origin. */
	readonly origin: string;
	/** Another execution or item paid for the task. */
	readonly reuse?: Reuse | undefined;
	/** The seed that its create carried; absent where none did, or another's create is not known. */
	readonly seed?: number | undefined;
}

type Rows = Record<string, AttemptRow>;
type Item = Pick<OrderKey, 'runIndex' | 'itemIndex'>;

/**
 * The orders of a node's run, as it and its earlier attempts have written them.
 *
 * Within an execution the run and the item name the order, whatever is sent: a random seed, or the time
 * in a prompt, changes with each attempt. A person's Retry is another execution, of a workflow that may
 * have been changed: there the order is the same where its origin is.
 *
 * As an agent's tool the node has no run index that would tell a try from another call: n8n counts both
 * alike, so the payload names the order. A run's tasks are handed on only where it failed, and to one
 * run: a model that asks twice for the same picture gets two.
 */
export class Attempts {
	/** What earlier attempts have handed on. */
	private readonly handedOn: Rows;
	/** What this attempt has made or taken over: the same, but for a tool. */
	private readonly own: Rows;
	/** Doubts of earlier executions, by name: they outlast what comes to nothing here. */
	private readonly doubts = new Map<string, AttemptRow>();
	/** Creates that are on their way: what they come to will be told by their own image. */
	private readonly sending = new Set<string>();
	/** Whose order a task of this run is. */
	private readonly byTask = new Map<string, OrderKey>();

	constructor(
		private readonly context: Record<string, unknown>,
		private readonly executionId: string | undefined,
		private readonly isTool: boolean,
	) {
		this.handedOn = (context[FIELD] ??= {}) as Rows;
		this.own = isTool ? {} : this.handedOn;
	}

	/** The order, as it stands. */
	get(key: OrderKey): AttemptRow | undefined {
		const name = this.nameOf(key);
		const row = this.own[name] ?? this.handedOn[name];
		if (!row || this.isTool || this.isOfThisExecution(row)) return row;
		return row.origin === digestOf(key.origin) ? row : undefined;
	}

	/** Whether this very execution has written the row, and none before it. */
	isOfThisExecution({ executionId }: AttemptRow): boolean {
		return executionId === this.executionId;
	}

	/** The order of a task that this run has made or taken over. */
	keyOf({ requestId }: TaskRef): OrderKey | undefined {
		return this.byTask.get(requestId);
	}

	/** This attempt goes on with the order: no other of a tool does. */
	takeUp(key: OrderKey, row: AttemptRow): void {
		const name = this.nameOf(key);
		delete this.handedOn[name];
		this.put(name, key, row);
	}

	/** The order's create is on its way. */
	begin(key: OrderKey, row: OrderRow): void {
		this.set(key, row, { seed: key.seed });
		this.sending.add(this.nameOf(key));
	}

	/** Nobody will tell what the create has come to. */
	doubt(key: OrderKey): void {
		this.sending.delete(this.nameOf(key));
	}

	/** The order has a task. */
	set(key: OrderKey, row: OrderRow, more: Pick<AttemptRow, 'reuse' | 'seed'>): void {
		const name = this.nameOf(key);
		const before = this.own[name];
		if (before && this.isOlderDoubt(before)) this.doubts.set(name, before);
		this.sending.delete(name);
		const { executionId } = this;
		const origin = digestOf(key.origin);
		this.put(name, key, omitUndefined({ ...row, ...more, executionId, origin }));
	}

	/** Nothing stands of the order, but what an earlier execution was in doubt of. */
	delete(key: OrderKey): void {
		const name = this.nameOf(key);
		const doubt = this.doubts.get(name) ?? this.own[name];
		this.sending.delete(name);
		if (doubt && this.isOlderDoubt(doubt)) this.own[name] = doubt;
		else delete this.own[name];
	}

	/** The order's task ended badly: it may be made anew, but money may have gone for it. */
	paidInVain(key: OrderKey): void {
		this.context[FIELD_IN_VAIN] = { ...this.inVain, [this.nameOf(key)]: true };
	}

	/** Whether any order of an item was paid for. */
	paidBefore(item: Item): Paid {
		return this.paidBy(item, () => true);
	}

	/**
	 * Whether an order, or another of its item's images, was paid for. What becomes of another's create
	 * that is on its way, that one tells; a tool's other calls are other orders.
	 */
	paidFor(key: OrderKey): Paid {
		const own = this.nameOf(key);
		return this.paidBy(key, (name) => name === own || !(this.isTool || this.sending.has(name)));
	}

	/** Hands on what this attempt knows, since it failed. */
	publish(): void {
		Object.assign(this.handedOn, this.own);
	}

	private put(name: string, key: OrderKey, row: AttemptRow): void {
		this.own[name] = row;
		if (row.requestId !== '') this.byTask.set(row.requestId, key);
	}

	private paidBy({ runIndex, itemIndex }: Item, counts: (name: string) => boolean): Paid {
		const place = this.placeOf({ runIndex, itemIndex });
		const isOfItem = (name: string) =>
			(name === place || name.startsWith(`${place}/`)) && counts(name);
		const all = { ...this.handedOn, ...this.own };
		const rows = Object.entries(all).flatMap(([name, row]) => (isOfItem(name) ? row : []));
		const wasInVain = Object.keys(this.inVain).some(isOfItem);
		if (wasInVain || rows.some((row) => !isOnlyBegun(row))) return 'yes';
		return rows.length > 0 ? 'maybe' : 'no';
	}

	private get inVain(): Readonly<Record<string, true>> {
		return (this.context[FIELD_IN_VAIN] ?? {}) as Record<string, true>;
	}

	private isOlderDoubt(row: AttemptRow): boolean {
		return isOnlyBegun(row) && !this.isOfThisExecution(row);
	}

	private nameOf({ runIndex, itemIndex, number, payload, shared }: OrderKey): string {
		const place = this.placeOf({ runIndex, itemIndex });
		if (!this.isTool) return number === undefined ? place : `${place}/${number}`;
		const payOnce = shared?.kind === 'key' ? shared.name : undefined;
		return `${place}/${digestOf([payload, payOnce, number])}`;
	}

	private placeOf({ runIndex, itemIndex }: Item): string {
		return `${this.isTool ? 'tool' : runIndex}/${itemIndex}`;
	}
}
