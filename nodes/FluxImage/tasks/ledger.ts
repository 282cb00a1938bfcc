import type { OrderRow, Orders } from '../accounts/orders';
import type { Problem } from '../core/problem';
import { isEmbedded, type KnownTask, type TaskRef } from '../core/task';
import type { Until } from '../client/retry';
import type { KeptOrders } from './keptOrders';
import {
	digestOf,
	requestOf,
	worstPaid,
	type OrderKey,
	type Paid,
	type Reuse,
	type SharedName,
} from './order';

/** The fields of the node's context that are ours: the rows of attempts, and orders paid for in vain. */
const FIELD = 'fluxImageTasks';
const FIELD_IN_VAIN = 'fluxImagePaidInVain';

/** A row of an attempt: it lies in n8n's context of the node, and is saved with the execution. */
interface AttemptRow extends OrderRow {
	/** The execution that sent the create; absent where n8n gives none. */
	readonly executionId?: string;
	/** The digest of the order's origin. */
	readonly origin: string;
	/** Another execution or item paid for the task. */
	readonly reuse?: Reuse;
	/** The seed that its create carried; absent where none did, or another's create is not known. */
	readonly seed?: number;
}

/** A node's context: a plain object that n8n keeps through attempts and saves with the execution. */
export type Context = Record<string, unknown>;

/** An order that stands in the ledger. */
export interface Known {
	readonly task: KnownTask;
	readonly reuse?: Reuse;
}

/** How long an answer is waited for: milliseconds on the clock, and Stop. */
export type ClaimUntil = Pick<Until, 'deadlineMs' | 'signal'>;

/** Wins a name for one execution, over all processes of an n8n. */
export interface Claims {
	/**
	 * @returns `won` by this call; `taken` by an earlier one; `late` where n8n did not answer in time;
	 * `notOffered` where this n8n cannot claim
	 */
	claim(name: string, until: ClaimUntil): Promise<'won' | 'taken' | 'late' | 'notOffered'>;
	/**
	 * Lets a name be won again.
	 *
	 * @param task the one that failed or was cancelled under it. Several processes may see that at
	 * different times: the first alone releases, so that none takes back what was ordered anew since.
	 * Absent where the caller's own create was refused.
	 */
	release(name: string, task?: string): Promise<void>;
}

/** What a ledger needs of the world. */
export interface LedgerPorts {
	/** What n8n keeps for the node through attempts. */
	readonly context: Context;
	readonly executionId: string | undefined;
	readonly isTool?: boolean;
	/** What this process knows of all executions. */
	readonly orders: Orders;
	/** What outlives the process; test runs have none. */
	readonly kept?: KeptOrders;
	/** Absent in test runs. */
	readonly claims?: Claims;
	/** Milliseconds since 1970. */
	readonly dateMs: () => number;
}

type Attempts = Record<string, AttemptRow>;

/**
 * What has been ordered, so that nothing is paid twice. A row is written before the create is sent
 * (*begun*), has the id of the task as soon as that is known, and is taken back where the create was
 * refused or the task ended badly.
 *
 * An order has a place in its execution, and perhaps a name that other executions know. Within an
 * execution the run and the item name the order, whatever is sent: a random seed, or the time in a
 * prompt, changes with each attempt. A person's Retry is another execution, of a workflow that may
 * have been changed: there the order is the same where its origin is.
 *
 * As an agent's tool the node has no run index that would tell a try from another call: n8n counts both
 * alike, so the payload names the order. A run's tasks are handed on only where it failed, and to one
 * run: a model that asks twice for the same picture gets two.
 */
export class Ledger {
	/** What earlier attempts have handed on. */
	private readonly handedOn: Attempts;
	/** What this attempt has made or taken over: the same, but for a tool. */
	private readonly own: Attempts;
	/** The keys that this run has won, and may give back though no task is known. */
	private readonly won = new Set<string>();
	/** Doubts of earlier executions, by place: they outlast what comes to nothing here. */
	private readonly doubts = new Map<string, AttemptRow>();
	/** Creates that are on their way: what they come to will be told by their own image. */
	private readonly sending = new Set<string>();
	/** Whose order a task of this run is. */
	private readonly byTask = new Map<string, OrderKey>();

