/** Calls that may go at once before anything is known, and that may follow each second. */
const FIRST_BURST = 20;

/** A pace is set a little below what was accepted, so that the gateway's bucket fills again. */
const BELOW_ACCEPTED = 0.97;

/** A single cut goes no deeper than this share: what was accepted may have been all that was asked. */
const DEEPEST_CUT = 0.5;

/** The slowest pace, in calls a second. */
const SLOWEST_RATE = 0.2;

/** Several calls in flight run into the same wall: one cut for all of them, in milliseconds. */
const CUT_EVERY_MS = 1_000;

/**
 * By which share the pace grows in a second, and by how much more with each second since the last
 * cut: slowly where the limit is known to be, then ever faster, as TCP's CUBIC does.
 */
const GROWTH = 0.02;
const GROWTH_OF_GROWTH = 0.01;
const GROWS_FASTER_FOR_SECONDS = 30;

/** Over how many seconds the accepted calls are averaged. */
const AVERAGED_SECONDS = 2;

/** How late a timer may wake without loss of pace, in seconds. */
const TIMER_SLACK_SECONDS = 0.05;

/** Nothing is let through but one call that asks: the first wait and the longest, in milliseconds. */
const FIRST_ASK_MS = 500;
const LONGEST_ASK_MS = 2_000;

/** So many refusals in a row, and so long without an acceptance, are no pace but a closed door. */
const CLOSED_AFTER_REFUSALS = 3;
const CLOSED_AFTER_MS = 1_500;

/** Nobody rests longer on another's word, in milliseconds (FAULTS, F1). */
const LONGEST_REST_MS = 60_000;

/**
 * How fast calls of one kind may follow each other. Until it was refused it only starts slowly: each
 * call that is accepted lets two more go, so that no more run into a wall than one round trip holds.
 * Then calls are spaced by what the gateway was seen to accept. Where it accepts nothing at all, one
 * call at a time asks, and the first that is accepted begins anew: what closed is open again.
 */
export class Pace {
	private tokens = FIRST_BURST;
	private burst = FIRST_BURST;
	/** Calls a second; infinite until a limit was met. */
	private rate = Infinity;
	private acceptedRate = 0;
	private countedMs: number;
	private filledMs: number;
	private cutMs = -Infinity;
	private acceptedMs: number;
	private refusedInRow = 0;
	private restUntilMs = -Infinity;

	constructor(nowMs: number) {
		this.filledMs = this.countedMs = this.acceptedMs = nowMs;
	}

	/** Calls a second that may follow each other; infinite while no limit is known. */
	get perSecond(): number {
		return this.rate;
	}

	/** How long until a call may go, in milliseconds; 0 for now. */
	waitMs(nowMs: number): number {
		if (this.restUntilMs > nowMs) return this.restUntilMs - nowMs;
		this.fill(nowMs);
		if (this.tokens >= 1) return 0;
		return Math.max(1, Math.ceil(((1 - this.tokens) / this.refill) * 1_000));
	}

	/** How long nothing may go, in milliseconds, whatever the pace. */
	restMs(nowMs: number): number {
		return Math.max(0, this.restUntilMs - nowMs);
	}

	/** A call goes. */
	take(nowMs: number): void {
		this.fill(nowMs);
		this.tokens--;
		// Until this one is answered no other asks; without an answer one may ask again later.
		if (this.isClosed(nowMs)) this.restUntilMs = nowMs + LONGEST_ASK_MS;
	}

	/** @param waiting whether more calls stand in line */
	accepted(nowMs: number, waiting: boolean): void {
		if (this.isClosed(nowMs)) this.begin(nowMs);
		this.refusedInRow = 0;
		this.acceptedMs = nowMs;
		this.restUntilMs = Math.min(this.restUntilMs, nowMs);
		this.count(nowMs, 1);
		if (this.rate !== Infinity) return;
		this.fill(nowMs);
		const grown = waiting ? 1 : 0;
		this.burst += grown;
		this.tokens = Math.min(this.burst, this.tokens + 1 + grown);
	}

	/** @param toldMs how long the gateway asked this call to wait */
	refused(nowMs: number, toldMs: number | undefined): void {
		this.refusedInRow++;
		if (this.isClosed(nowMs)) {
			const asked = this.refusedInRow - CLOSED_AFTER_REFUSALS;
			const waitMs = toldMs ?? FIRST_ASK_MS * 2 ** Math.max(0, asked);
			this.restUntilMs =
				nowMs + Math.min(waitMs, toldMs === undefined ? LONGEST_ASK_MS : LONGEST_REST_MS);
		}
		this.cut(nowMs);
	}

	/**
	 * The gateway says how many calls it would take, and when it takes as many as ever again.
	 *
	 * @param resetMs from now
	 */
	told(nowMs: number, remaining: number, resetMs: number): void {
		this.fill(nowMs);
		this.tokens = Math.min(this.tokens, remaining);
		if (remaining > 0) return;
		this.restUntilMs = Math.max(this.restUntilMs, nowMs + Math.min(resetMs, LONGEST_REST_MS));
	}

	private cut(nowMs: number): void {
		if (nowMs - this.cutMs < CUT_EVERY_MS) return;
		this.fill(nowMs);
		this.count(nowMs, 0);
		this.cutMs = nowMs;
		const seen = Math.max(this.acceptedRate * BELOW_ACCEPTED, SLOWEST_RATE);
		// What is closed says nothing about the pace.
		if (this.rate === Infinity) this.rate = seen;
		else if (!this.isClosed(nowMs)) {
			this.rate = Math.min(
				this.rate * BELOW_ACCEPTED,
				Math.max(seen, this.rate * DEEPEST_CUT, SLOWEST_RATE),
			);
		}
		this.tokens = Math.min(this.tokens, 0);
	}

	/** Nothing is known of the limit any more, but that it was there. */
	private begin(nowMs: number): void {
		this.rate = Infinity;
		this.burst = FIRST_BURST;
		this.tokens = 1;
		this.filledMs = nowMs;
	}

	private isClosed(nowMs: number): boolean {
		return (
			this.refusedInRow >= CLOSED_AFTER_REFUSALS && nowMs - this.acceptedMs >= CLOSED_AFTER_MS
		);
	}

	private get refill(): number {
		return this.rate === Infinity ? this.burst : this.rate;
	}

	/** Brings the tokens up to now. */
	private fill(nowMs: number): void {
		const fromMs = Math.max(this.filledMs, Math.min(nowMs, this.restUntilMs));
		const seconds = Math.max(0, nowMs - fromMs) / 1_000;
		this.filledMs = nowMs;
		const most =
			this.rate === Infinity ? this.burst : 1 + Math.max(0, this.rate * TIMER_SLACK_SECONDS);
		this.tokens = Math.min(most, this.tokens + seconds * this.refill);
	}

	/** Lets the pace grow for so many seconds in which it has held calls back. */
	grow(nowMs: number, seconds: number): void {
		if (this.rate === Infinity) return;
		const sinceCut = Math.min(GROWS_FASTER_FOR_SECONDS, (nowMs - this.cutMs) / 1_000);
		this.rate *= 1 + seconds * (GROWTH + GROWTH_OF_GROWTH * sinceCut);
	}

	/** A moving average of the calls that the gateway takes a second. */
	private count(nowMs: number, calls: number): void {
		const seconds = (nowMs - this.countedMs) / 1_000;
		this.countedMs = nowMs;
		this.acceptedRate *= Math.exp(-seconds / AVERAGED_SECONDS);
		this.acceptedRate += calls / AVERAGED_SECONDS;
	}
}
