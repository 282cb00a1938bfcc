import { onAbort, type Clock } from '../../nodes/FluxImage/core/clock';

/** A call's place in the line, first to last: a create begins work, a result ends it, a poll does neither. */
const PRIORITIES = ['create', 'result', 'poll'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Paces the API calls of one execution, so that all of them slow down when the gateway says 429. */
export interface RateLimiter {
	/**
	 * Waits for this call's turn.
	 *
	 * @param untilMs when it is no use any more, in milliseconds since 1970
	 * @returns false where `untilMs` comes first; true at once when the signal aborts, since the call
	 * itself then says so
	 */
	acquire(line: Priority, untilMs: number, signal: AbortSignal): Promise<boolean>;
	/** The gateway took a call. */
	accepted(): void;
	/** The gateway answered 429, and may have asked to be left alone for a while. */
	refused(retryAfterMs: number | undefined): void;
}

/** Holds nothing back: for cancels after Stop. */
export const unlimited: RateLimiter = {
	acquire: async () => true,
	accepted: () => undefined,
	refused: () => undefined,
};

/**
 * Calls that may go at once before anything is known of the gateway's limit, and that may follow each
 * second. Runs of ordinary size (ten tasks at once) never wait for it.
 */
const FIRST_BURST = 20;

/** After a 429 the rate is this share of what the gateway was seen to accept, but at least half. */
const DECREASE = 0.85;
const DEEPEST_CUT = 0.5;

/** Seconds in which the rate that was cut is reached again: the pace at which the limit is probed. */
const RECOVERY_SECONDS = 12;

/** Several calls in flight run into the same wall: one cut for all of them, in milliseconds. */
const CUT_EVERY_MS = 1_000;

/** How long all calls rest after a 429 that names no time (docs/contracts/queue.md#errors), in milliseconds. */
const REST_MS = 1_000;

/** The slowest pace, in calls a second. */
const SLOWEST_RATE = 0.1;

/** Over how many seconds the accepted calls are averaged. */
const AVERAGED_SECONDS = 2;

/** How late a timer may wake without loss of pace, in seconds. */
const TIMER_SLACK_SECONDS = 0.05;

/** Why a sleep ends early; a constant, since a reason of Node's own costs a stack trace. */
const CHANGED = new Error('the line has moved');

/** The longest that a timer can be set for, in milliseconds (32 bits): 24 days. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** A call in the line. */
interface Waiting {
	readonly leave: AbortController;
	mayGo: boolean;
}

/**
 * A bucket of tokens whose rate finds the gateway's limit, as congestion control does. It starts
 * slowly: until the first 429, each call that is accepted lets two more go where calls wait, so that
 * the burst doubles with every round trip, and no more run into a wall than one round trip holds. From
 * then on calls are spaced evenly, with additive increase and multiplicative decrease.
 */
export class AdaptiveRateLimiter implements RateLimiter {
	private readonly lines = new Map<Priority, Set<Waiting>>(
		PRIORITIES.map((line) => [line, new Set()]),
	);
	private tokens = FIRST_BURST;
	private burst = FIRST_BURST;
	private rate = FIRST_BURST;
	/** Calls a second, each second; nothing before the first 429. */
	private increase: number | undefined;
	private acceptedRate = 0;
	private countedMs: number;
	private filledMs: number;
	private restUntilMs = 0;
	private cutMs = -Infinity;
	private serving = false;
	private idle = new AbortController();

	constructor(private readonly clock: Clock) {
		this.filledMs = this.countedMs = clock.nowMs();
	}

	async acquire(line: Priority, untilMs: number, signal: AbortSignal): Promise<boolean> {
		if (signal.aborted) return true;
		if (this.waiting === 0 && this.untilFreeMs() === 0) {
			this.tokens--;
			return true;
		}
		const nowMs = this.clock.nowMs();
		if (this.restUntilMs > untilMs || nowMs >= untilMs) return false;
		return await this.stand(line, untilMs - nowMs, signal);
	}

	accepted(): void {
		this.count(1);
		if (this.increase !== undefined) return;
		const grown = this.waiting > 0 ? 1 : 0;
		this.burst += grown;
		this.rate += grown;
		this.tokens = Math.min(this.burst, this.tokens + 1 + grown);
		if (grown > 0) this.idle.abort(CHANGED);
	}

	refused(retryAfterMs: number | undefined): void {
		const nowMs = this.clock.nowMs();
		this.restUntilMs = Math.max(this.restUntilMs, nowMs + (retryAfterMs ?? REST_MS));
		if (nowMs - this.cutMs < CUT_EVERY_MS) return;
		this.fill();
		this.count(0);
		this.cutMs = nowMs;
		const seen = Math.min(this.rate, this.acceptedRate) * DECREASE;
		const slower = Math.max(seen, this.rate * DEEPEST_CUT, SLOWEST_RATE);
		this.increase = Math.max(0, this.rate - slower) / RECOVERY_SECONDS;
		this.rate = slower;
		this.tokens = Math.min(this.tokens, 0);
	}

	/** In the line until served, too late, or no longer wanted. */
	private async stand(line: Priority, patienceMs: number, signal: AbortSignal): Promise<boolean> {
		const waiting: Waiting = { leave: new AbortController(), mayGo: false };
		const stopListening = onAbort(signal, () => waiting.leave.abort(CHANGED));
		this.lines.get(line)?.add(waiting);
		void this.serve();
		await this.clock.sleep(Math.min(patienceMs, LONGEST_SLEEP_MS), waiting.leave.signal);
		stopListening();
		this.lines.get(line)?.delete(waiting);
		if (this.waiting === 0) this.idle.abort(CHANGED);
		return waiting.mayGo || signal.aborted;
	}

	/** Lets the calls in the lines go, one by one, until there are none. */
	private async serve(): Promise<void> {
		if (this.serving) return;
		this.serving = true;
		while (this.waiting > 0) {
			const waitMs = this.untilFreeMs();
			if (waitMs === 0) this.letGo();
			else {
				this.idle = new AbortController();
				await this.clock.sleep(Math.min(waitMs, LONGEST_SLEEP_MS), this.idle.signal);
			}
		}
		this.serving = false;
	}

	private letGo(): void {
		for (const line of this.lines.values()) {
			for (const next of line) {
				line.delete(next);
				this.tokens--;
				next.mayGo = true;
				next.leave.abort(CHANGED);
				return;
			}
		}
	}

	private get waiting(): number {
		return [...this.lines.values()].reduce((sum, { size }) => sum + size, 0);
	}

	/** How long until a call may go, in milliseconds. */
	private untilFreeMs(): number {
		this.fill();
		const restMs = this.restUntilMs - this.clock.nowMs();
		if (restMs > 0) return restMs;
		return this.tokens >= 1 ? 0 : Math.max(1, Math.ceil(((1 - this.tokens) / this.rate) * 1_000));
	}

	/** Brings tokens and rate up to now; the rate grows only while it is what holds calls back. */
	private fill(): void {
		const nowMs = this.clock.nowMs();
		const flowsFromMs = Math.min(nowMs, Math.max(this.filledMs, this.restUntilMs));
		const seconds = (nowMs - flowsFromMs) / 1_000;
		this.filledMs = nowMs;
		const most = this.increase === undefined ? this.burst : 1 + this.rate * TIMER_SLACK_SECONDS;
		this.tokens = Math.min(most, this.tokens + seconds * this.rate);
		if (this.waiting > 0) this.rate += (this.increase ?? 0) * seconds;
	}

	/** A moving average of the calls that the gateway takes a second. */
	private count(calls: number): void {
		const nowMs = this.clock.nowMs();
		const seconds = (nowMs - this.countedMs) / 1_000;
		this.countedMs = nowMs;
		this.acceptedRate *= Math.exp(-seconds / AVERAGED_SECONDS);
		this.acceptedRate += calls / AVERAGED_SECONDS;
	}
}
