/** Calls that may go at once before anything is known, and that may follow each second. */
const FIRST_BURST = 20;

/** By how much the burst grows with each accepted call: by half with each round trip. */
const GROWN = 0.5;

/** A pace is set a little below what was accepted, so that the gateway's bucket fills again. */
const BELOW_ACCEPTED = 0.95;

/** A single cut goes no deeper than this share: what was accepted may have been all that was asked. */
const DEEPEST_CUT = 0.5;

/** The slowest pace, in calls a second; and the slowest after a first refusal, which may be chance. */
const SLOWEST_RATE = 0.2;
const SLOWEST_FIRST_RATE = 1;

/** A refusal so long after the last one says nothing of the pace, in milliseconds. */
const CHANCE_AFTER_MS = 5_000;

/** Several calls in flight run into the same wall: one cut for all of them, in milliseconds. */
const CUT_EVERY_MS = 1_000;

/**
 * By which share the pace grows in a second, and by how much more with the square of the seconds since
 * the last cut: slowly near the known limit, then ever faster, as TCP's CUBIC does (RFC 9438).
 */
const GROWTH = 0.01;
const GROWTH_BY_SQUARE = 0.003;
const GROWS_FASTER_FOR_SECONDS = 20;

/**
 * So many cuts, each from a slower pace than the last, did not help: where still fewer than this share
 * of the last calls are refused, it is not their number a second that is limited. That is held for a
 * minute, or until more are refused.
 */
const CUTS_THAT_SHOULD_HELP = 4;
const SHARE_OF_A_LIMIT = 0.3;
const CALLS_LOOKED_AT = 20;
const NOT_SUPPOSED_FOR_MS = 60_000;

/** Over how many seconds the accepted calls are averaged. */
const AVERAGED_SECONDS = 2;

/** How late a timer may wake without loss of pace, in seconds. */
const TIMER_SLACK_SECONDS = 0.05;

/** So many refusals in a row: nothing goes then but one call that asks, until one is accepted. */
const REFUSALS_THAT_CLOSE = 3;

/** How long it waits before it asks: at first, doubling with each refusal, and at most, in ms. */
const FIRST_ASK_MS = 250;
const LONGEST_ASK_MS = 2_000;

/** So long without an acceptance says nothing of the pace: it begins anew then. */
const FORGOTTEN_AFTER_MS = 1_500;

/** After two refused creates in a row: for so long each accepted one lets but one more go, in ms. */
const CLOCKED_FOR_MS = 1_000;

/** Nobody rests longer on another's word, in milliseconds (FAULTS, F1). */
const LONGEST_REST_MS = 60_000;

/** And how long on what an accepted call's headers say: then one asks. */
const LONGEST_TOLD_REST_MS = 5_000;

