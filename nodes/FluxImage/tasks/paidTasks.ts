import type { Context } from './ledger';

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
