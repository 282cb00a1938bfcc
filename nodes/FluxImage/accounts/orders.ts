import type { Problem } from '../core/problem';
import type { TaskRef } from '../core/task';

/** What is kept of an order. It holds no prompt and no key: ids, states and digests alone. */
export interface OrderRow extends TaskRef {
	/**
	 * The task; '' from before the create is sent until its id is known: the order is *begun*, and may
	 * be paid by then.
	 */
	readonly requestId: string;
	/** The addresses of its pictures, where the create told them and no id: they are all there is of it. */
	readonly pictures?: readonly string[];
	/** Digest of what was asked for, but for the seed: tells whether another asks for the same. */
	readonly request: string;
	/** The id of the caller's own that the create carried, at a gateway that keeps such ids. */
	readonly ownId?: string;
	/** When it was written, in milliseconds since 1970. */
	readonly atMs: number;
	/** Why it is not known whether the gateway took the create; only the process that sent it knows. */
	readonly doubt?: Problem;
}

/** Rows that a process keeps, the one written first going first; each has about 300 bytes. */
const MOST_ROWS = 10_000;

/**
 * The orders that more than one execution may know, by name: those with a Pay Once Key, and those of
 * test runs. Shared by all executions of a process.
 */
export class Orders {
	private readonly rows = new Map<string, OrderRow>();
	private readonly flights = new Map<string, Promise<unknown>>();
	private readonly undoing = new Map<string, Promise<void>>();
	private readonly waiting = new Map<string, number>();
	private readonly marks = new Set<string>();

	/** The order of that name, as far as this process knows. */
	get(name: string): OrderRow | undefined {
		return this.rows.get(name);
	}

	/** Writes an order down; the one that was written first is forgotten where there are too many. */
	set(name: string, row: OrderRow): void {
		this.rows.delete(name);
		this.rows.set(name, row);
		for (const oldest of this.rows.keys()) {
			if (this.rows.size <= MOST_ROWS) return;
			this.rows.delete(oldest);
		}
	}

	/** The order may be made anew. */
	delete(name: string): void {
		this.rows.delete(name);
	}

	/** The rows whose names begin so, as `[name, row]`. */
	*beginningWith(prefix: string): Iterable<readonly [string, OrderRow]> {
		for (const entry of this.rows) if (entry[0].startsWith(prefix)) yield entry;
	}

	/** What the order of that name will come to that is being made just now: what `fly` was given for it. */
	inFlight(name: string): Promise<unknown> | undefined {
		return this.flights.get(name);
	}

	/** Makes an order; whoever asks for the same name meanwhile can wait for its end. */
	async fly<T>(name: string, work: () => Promise<T>): Promise<T> {
		const flight = work();
		this.flights.set(name, flight);
		try {
			return await flight;
		} finally {
			this.flights.delete(name);
		}
	}

	/** Something that was begun under a name has yet to be undone; whoever asks for the name waits for it. */
	undo(name: string, work: Promise<void>): void {
		const undone = work.finally(() => this.undoing.delete(name));
		this.undoing.set(name, undone);
	}

	/** What is being undone under the name just now. */
	undoingOf(name: string): Promise<void> | undefined {
		return this.undoing.get(name);
	}

	/** One more waits for the task. */
	join(task: string): void {
		this.waiting.set(task, this.waitersOf(task) + 1);
	}

	/** One waits no more. */
	leave(task: string): void {
		const left = this.waitersOf(task) - 1;
		if (left > 0) this.waiting.set(task, left);
		else this.waiting.delete(task);
	}

	/** How many items, of all executions of this process, wait for the task. */
	waitersOf(task: string): number {
		return this.waiting.get(task) ?? 0;
	}

	/** Whether this was marked before; it is from now on. */
	markOnce(mark: string): boolean {
		const isMarked = this.marks.has(mark);
		if (this.marks.size < MOST_ROWS) this.marks.add(mark);
		return isMarked;
	}
}