	constructor(private readonly ports: LedgerPorts) {
		this.handedOn = (ports.context[FIELD] ??= {}) as Attempts;
		this.own = ports.isTool ? {} : this.handedOn;
	}

	/** The task that an earlier attempt created or took over. */
	ofAttempts(key: OrderKey): Known | undefined {
		const row = this.find(key);
		if (!row || isOnlyBegun(row)) return undefined;
		const name = this.nameOf(key);
		if (this.ports.isTool) delete this.handedOn[name];
		this.own[name] = row;
		if (row.requestId !== '') this.byTask.set(row.requestId, key);
		return { task: taskOf(row), ...(row.reuse && { reuse: row.reuse }) };
	}

	/**
	 * The order that an earlier attempt has begun, of which no task is known; of this very execution
	 * only, or of an earlier one too.
	 */
	begunBefore(key: OrderKey): (OrderRow & { readonly isOfThisExecution: boolean }) | undefined {
		const row = this.find(key);
		if (!row || !isOnlyBegun(row)) return undefined;
		return { ...row, isOfThisExecution: row.executionId === this.ports.executionId };
	}

	/** The order as other executions know it. */
	ofOthers({ shared }: Pick<OrderKey, 'shared'>): OrderRow | undefined {
		if (!shared) return undefined;
		const { orders, kept } = this.ports;
		const known = orders.get(shared.name);
		const row = shared.kind === 'key' ? kept?.get(shared.name) : undefined;
		if (!known || !row) return known ?? row;
		// Pictures without an id are known in their process alone: static data has the own id of the same.
		if (known.pictures && row.requestId === '' && row.ownId === known.ownId) return known;
		// Another process may know better; of a doubtful create this one alone knows why.
		const isSameState = isOnlyBegun(known) === isOnlyBegun(row);
		return row.atMs > known.atMs && !(isSameState && isOnlyBegun(row)) ? row : known;
	}

	/** Whether there is a task for the order already, as far as this process knows. */
	isKnown(key: OrderKey): boolean {
		return [this.find(key), this.ofOthers(key)].some((row) => row && !isOnlyBegun(row));
	}

	/**
	 * Whether the order has its place among the paid tasks of the execution, or needs none: its task is
	 * known, or it was begun and is not sent again.
	 */
	needsNoPlace(key: OrderKey): boolean {
		if (this.isKnown(key) || this.begunBefore(key)?.isOfThisExecution) return true;
		return key.shared?.kind === 'key' && this.ofOthers(key) !== undefined;
	}

	/** Whether the order was begun, as far as this process knows: nothing new is sent for it. */
	isBegun(key: OrderKey): boolean {
		return (this.find(key) ?? this.ofOthers(key)) !== undefined;
	}

	/** The seed of the order's task: an expression may give each attempt another. */
	seedOf(key: OrderKey): number | undefined {
		return this.find(key)?.seed;
	}

	/** Another's task takes this order's place: the next attempt finds it. */
	takeOver(key: OrderKey, task: KnownTask, reuse: Reuse): void {
		// Only a test run takes what has the very same seed.
		this.writeAttempt(key, task, { reuse, ...(reuse.kind === 'testRun' ? seedIn(key) : {}) });
	}

	/** Wins the order's key for this execution; `notOffered` for an order that has none. */
	async claim({ shared }: OrderKey, until: ClaimUntil): ReturnType<Claims['claim']> {
		const { claims } = this.ports;
		if (!claims || shared?.kind !== 'key') return 'notOffered';
		const claim = await claims.claim(shared.name, until);
		if (claim === 'won') this.won.add(shared.name);
		return claim;
	}

	/** Before the create is sent: from now on it may be paid. */
	begin(key: OrderKey, modelId: string, ownId?: string): void {
		this.sending.add(this.nameOf(key));
		this.write(key, { requestId: '', modelId }, { ...withOwnId(ownId), ...seedIn(key) });
	}

