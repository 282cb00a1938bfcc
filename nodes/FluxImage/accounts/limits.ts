import { FREE_TURN, type Call, type Limiter, type Turn } from '../client/limiter';
import type { Clock } from '../core/clock';
import { Beliefs } from './beliefs';
import type { Holder } from './places';
import { Turns } from './turns';

/** How often whoever waits looks for itself, in milliseconds: a wake-up that was lost costs no more. */
const LOOKS_EVERY_MS = 5_000;

/** After somebody has looked, the others need not, in milliseconds: all look for all. */
const LOOKS_APART_MS = 1_000;

/**
 * A look that is made when its item's time is up goes once nothing else has gone for so long, in
 * milliseconds, whatever is supposed or was asked for: one call a second hurts nobody.
 */
const QUIET_MS = 1_000;

/** Why a sleep ends early; a constant, since a reason of Node's own costs a stack trace. */
const CHANGED = new Error('the line has moved');

type Until = Parameters<Limiter['acquire']>[1];

/** A call in the line. */
interface Waiting extends Call {
	turn: Turn | undefined;
	wake?: AbortController;
}

/**
 * The turns of one account's calls, those of all executions together. There is no loop that serves:
 * each call that comes, is answered, ends or wakes looks who may go now, and one of those who wait is
 * awake when the next may. Who is stopped leaves the line, and looks once more for the others.
 */
export class Limits implements Limiter {
	private readonly turns = new Turns<Waiting>();
	private readonly beliefs: Beliefs;
	private servedMs: number;
	/** When the last call went, in milliseconds of the clock. */
	private wentMs = -Infinity;
	/** The test runs whose first call has gone. */
	private readonly askedAtOnce = new WeakSet<object>();
	/** Who is awake when the next call may go, and when that is, in milliseconds of the clock. */
	private watch: Waiting | undefined;
	private watchAtMs = Infinity;

	constructor(private readonly clock: Clock) {
		this.servedMs = clock.nowMs();
		this.beliefs = new Beliefs(this.servedMs);
	}

	/** Whether a call waits or a task runs: such an account is not forgotten. */
	get isLive(): boolean {
		return !this.turns.isEmpty || this.beliefs.isLive(this.clock.nowMs());
	}

	/**
	 * Waits for a call's turn. After an abort it is given at once: the call itself says so.
	 *
	 * @returns nothing where the turn, or a place for its task, does not come before the deadline; at
	 * once where the gateway has asked for a longer rest
	 */
	async acquire(call: Call, until: Until): Promise<Turn | undefined> {
		if (until.signal.aborted) return FREE_TURN;
		if (this.asksAtOnce(call)) return this.grant(call);
		const waiting: Waiting = { ...call, turn: undefined };
		this.turns.add(waiting);
		this.serve();
		while (this.stays(waiting, until)) await this.sleep(waiting, until);
		if (waiting.turn) return waiting.turn;
		this.turns.delete(waiting);
		this.serve();
		return until.signal.aborted ? FREE_TURN : undefined;
	}

	/** A person's test run asks whatever is supposed, once; many items of it go at the account's pace. */
	private asksAtOnce({ isTestRun, execution }: Call): boolean {
		if (!isTestRun || this.askedAtOnce.has(execution)) return false;
		this.askedAtOnce.add(execution);
		return true;
	}

	private stays(waiting: Waiting, { deadlineMs, signal }: Until): boolean {
		if (waiting.turn || signal.aborted) return false;
		const nowMs = this.clock.nowMs();
		const restMs = isLastLook(waiting, nowMs) ? 0 : this.beliefs.restMs(waiting, nowMs);
		return nowMs + restMs < deadlineMs;
	}

	/** Until something has changed for this call; then it looks who may go. */
	private async sleep(waiting: Waiting, { deadlineMs, signal }: Until): Promise<void> {
		const nowMs = this.clock.nowMs();
		const untilMs = Math.min(this.wakesAtMs(waiting), deadlineMs, nowMs + LOOKS_EVERY_MS);
		const wake = (waiting.wake = new AbortController());
		await this.clock.sleep(Math.max(0, untilMs - nowMs), AbortSignal.any([signal, wake.signal]));
		if (!waiting.turn && this.isDue(waiting)) this.serve();
	}

	/** Of hundreds who wait one looks in a second, and not each of them for all. */
	private isDue(waiting: Waiting): boolean {
		const nowMs = this.clock.nowMs();
		return nowMs >= this.wakesAtMs(waiting) || nowMs - this.servedMs >= LOOKS_APART_MS;
	}

	private wakesAtMs(waiting: Waiting): number {
		return waiting === this.watch ? this.watchAtMs : Infinity;
	}

	/** Gives their turns to all who may go now, and sees to it that somebody is awake for the next. */
	private serve(): void {
		const nowMs = this.clock.nowMs();
		const sinceMs = nowMs - this.servedMs;
		// Longer, the process stood still: nothing was asked in that time, so nothing was held back.
		const hasWaited = !this.turns.isEmpty && sinceMs < 2 * LOOKS_EVERY_MS;
		if (hasWaited) this.beliefs.grow(nowMs, sinceMs / 1_000);
		this.servedMs = nowMs;
		for (;;) {
			const { first, waitMs } = this.next(nowMs);
			if (!first || waitMs > 0) return this.keepAwake(first, nowMs + waitMs);
			this.turns.went(first);
			first.turn = this.grant(first);
			first.wake?.abort(CHANGED);
		}
	}

	/** Who goes first, and in how many milliseconds. */
	private next(nowMs: number): { first: Waiting | undefined; waitMs: number } {
		let first: Waiting | undefined;
		let leastMs = Infinity;
		for (const waiting of this.turns.candidates()) {
			const waitMs = this.waitMs(waiting, nowMs);
			if (waitMs === 0) return { first: waiting, waitMs };
			if (waitMs < leastMs) [first, leastMs] = [waiting, waitMs];
		}
		return { first, waitMs: leastMs };
	}

	private waitMs(waiting: Waiting, nowMs: number): number {
		const waitMs = this.beliefs.waitMs(waiting, nowMs);
		if (!isLastLook(waiting, nowMs)) return waitMs;
		return Math.min(waitMs, Math.max(0, this.wentMs + QUIET_MS - nowMs));
	}

	private keepAwake(waiting: Waiting | undefined, atMs: number): void {
		if (this.watch === waiting && this.watchAtMs === atMs) return;
		this.watch = waiting;
		this.watchAtMs = atMs;
		waiting?.wake?.abort(CHANGED);
	}

	private grant(call: Call): Turn {
		const { beliefs, clock } = this;
		const { tasks, itemDeadlineMs: deadlineMs } = call;
		const holder: Holder = { tasks, deadlineMs, isRunning: false };
		let isOver = false;
		this.wentMs = clock.nowMs();
		beliefs.take(call, holder, this.wentMs);
		return {
			accepted: (headers = {}) => {
				beliefs.accepted(call, holder, headers, !this.turns.isEmpty, clock.nowMs());
				this.serve();
			},
			refused: (refusal) => {
				beliefs.refused(call, holder, refusal, clock.nowMs());
				this.serve();
			},
			end: () => {
				if (isOver) return;
				isOver = true;
				beliefs.ended(call, holder, clock.nowMs());
				this.serve();
			},
		};
	}
}

/** Whether a call looks at what is paid, and its item's time is up: it is not made again. */
function isLastLook({ kind, itemDeadlineMs }: Call, nowMs: number): boolean {
	return (kind === 'poll' || kind === 'result') && nowMs >= itemDeadlineMs;
}
