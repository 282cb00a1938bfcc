import type { Call, CallKind, Headers, Refusal } from '../client/limiter';
import { limitTold } from './limitHeaders';
import { Pace } from './pace';
import { Places, type Holder } from './places';

/** Cancels that may be in flight together (FAULTS, F8). */
const CANCELS_IN_FLIGHT = 10;

/** How long after a refused read creates are taken to meet the same limit, in milliseconds. */
const READS_REFUSED_FOR_MS = 10_000;

/** Of the last creates, so many must have been refused before their pace is held to be limited. */
const CREATES_LOOKED_AT = 20;
const CREATES_REFUSED = 8;

/** What a paid task still needs at least: a look and its result. */
const CALLS_OF_A_PAID_TASK = 2;

/** The share of the calls until an item's deadline that is promised to paid tasks. */
const PROMISED_SHARE = 0.5;

/** Models that are remembered, the unlimited and idle ones not longer than there is room. */
const MOST_MODELS = 50;

/** When a create that waits for paid tasks looks again, in milliseconds, if nothing wakes it. */
const PROMISED_WAIT_MS = 1_000;

/**
 * What is supposed of a gateway's limits for one account: calls a second, creates a second, tasks at
 * a time by model and in all. Each is a hypothesis that ends when it is contradicted. What tells them
 * apart: words of tasks or of a busy gateway first, while "rate limit" is what gateways say of any 429
 * (docs/contracts/queue.md#errors has no other code for it); then who is refused, since a read meets no
 * limit of tasks; then whether a create is accepted above the supposed number of tasks; and one refusal
 * among many acceptances is a gateway that is busy with others, and slows nothing.
 */
export class Beliefs {
	private readonly calls: Pace;
	private readonly creates: Pace;
	private readonly account = new Places();
	private readonly models = new Map<string, Places>();
	/** Of the last creates, which were refused. */
	private readonly lastCreates: boolean[] = [];
	private readRefusedMs = -Infinity;
	private readonly cancels = new Set<Holder>();
	/** Whether the gateway has said that it counts creates and reads apart. */
	private isApart = false;
	/** At which paces a call goes. */
	private readonly paces: Record<CallKind, readonly Pace[]>;

	constructor(nowMs: number) {
		const calls = (this.calls = new Pace(nowMs));
		const creates = (this.creates = new Pace(nowMs));
		this.paces = {
			cancel: [],
			result: [calls],
			poll: [calls],
			upload: [calls],
			create: [creates, calls],
		};
	}

	/** Whether a task of this account runs, or a create is in flight. */
	isLive(nowMs: number): boolean {
		return !this.account.isEmpty(nowMs) || this.cancelsInFlight(nowMs) > 0;
	}

	/** How long until this call may go, in milliseconds; 0 for now, infinite for "when one has ended". */
	waitMs(call: Call, nowMs: number): number {
		if (call.kind === 'cancel') {
			return this.cancelsInFlight(nowMs) < CANCELS_IN_FLIGHT ? 0 : Infinity;
		}
		let waitMs = 0;
		for (const pace of this.paces[call.kind]) waitMs = Math.max(waitMs, pace.waitMs(nowMs));
		// Whoever has to wait is asked again: the rest, which takes longer, can be found out then.
		if (call.kind !== 'create' || waitMs > 0) return waitMs;
		for (const places of this.placesOf(call)) {
			waitMs = Math.max(waitMs, places.waitMs(call.tasks, nowMs));
		}
		return Math.max(waitMs, this.promisedMs(call, nowMs));
	}

	/** How long this call rests on the gateway's word at least, in milliseconds. */
	restMs(call: Call, nowMs: number): number {
		const limits = [...this.paces[call.kind], ...this.placesOf(call)];
		return Math.max(0, ...limits.map((limit) => limit.restMs(nowMs)));
	}

	/** The call goes. */
	take(call: Call, holder: Holder, nowMs: number): void {
		for (const pace of this.paces[call.kind]) pace.take(nowMs);
		for (const places of this.placesOf(call)) places.take(holder, nowMs);
		if (call.kind === 'cancel') this.cancels.add(holder);
	}

	/** @param isWaiting whether more calls stand in the line */
	accepted(call: Call, holder: Holder, headers: Headers, isWaiting: boolean, nowMs: number): void {
		for (const pace of this.paces[call.kind]) pace.accepted(nowMs, isWaiting);
		if (call.kind === 'create') {
			const wasWrong = this.placesOf(call).map((places) => places.accepted(holder, nowMs));
			// Many were refused, and not for the number of tasks: their pace is left. Headers tell it better.
			const isTheirPace = wasWrong.includes(true) && this.manyCreatesRefused && !this.isApart;
			if (isTheirPace) this.creates.wasLimit(nowMs);
			this.noteCreate(false);
		}
		// Only a gateway that has refused with such headers means calls by them, and not tasks.
		if (this.isApart) this.heed(headers, undefined, nowMs);
	}