	/** The id of the task has come. */
	made(key: OrderKey, task: KnownTask): void {
		this.sending.delete(this.nameOf(key));
		this.write(key, task, seedIn(this.find(key) ?? {}));
	}

	/** Nobody knows whether the create was taken; this process knows why. */
	doubt(key: OrderKey, doubt: Problem): void {
		this.sending.delete(this.nameOf(key));
		const { orders } = this.ports;
		const row = key.shared && orders.get(key.shared.name);
		if (key.shared && row) orders.set(key.shared.name, { ...row, doubt });
	}

	/** Nothing of the create is on its way any more: what is written of it goes, a claim stays. */
	unwrite(key: OrderKey): void {
		this.unwriteAttempt(key);
		if (!key.shared) return;
		this.ports.orders.delete(key.shared.name);
		if (key.shared.kind === 'key') this.ports.kept?.delete(key.shared.name);
	}

	/**
	 * The order may be paid again: its create was refused, or its task ended badly.
	 *
	 * @param task absent where there is none. What was ordered anew since is left alone.
	 */
	async takeBack(key: OrderKey, task?: TaskRef): Promise<void> {
		if (task) this.ports.context[FIELD_IN_VAIN] = { ...this.inVain, [this.nameOf(key)]: true };
		const standing = this.ofOthers(key)?.requestId;
		if (!task || !standing || standing === task.requestId) this.unwrite(key);
		else this.unwriteAttempt(key);
		if (key.shared?.kind !== 'key') return;
		const { name } = key.shared;
		// Without a task only what this run has won: the claim of a create on its way is another's.
		if (task || this.won.delete(name)) await this.ports.claims?.release(name, task?.requestId);
	}

	/** The same where only the task is at hand, after its cancel. */
	async takeBackTask(task: TaskRef): Promise<void> {
		const key = this.byTask.get(task.requestId);
		if (key) await this.takeBack(key, task);
	}

	/** Whether the order of an item of this run was paid for, as far as its attempts know. */
	paidBefore(item: Pick<OrderKey, 'runIndex' | 'itemIndex'>): Paid {
		return this.paidBy(item, () => true);
	}

	/**
	 * Whether an order was paid for, by its item's attempts or by whoever else has its key. What becomes of
	 * another image's create that is on its way, that image tells; a tool's other calls are other orders.
	 */
	paidFor(key: OrderKey): Paid {
		const own = this.nameOf(key);
		const { isTool } = this.ports;
		const byItem = this.paidBy(key, (name) => name === own || !(isTool || this.sending.has(name)));
		const { shared } = key;
		const elsewhere = shared && shared.kind !== 'testRun' ? this.paidUnder(shared) : 'no';
		return worstPaid([byItem, elsewhere]);
	}

	/** Whether an order was paid for by whoever has its name. */
	paidUnder(shared: SharedName): Paid {
		const row = this.ofOthers({ shared });
		return !row ? 'no' : isOnlyBegun(row) ? 'maybe' : 'yes';
	}

	private paidBy(
		{ runIndex, itemIndex }: Pick<OrderKey, 'runIndex' | 'itemIndex'>,
		counts: (name: string) => boolean,
	): Paid {
		const place = this.ports.isTool ? `tool/${itemIndex}` : placeOf({ runIndex, itemIndex });
		const isOfItem = (name: string) =>
			(name === place || name.startsWith(`${place}/`)) && counts(name);
		const rows = Object.entries({ ...this.handedOn, ...this.own }).filter(([name]) =>
			isOfItem(name),
		);
		const isPaid =
			Object.keys(this.inVain).some(isOfItem) || rows.some(([, row]) => !isOnlyBegun(row));
		return isPaid ? 'yes' : rows.length > 0 ? 'maybe' : 'no';
	}

	/** Hands on what this attempt knows, since it failed. */
	publish(): void {
		Object.assign(this.handedOn, this.own);
	}

	/** Orders whose task ended badly: they may be made anew, but money may have gone for them. */
	private get inVain(): Readonly<Record<string, true>> {
		return (this.ports.context[FIELD_IN_VAIN] ?? {}) as Record<string, true>;
	}