/**
 * How fast calls of one kind may follow each other. Until it was refused it only starts slowly: each
 * call that is accepted lets more go, so that no more run into a wall than one round trip holds.
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
	private cutAtRate = 0;
	private cutsInVain = 0;
	private calls = { accepted: 0, refused: 0 };
	private notSupposedUntilMs = -Infinity;
	private isHolding = false;
	private acceptedMs: number;
	private refusedMs = -Infinity;
	private refusedInRow = 0;
	private restUntilMs = -Infinity;
	private clockedUntilMs = -Infinity;
	/** Until when no call would be accepted, by the gateway's headers; and until when they are wrong. */
	private toldUntilMs = -Infinity;
	private notToldUntilMs = -Infinity;
	private isAsking = false;
	private askWaitMs = FIRST_ASK_MS;

	constructor(nowMs: number) {
		this.filledMs = this.countedMs = this.acceptedMs = nowMs;
	}

	/** Calls a second, as a limit that was met lately allows; infinite where none was. */
	perSecond(nowMs: number): number {
		return nowMs - this.refusedMs < LONGEST_REST_MS ? this.rate : Infinity;
	}

	/** How long until a call may go, in milliseconds; 0 for now. */
	waitMs(nowMs: number): number {
		if (this.restUntilMs > nowMs) return this.restUntilMs - nowMs;
		this.fill(nowMs);
		if (this.tokens >= 1) return 0;
		this.isHolding = true;
		return Math.max(1, Math.ceil(((1 - this.tokens) / this.refill) * 1_000));
	}

	/** How long nothing may go, in milliseconds, whatever the pace. */
	restMs(nowMs: number): number {
		return Math.max(0, this.restUntilMs - nowMs);
	}

	/** A call goes. One that cannot wait goes in the rest too, which stays as it is for the others. */
	take(nowMs: number): void {
		if (nowMs < this.restUntilMs) return;
		this.fill(nowMs);
		this.tokens--;
		if (!this.isClosed) return;
		// No other asks until it is answered; one whose answer does not come stops nobody for long.
		this.isAsking = true;
		this.restUntilMs = nowMs + LONGEST_ASK_MS;
	}

	/** @param isWaiting whether more calls stand in line */
	accepted(nowMs: number, isWaiting: boolean): void {
		if (this.isClosed && nowMs - this.acceptedMs >= FORGOTTEN_AFTER_MS) this.begin(nowMs);
		if (this.isClosed) this.restUntilMs = -Infinity;
		this.refusedInRow = 0;
		this.isAsking = false;
		this.askWaitMs = FIRST_ASK_MS;
		if (nowMs >= this.restUntilMs && nowMs < this.toldUntilMs) {
			this.notToldUntilMs = nowMs + NOT_SUPPOSED_FOR_MS;
		}
		this.acceptedMs = nowMs;
		this.note('accepted');
		this.count(nowMs, 1);
		if (this.rate !== Infinity) return;
		this.fill(nowMs);
		const grown = isWaiting && nowMs >= this.clockedUntilMs ? GROWN : 0;
		this.burst += grown;
		this.tokens = Math.min(this.burst, this.tokens + 1 + grown);
	}

	/** @param toldMs how long the gateway asked this call to wait */
	refused(nowMs: number, toldMs: number | undefined): void {
		this.note('refused');
		// A first refusal may be chance (FAULTS, F2).
		if (nowMs - this.refusedMs < CHANCE_AFTER_MS) this.cut(nowMs);
		this.refusedMs = nowMs;
		this.refusedInRow++;
		// Of many that were in flight together the first says it for all.
		if (!this.isClosed || (nowMs < this.restUntilMs && !this.isAsking)) return;
		const waitMs = toldMs === undefined ? this.askWaitMs : Math.min(toldMs, LONGEST_REST_MS);
		if (this.isAsking) this.askWaitMs = Math.min(LONGEST_ASK_MS, this.askWaitMs * 2);
		this.isAsking = false;
		this.rest(nowMs + waitMs);
	}

	/** What was refused was this pace after all: no burst again, but evenly as many in a second. */
	wasLimit(nowMs: number): void {
		if (this.rate !== Infinity) return;
		this.fill(nowMs);
		this.refusedMs = this.cutMs = nowMs;
		this.rate = FIRST_BURST;
		this.tokens = Math.min(this.tokens, 0);
	}

	/** Something is limited, and it is not known what: the slow start begins anew, still slower. */
	hesitate(nowMs: number): void {
		this.fill(nowMs);
		this.clockedUntilMs = nowMs + CLOCKED_FOR_MS;
		this.burst = FIRST_BURST;
		this.tokens = Math.min(this.tokens, 0);
	}

	/**
	 * The gateway says how many calls it would take, and when it takes as many as ever again. What an
	 * accepted call says may be wrong, and counts for nothing for a minute once a call is accepted that
	 * should not have been.
	 *
	 * @param resetMs from now
	 */
	told(nowMs: number, remaining: number, resetMs: number, wasRefused: boolean): void {
		if (!wasRefused && nowMs < this.notToldUntilMs) return;
		this.fill(nowMs);
		this.tokens = Math.min(this.tokens, remaining);
		if (remaining > 0) return;
		const restMs = Math.min(resetMs, wasRefused ? LONGEST_REST_MS : LONGEST_TOLD_REST_MS);
		this.toldUntilMs = nowMs + resetMs;
		this.rest(Math.max(this.restUntilMs, nowMs + restMs));
	}

	/** The one that asks when the rest is over need not wait for the pace. */
	private rest(untilMs: number): void {
		this.restUntilMs = untilMs;
		this.tokens = Math.max(this.tokens, 1);
	}

	private cut(nowMs: number): void {
		// What is closed says nothing about the pace.
		if (nowMs - this.cutMs < CUT_EVERY_MS || this.isClosed) return;
		if (nowMs < this.notSupposedUntilMs && !this.isMuchRefused) return;
		this.notSupposedUntilMs = -Infinity;
		this.fill(nowMs);
		this.count(nowMs, 0);
		this.cutMs = nowMs;
		// Where refusals do not fall when the pace does, it is dropped (DESIGN, rule 8).
		this.cutsInVain = this.rate < this.cutAtRate ? this.cutsInVain + 1 : 0;
		this.cutAtRate = this.rate === Infinity ? 0 : this.rate;
		if (this.cutsInVain === 0) this.calls = { accepted: 0, refused: 0 };
		if (this.cutsInVain >= CUTS_THAT_SHOULD_HELP && !this.isMuchRefused) {
			this.notSupposedUntilMs = nowMs + NOT_SUPPOSED_FOR_MS;
			this.calls = { accepted: CALLS_LOOKED_AT, refused: 0 };
			return this.begin(nowMs);
		}
		const seen = Math.max(this.acceptedRate * BELOW_ACCEPTED, SLOWEST_RATE);
		this.rate =
			this.rate === Infinity
				? Math.max(seen, SLOWEST_FIRST_RATE)
				: Math.min(this.rate * BELOW_ACCEPTED, Math.max(seen, this.rate * DEEPEST_CUT));
		this.tokens = Math.min(this.tokens, 0);
	}

	/** Whether so many calls are refused as only a limit refuses. */
	private get isMuchRefused(): boolean {
		const { accepted, refused } = this.calls;
		return refused >= SHARE_OF_A_LIMIT * (accepted + refused);
	}

	/** Older calls count for less. */
	private note(outcome: 'accepted' | 'refused'): void {
		this.calls[outcome]++;
		if (this.calls.accepted + this.calls.refused < 2 * CALLS_LOOKED_AT) return;
		this.calls = { accepted: this.calls.accepted / 2, refused: this.calls.refused / 2 };
	}

	/** Nothing is known of the limit any more, but that it was there. */
	private begin(nowMs: number): void {
		this.rate = Infinity;
		this.cutAtRate = 0;
		this.burst = FIRST_BURST;
		this.tokens = 1;
		this.filledMs = nowMs;
	}

	private get isClosed(): boolean {
		return this.refusedInRow >= REFUSALS_THAT_CLOSE;
	}

	private get refill(): number {
		return this.rate === Infinity ? this.burst : this.rate;
	}

	/** Brings the tokens up to now. */
	private fill(nowMs: number): void {
		const fromMs = Math.max(this.filledMs, Math.min(nowMs, this.restUntilMs));
		const seconds = Math.max(0, nowMs - fromMs) / 1_000;
		this.filledMs = nowMs;
		const most = this.rate === Infinity ? this.burst : 1 + this.rate * TIMER_SLACK_SECONDS;
		this.tokens = Math.min(most, this.tokens + seconds * this.refill);
	}

	/** Lets the pace grow for so many seconds, if it has held calls back in them. */
	grow(nowMs: number, seconds: number): void {
		if (this.rate === Infinity || !this.isHolding) return;
		this.isHolding = false;
		const sinceCut = Math.min(GROWS_FASTER_FOR_SECONDS, (nowMs - this.cutMs) / 1_000);
		this.rate *= 1 + seconds * (GROWTH + GROWTH_BY_SQUARE * sinceCut ** 2);
	}

	/** A moving average of the calls that the gateway takes a second. */
	private count(nowMs: number, calls: number): void {
		const seconds = (nowMs - this.countedMs) / 1_000;
		this.countedMs = nowMs;
		this.acceptedRate *= Math.exp(-seconds / AVERAGED_SECONDS);
		this.acceptedRate += calls / AVERAGED_SECONDS;
	}
}