	refused(call: Call, holder: Holder, refusal: Refusal, nowMs: number): void {
		if (call.kind === 'cancel') return;
		if (call.kind === 'create') this.createRefused(call, holder, refusal, nowMs);
		else if (refusal.meaning !== 'busy') {
			this.readRefusedMs = nowMs;
			this.calls.refused(nowMs, refusal.retryAfterMs);
		}
		this.heed(refusal.headers ?? {}, refusal, nowMs);
	}

	/** The call is over; a create's task has ended. */
	ended(call: Call, holder: Holder, nowMs: number): void {
		this.cancels.delete(holder);
		this.endPlaces(call, holder, nowMs);
		this.forgetModels(nowMs);
	}

	/** Lets the paces grow for so many seconds in which calls were waiting. */
	grow(nowMs: number, seconds: number): void {
		this.calls.grow(nowMs, seconds);
		this.creates.grow(nowMs, seconds);
	}

	private createRefused(call: Call, holder: Holder, refusal: Refusal, nowMs: number): void {
		const { meaning, retryAfterMs } = refusal;
		const isSure = meaning === 'tasks';
		this.noteCreate(true);
		if (meaning === 'busy') return this.endPlaces(call, holder, nowMs);
		if (!isSure && !this.isApart && nowMs - this.readRefusedMs < READS_REFUSED_FOR_MS) {
			this.endPlaces(call, holder, nowMs);
			return this.calls.refused(nowMs, retryAfterMs);
		}
		// Its own back-off is all: of the tasks that are left nobody knows how many still run.
		if (call.isLeft) return;
		const model = this.modelOf(call);
		const others = [...this.models.values()].filter((places) => places !== model);
		model.refused(holder, nowMs, isSure, retryAfterMs);
		if (!isSure && model.binds) this.paces.create.forEach((pace) => pace.hesitate(nowMs));
		if (others.some((places) => places.isLimited)) {
			this.account.refused(holder, nowMs, isSure, retryAfterMs);
		} else this.account.end(holder, nowMs);
		if (!isSure && model.isDoubted(nowMs) && this.manyCreatesRefused) {
			this.creates.refused(nowMs, retryAfterMs);
		}
	}

	private endPlaces(call: Call, holder: Holder, nowMs: number): void {
		for (const places of this.placesOf(call)) places.end(holder, nowMs);
	}

	/** A Retry-After beside them is the better word for when: some Resets are in another unit. */
	private heed(headers: Headers, refusal: Refusal | undefined, nowMs: number): void {
		const told = limitTold(headers);
		if (!told?.category) return;
		this.isApart = true;
		this.paces.create = [this.creates];
		const pace = told.category === 'create' ? this.creates : this.calls;
		const resetMs = Math.min(told.resetMs, refusal?.retryAfterMs ?? Infinity);
		pace.told(nowMs, told.remaining, resetMs, refusal !== undefined);
	}

	/** What is paid comes first: a create waits while the paid tasks need all calls that there are. */
	private promisedMs({ itemDeadlineMs, isLeft }: Call, nowMs: number): number {
		const perSecond = this.calls.perSecond(nowMs);
		if (perSecond === Infinity) return 0;
		const callsLeft = ((itemDeadlineMs - nowMs) / 1_000) * perSecond;
		const paid = this.account.held;
		// Of a task that is left, no call is made here but its create.
		const own = isLeft ? 0 : 1;
		const needed = ((paid + own) * CALLS_OF_A_PAID_TASK) / (paid === 0 ? 1 : PROMISED_SHARE);
		return needed <= callsLeft ? 0 : PROMISED_WAIT_MS;
	}

	/** One that hangs counts no longer than its item lasts. */
	private cancelsInFlight(nowMs: number): number {
		return [...this.cancels].filter(({ deadlineMs }) => nowMs < deadlineMs).length;
	}

	private noteCreate(wasRefused: boolean): void {
		this.lastCreates.push(wasRefused);
		if (this.lastCreates.length > CREATES_LOOKED_AT) this.lastCreates.shift();
	}

	private get manyCreatesRefused(): boolean {
		return this.lastCreates.filter((wasRefused) => wasRefused).length >= CREATES_REFUSED;
	}

	/** Only creates take places, and of these not one that is left. */
	private placesOf(call: Call): Places[] {
		return call.kind !== 'create' || call.isLeft ? [] : [this.modelOf(call), this.account];
	}

	private modelOf({ modelId }: Call): Places {
		const places = this.models.get(modelId) ?? new Places();
		this.models.set(modelId, places);
		return places;
	}

	/** Models that have no task go first when there are too many; any text may be a model's id. */
	private forgetModels(nowMs: number): void {
		for (const [modelId, places] of this.models) {
			if (this.models.size <= MOST_MODELS) return;
			if (places.isEmpty(nowMs)) this.models.delete(modelId);
		}
	}
}
