import type { Context } from './ledger';
import type { OrderKey, Budget } from './order';

/** The field of the execution's context that is ours. */
const FIELD = 'fluxImagePaidTasks';

/** How many tasks an execution has paid for. */
interface Count {
	readonly executionId: string | undefined;
	readonly tasks: number;
}

/**
 * How many tasks all FLUX Image nodes of one execution have paid for, loops and tool calls included. A
 * place is taken before a create is sent and given back where it made nothing.
 */
export class PaidTasks {
	/**
	 * @param context what n8n keeps for the execution, one object for all its nodes
	 * @param executionId a person's Retry is another execution, and begins at zero
	 */
	constructor(
		private readonly context: Context,
		private readonly executionId: string | undefined,
	) {}

	/** How many were paid so far, doubtful ones included. */
	get count(): number {
		const counted = this.context[FIELD] as Count | undefined;
		return counted?.executionId === this.executionId ? (counted?.tasks ?? 0) : 0;
	}

	/**
	 * Takes places for so many tasks.
	 *
	 * @param most the node's own limit; nodes without one count too
	 * @returns whether all of them fit; else none is taken
	 */
	take(tasks: number, most = Infinity): boolean {
		if (this.count + tasks > most) return false;
		this.set(this.count + tasks);
		return true;
	}

	/** Nothing came of so many. */
	giveBack(tasks: number): void {
		this.set(Math.max(0, this.count - tasks));
	}

	private set(tasks: number): void {
		this.context[FIELD] = { executionId: this.executionId, tasks } satisfies Count;
	}
}

/**
 * The places of an item whose images have a task each. They are taken together when the first of them is
 * sent: an item whose images do not all fit is refused whole. Those that have theirs already need none.
 */
export class ItemBudget implements Budget {
	/** Orders that may need a place yet. */
	private readonly open: Set<OrderKey>;
	/** Orders whose place is taken, and not used yet. Absent before the first is sent. */
	private taken?: Set<OrderKey>;
	private isRefused = false;

	/** @param needsNone whether an order has its place already, or sends nothing */
	constructor(
		private readonly paidTasks: PaidTasks,
		keys: readonly OrderKey[],
		private readonly needsNone: (key: OrderKey) => boolean,
	) {
		this.open = new Set(keys);
	}

	/** One of those that were taken with the first, or another. */
	take({ key, tasks, maxPaidTasks }: Parameters<Budget['take']>[0]): boolean {
		this.taken ??= this.takeAll(key, maxPaidTasks);
		if (this.isRefused) return false;
		return this.taken.delete(key) || this.paidTasks.take(tasks, maxPaidTasks);
	}

	leave(key: OrderKey): void {
		this.open.delete(key);
		if (this.taken?.delete(key)) this.paidTasks.giveBack(1);
	}

	private takeAll(first: OrderKey, most: number | undefined): Set<OrderKey> {
		const needing = [...this.open].filter((key) => key === first || !this.needsNone(key));
		this.isRefused = !this.paidTasks.take(needing.length, most);
		return new Set(this.isRefused ? [] : needing);
	}
}