	private write(key: OrderKey, task: KnownTask, more: Pick<AttemptRow, 'ownId' | 'seed'>): void {
		this.writeAttempt(key, task, more);
		const { shared } = key;
		if (!shared) return;
		const { orders, kept } = this.ports;
		const isKey = shared.kind === 'key';
		// A later process, which found the task by its own id, leaves that to those after it.
		const before = orders.get(shared.name) ?? (isKey ? kept?.get(shared.name) : undefined);
		const row = this.rowOf(key, task, more.ownId ?? before?.ownId);
		orders.set(shared.name, row);
		if (isKey) kept?.set(shared.name, row);
	}

	/** What an earlier execution was in doubt of stays in doubt. */
	private unwriteAttempt(key: OrderKey): void {
		const name = this.nameOf(key);
		this.sending.delete(name);
		const doubt = this.doubts.get(name) ?? this.own[name];
		if (doubt && this.isOlderDoubt(doubt)) this.own[name] = doubt;
		else delete this.own[name];
	}

	private isOlderDoubt(row: AttemptRow): boolean {
		return isOnlyBegun(row) && row.executionId !== this.ports.executionId;
	}

	private writeAttempt(
		key: OrderKey,
		task: KnownTask,
		more: Pick<AttemptRow, 'reuse' | 'ownId' | 'seed'>,
	): void {
		const { executionId } = this.ports;
		const origin = digestOf(key.origin);
		const name = this.nameOf(key);
		const before = this.own[name];
		if (before && this.isOlderDoubt(before)) this.doubts.set(name, before);
		this.own[name] = {
			...this.rowOf(key, task, more.ownId),
			...more,
			origin,
			...(executionId === undefined ? {} : { executionId }),
		};
		if (task.requestId !== '') this.byTask.set(task.requestId, key);
	}

	private rowOf(
		key: OrderKey,
		{ requestId, modelId, images }: KnownTask,
		ownId?: string,
	): OrderRow {
		// Not the pictures themselves: n8n saves with the execution what is kept.
		const isKept = requestId === '' && images !== undefined && !images.some(isEmbedded);
		return {
			requestId,
			modelId,
			...(isKept ? { pictures: images.map(({ url }) => url) } : {}),
			request: requestOf(key),
			...(ownId === undefined ? {} : { ownId }),
			atMs: this.ports.dateMs(),
		};
	}

	private find(key: OrderKey): AttemptRow | undefined {
		const name = this.nameOf(key);
		const row = this.own[name] ?? this.handedOn[name];
		if (!row || this.ports.isTool || row.executionId === this.ports.executionId) return row;
		return row.origin === digestOf(key.origin) ? row : undefined;
	}

	private nameOf(key: OrderKey): string {
		if (!this.ports.isTool) return placeOf(key);
		const { itemIndex, number, payload, shared } = key;
		const order = shared?.kind === 'key' ? [payload, shared.name] : payload;
		return `tool/${itemIndex}/${digestOf(number === undefined ? order : [order, number])}`;
	}
}

/** Whether no task is known of an order that was begun. */
export const isOnlyBegun = ({ requestId, pictures }: OrderRow): boolean =>
	requestId === '' && pictures === undefined;

/** The task of a row; one without an id is as finished as it came. */
export function taskOf({ requestId, modelId, pictures }: OrderRow): KnownTask {
	if (!pictures) return { requestId, modelId };
	const images = pictures.map((url) => ({ url }));
	return { requestId, modelId, status: 'completed', images, raw: null };
}

/** An order's place in its execution. */
const placeOf = ({
	runIndex,
	itemIndex,
	number,
}: Pick<OrderKey, 'runIndex' | 'itemIndex' | 'number'>) =>
	[runIndex, itemIndex, ...(number === undefined ? [] : [number])].join('/');

const withOwnId = (ownId: string | undefined) => (ownId === undefined ? {} : { ownId });

const seedIn = ({ seed }: { readonly seed?: number }) => (seed === undefined ? {} : { seed });
