import { onAbort, type Clock } from '../nodes/FluxImage/core/clock';

/** A sleep that has not ended. */
interface Sleeper {
	readonly untilMs: number;
	readonly wake: () => void;
}

/**
 * Time that passes only when it is told to: it leaps from one sleep's end to the next, so that
 * minutes take milliseconds and come out the same each time.
 */
export class SimulatedClock implements Clock {
	private timeMs: number;
	private readonly sleepers = new Set<Sleeper>();

	/** @param startMs milliseconds since 1970 */
	constructor(startMs = Date.UTC(2026, 0, 1)) {
		this.timeMs = startMs;
	}

	nowMs(): number {
		return this.timeMs;
	}

	dateMs(): number {
		return this.timeMs;
	}

	/** How many sleeps have not ended: none may be left when all work is done. */
	get sleeping(): number {
		return this.sleepers.size;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return;
		await new Promise<void>((resolve) => {
			const wake = () => {
				this.sleepers.delete(sleeper);
				stopListening?.();
				resolve();
			};
			const sleeper = { untilMs: this.timeMs + Math.max(0, milliseconds), wake };
			this.sleepers.add(sleeper);
			const stopListening = signal && onAbort(signal, wake);
		});
	}

	/**
	 * Lets time pass until the work is done, and gives its result.
	 *
	 * @throws what the work throws; an Error where it waits for something that is no sleep
	 */
	async run<T>(work: Promise<T>): Promise<T> {
		let done = false;
		const settle = () => (done = true);
		work.then(settle, settle);
		while (await this.settled(() => done)) {
			const next = this.nextSleeper();
			if (!next) throw new Error('The work waits, but for no sleep of this clock');
			this.timeMs = Math.max(this.timeMs, next.untilMs);
			next.wake();
		}
		return await work;
	}

	/** Jumps ahead, as a clock does while its machine sleeps: whoever waits wakes after it. */
	leap(milliseconds: number): void {
		this.timeMs += milliseconds;
	}

	/** Lets that much time pass. */
	async pass(milliseconds: number): Promise<void> {
		await this.run(this.sleep(milliseconds));
	}

	/** Lets everything run that needs no time; false where the work is done then. */
	private async settled(isDone: () => boolean): Promise<boolean> {
		await new Promise((resolve) => setImmediate(resolve));
		return !isDone();
	}

	private nextSleeper(): Sleeper | undefined {
		let next: Sleeper | undefined;
		for (const sleeper of this.sleepers) {
			if (!next || sleeper.untilMs < next.untilMs) next = sleeper;
		}
		return next;
	}
}
