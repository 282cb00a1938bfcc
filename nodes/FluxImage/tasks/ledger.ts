import { isOnlyBegun, taskOf, type OrderRow, type Orders } from '../accounts/orders';
import type { Until } from '../client/retry';
import { omitUndefined } from '../core/json';
import type { Problem } from '../core/problem';
import { isEmbedded, type KnownTask, type TaskRef } from '../core/task';
import { Attempts } from './attempts';
import type { KeptOrders } from './keptOrders';
import {
	requestOf,
	worstPaid,
	type OrderKey,
	type Paid,
	type Reuse,
	type SharedName,
} from './order';

/** A node's context: a plain object that n8n keeps through attempts and saves with the execution. */
export type Context = Record<string, unknown>;

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

/**
 * What has been ordered, so that nothing is paid twice. A row is written before the create is sent
 * (*begun*), has the id of the task as soon as that is known, and is taken back where the create was
 * refused or the task ended badly. An order has a place in its execution (`attempts.ts`), and perhaps a
 * name that other executions know: in this process, and with a Pay Once Key beyond it.
 */
export class Ledger {
	private readonly attempts: Attempts;
	/** The keys that this run has won, and may give back though no task is known. */
	private readonly won = new Set<string>();

	constructor(private readonly ports: LedgerPorts) {
		const { context, executionId, isTool = false } = ports;
		this.attempts = new Attempts(context, executionId, isTool);
	}

	/** The task that an earlier attempt created or took over. */
	ofAttempts(key: OrderKey): { task: KnownTask; reuse?: Reuse } | undefined {
		const row = this.attempts.get(key);
		if (!row || isOnlyBegun(row)) return undefined;
		this.attempts.takeUp(key, row);
		return omitUndefined({ task: taskOf(row), reuse: row.reuse });
	}

	/**
	 * The order that an earlier attempt has begun, of which no task is known; of this very execution
	 * only, or of an earlier one too.
	 */
	begunBefore(key: OrderKey): (OrderRow & { readonly isOfThisExecution: boolean }) | undefined {
		const row = this.attempts.get(key);
		if (!row || !isOnlyBegun(row)) return undefined;
		return { ...row, isOfThisExecution: this.attempts.isOfThisExecution(row) };
	}

	/** The order as other executions know it. */
	ofOthers({ shared }: Pick<OrderKey, 'shared'>): OrderRow | undefined {
		if (!shared) return undefined;
		const known = this.ports.orders.rows.get(shared.name);
		const row = this.keptOf(shared)?.get(shared.name);
		if (!known || !row) return known ?? row;
		// Pictures without an id are known in their process alone: static data has the own id of the same.
		if (known.pictures && row.requestId === '' && row.ownId === known.ownId) return known;
		// Another process may know better; of a doubtful create this one alone knows why.
		const areBothBegun = isOnlyBegun(known) && isOnlyBegun(row);
		return row.atMs > known.atMs && !areBothBegun ? row : known;
	}

	/**
	 * Whether the order has its place among the paid tasks of the execution, or needs none: its task is
	 * known, or it was begun and is not sent again.
	 */
	needsNoPlace(key: OrderKey): boolean {
		const own = this.attempts.get(key);
		if (own && (!isOnlyBegun(own) || this.attempts.isOfThisExecution(own))) return true;
		const others = this.ofOthers(key);
		return others !== undefined && (!isOnlyBegun(others) || key.shared?.kind === 'key');
	}

	/** Whether the order was begun, as far as this process knows: nothing new is sent for it. */
	isBegun(key: OrderKey): boolean {
		return (this.attempts.get(key) ?? this.ofOthers(key)) !== undefined;
	}

	/** The seed of the order's task: an expression may give each attempt another. */
	seedOf(key: OrderKey): number | undefined {
		return this.attempts.get(key)?.seed;
	}

