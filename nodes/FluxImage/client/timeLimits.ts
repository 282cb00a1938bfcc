import type { Clock } from '../core/clock';

/** A request that is under way. */
interface Running {
	/** When its time is up, in milliseconds of the clock. */
	readonly dueMs: number;
	readonly cut: () => void;
}

/**
 * How long a timer waits on before it cuts, in milliseconds: where the event loop was blocked, a reply
 * that has come meanwhile is read first.
 */
const LATE_REPLY_MS = 20;

/** Why the timer ends early; a constant, since a reason of Node's own costs a stack trace. */
const CHANGED = new Error('another request is the next');

/**
 * Cuts requests that take too long. They share one timer: to set one for each and to clear it costs a
 * quarter of what a poll costs here.
 */
export class TimeLimits {
	private readonly running = new Set<Running>();
	/** Ends the timer. */
	private timer = new AbortController();
	/** Which request it is set for. */
	private nextDueMs = Infinity;

	constructor(private readonly clock: Clock) {}

	/**
	 * Begins a request's time.
	 *
	 * @param cut is called when it is up
	 * @returns ends it before
	 */
	begin(timeoutMs: number, cut: () => void): () => void {
		const request = { dueMs: this.clock.nowMs() + timeoutMs, cut };
		this.running.add(request);
		if (request.dueMs < this.nextDueMs) this.setTimer();
		return () => {
			this.running.delete(request);
			if (this.running.size === 0) this.clearTimer();
		};
	}

	private clearTimer(): void {
		this.nextDueMs = Infinity;
		this.timer.abort(CHANGED);
	}

	private setTimer(): void {
		this.clearTimer();
		this.timer = new AbortController();
		void this.cutInTime(this.timer.signal);
	}

	private async cutInTime(cleared: AbortSignal): Promise<void> {
		const dueMs = Math.min(...[...this.running].map((request) => request.dueMs));
		this.nextDueMs = dueMs;
		await this.clock.sleep(Math.max(0, dueMs - this.clock.nowMs()), cleared);
		// What is due by now has waited as long as the first: one wait is enough for all of them.
		const lateMs = Math.max(dueMs, this.clock.nowMs());
		await this.clock.sleep(LATE_REPLY_MS, cleared);
		if (cleared.aborted) return;
		for (const request of this.running) {
			if (request.dueMs > lateMs) continue;
			this.running.delete(request);
			request.cut();
		}
		if (this.running.size > 0) this.setTimer();
		else this.clearTimer();
	}
}
