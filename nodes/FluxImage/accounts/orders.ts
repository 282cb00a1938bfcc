import type { Problem } from '../core/problem';
import type { KnownTask, TaskRef } from '../core/task';
import { RecentMap } from './recentMap';

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

/** Whether no task is known of an order that was begun. */
export const isOnlyBegun = ({ requestId, pictures }: OrderRow): boolean =>
	requestId === '' && pictures === undefined;

/** The task of a row; one without an id is as finished as it came. */
export function taskOf({ requestId, modelId, pictures }: OrderRow): KnownTask {
	if (!pictures) return { requestId, modelId };
	const images = pictures.map((url) => ({ url }));
	return { requestId, modelId, status: 'completed', images, raw: null };
}

/** Rows that a process keeps, each of about 300 bytes; and marks. */
const MOST_ROWS = 10_000;

/**
 * The orders that more than one execution may know, by name: those with a Pay Once Key, and those of
 * test runs. Shared by all executions of a process.
 */
export class Orders {
	/** What this process knows of each order. */
	readonly rows = new RecentMap<OrderRow>(MOST_ROWS);
	private readonly flights = new Map<string, Promise<unknown>>();
	private readonly undoing = new Map<string, Promise<void>>();
	/** Who waits for a task or an order: an entry for each item, which holds its execution. */
	private readonly waiters = new Map<string, Set<{ readonly execution: object }>>();
	private readonly marks = new Set<string>();

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

	/** An item of an execution waits for the task or the order of that name, while the work goes on. */
	async whileWaiting<T>(name: string, execution: object, work: () => Promise<T>): Promise<T> {
		const waiter = { execution };
		const waiters = this.waiters.get(name) ?? new Set();
		this.waiters.set(name, waiters.add(waiter));
		try {
			return await work();
		} finally {
			waiters.delete(waiter);
			if (waiters.size === 0) this.waiters.delete(name);
		}
	}

	/**
	 * Whether an item of this process waits for the task or the order of that name.
	 *
	 * @param except the execution whose own items do not count
	 */
	isAwaited(name: string, except?: object): boolean {
		const waiters = [...(this.waiters.get(name) ?? [])];
		return waiters.some(({ execution }) => execution !== except);
	}

	/** Whether this was marked before; it is from now on. */
	markOnce(mark: string): boolean {
		const isMarked = this.marks.has(mark);
		if (this.marks.size < MOST_ROWS) this.marks.add(mark);
		return isMarked;
	}
}