	/** Another's task takes this order's place: the next attempt finds it. */
	takeOver(key: OrderKey, task: KnownTask, reuse: Reuse): void {
		// Only a test run takes what has the very same seed.
		const seed = reuse.kind === 'testRun' ? key.seed : undefined;
		this.attempts.set(key, this.rowOf(key, task), { reuse, seed });
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
		const row = this.rowOf(key, { requestId: '', modelId }, ownId);
		this.attempts.begin(key, row);
		this.share(key, row);
	}

	/** The id of the task has come. */
	made(key: OrderKey, task: KnownTask): void {
		const row = this.rowOf(key, task);
		this.attempts.set(key, row, { seed: this.seedOf(key) });
		this.share(key, row);
	}

	/** Nobody knows whether the create was taken; this process knows why. */
	doubt(key: OrderKey, doubt: Problem): void {
		this.attempts.doubt(key);
		const { rows } = this.ports.orders;
		const row = key.shared && rows.get(key.shared.name);
		if (key.shared && row) rows.set(key.shared.name, { ...row, doubt });
	}

	/** Nothing of the create is on its way any more: what is written of it goes, a claim stays. */
	unwrite(key: OrderKey): void {
		this.attempts.delete(key);
		if (!key.shared) return;
		this.ports.orders.rows.delete(key.shared.name);
		this.keptOf(key.shared)?.delete(key.shared.name);
	}

	/**
	 * The order may be paid again: its create was refused, or its task ended badly.
	 *
	 * @param task absent where there is none. What was ordered anew since is left alone.
	 */
	async takeBack(key: OrderKey, task?: TaskRef): Promise<void> {
		if (task) this.attempts.paidInVain(key);
		const standing = this.ofOthers(key)?.requestId;
		if (!task || !standing || standing === task.requestId) this.unwrite(key);
		else this.attempts.delete(key);
		if (key.shared?.kind !== 'key') return;
		const { name } = key.shared;
		// Without a task only what this run has won: the claim of a create on its way is another's.
		if (task || this.won.delete(name)) await this.ports.claims?.release(name, task?.requestId);
	}

	/** The same where only the task is at hand, after its cancel. */
	async takeBackTask(task: TaskRef): Promise<void> {
		const key = this.attempts.keyOf(task);
		if (key) await this.takeBack(key, task);
	}

	/** Whether the order of an item of this run was paid for, as far as its attempts know. */
	paidBefore(item: Pick<OrderKey, 'runIndex' | 'itemIndex'>): Paid {
		return this.attempts.paidBefore(item);
	}

	/** Whether an order was paid for, by its item's attempts or by whoever else has its key. */
	paidFor(key: OrderKey): Paid {
		const { shared } = key;
		const elsewhere = shared && shared.kind !== 'testRun' ? this.paidUnder(shared) : 'no';
		return worstPaid([this.attempts.paidFor(key), elsewhere]);
	}

	/** Whether an order was paid for by whoever has its name. */
	paidUnder(shared: SharedName): Paid {
		const row = this.ofOthers({ shared });
		return !row ? 'no' : isOnlyBegun(row) ? 'maybe' : 'yes';
	}

	/** Hands on what this attempt knows, since it failed. */
	publish(): void {
		this.attempts.publish();
	}

	private share({ shared }: OrderKey, row: OrderRow): void {
		if (!shared) return;
		// A later process, which found the task by its own id, leaves that to those after it.
		const named = omitUndefined({ ...row, ownId: row.ownId ?? this.ofOthers({ shared })?.ownId });
		this.ports.orders.rows.set(shared.name, named);
		this.keptOf(shared)?.set(shared.name, named);
	}

	private keptOf({ kind }: SharedName): KeptOrders | undefined {
		return kind === 'key' ? this.ports.kept : undefined;
	}

	private rowOf(
		key: OrderKey,
		{ requestId, modelId, images }: KnownTask,
		ownId?: string,
	): OrderRow {
		// Not the pictures themselves: n8n saves with the execution what is kept.
		const areKept = requestId === '' && images !== undefined && !images.some(isEmbedded);
		return omitUndefined({
			requestId,
			modelId,
			pictures: areKept ? images.map(({ url }) => url) : undefined,
			request: requestOf(key),
			ownId,
			atMs: this.ports.dateMs(),
		});
	}
}
