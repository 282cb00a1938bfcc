/** A first refusal may be chance, and binds its call alone; a second in a row binds all (FAULTS, F2). */
const REFUSALS_THAT_BIND = 2;

/** How long creates wait for a place before one of them asks: the first wait and the longest, in ms. */
const FIRST_ASK_MS = 1_000;
const LONGEST_ASK_MS = 10_000;

/** Nobody rests longer on another's word, in milliseconds (FAULTS, F1). */
const LONGEST_REST_MS = 60_000;

/** So often in a row wrong, the number of tasks is not what the gateway limits. */
const DOUBTS_THAT_END = 2;

/** For how long it is not supposed again then, in milliseconds. */
const NOT_SUPPOSED_FOR_MS = 60_000;

/** A create that holds places: from its turn until its task has ended. */
export interface Holder {
	/** How many places it holds: ToAPIs' n makes n tasks. */
	readonly tasks: number;
	/** When its item gives up, and its places end at the latest. */
	readonly deadlineMs: number;
	/** Whether the gateway has taken it. */
	isRunning: boolean;
}

/**
 * How many tasks at a time the gateway is supposed to take. The number is learned from refusals and
 * dropped by the first create that is accepted above it. Whoever waits for a place is never left to
 * an end of ours alone, since others may hold the places: from time to time one create asks for all.
 */
export class Places {
	private readonly holders = new Set<Holder>();
	/** Counted as they come and go: whoever waits asks for it, and there may be hundreds of both. */
	private heldTasks = 0;
	/** No holder's deadline is before it. */
	private earliestDeadlineMs = Infinity;
	private supposed = Infinity;
	private refusedInRow = 0;
	private doubts = 0;
	private notSupposedUntilMs = -Infinity;
	private restUntilMs = -Infinity;
	private askAtMs = -Infinity;
	private askWaitMs = FIRST_ASK_MS;
	private readonly asking = new WeakSet<Holder>();

	/** Whether a number of tasks is supposed. */
	get isLimited(): boolean {
		return this.supposed !== Infinity;
	}

	/** Whether no task runs and no create is in flight. */
	isEmpty(nowMs: number): boolean {
		this.dropOverdue(nowMs);
		return this.holders.size === 0;
	}

	/** Places that are held, by running tasks and by creates in flight. */
	get held(): number {
		return this.heldTasks;
	}

	/** Whether the last creates were refused, one after the other: that is no chance any more. */
	get binds(): boolean {
		return this.refusedInRow >= REFUSALS_THAT_BIND;
	}

	/** Tasks that run, as far as it is known here. */
	get running(): number {
		let tasks = 0;
		for (const holder of this.holders) tasks += holder.isRunning ? holder.tasks : 0;
		return tasks;
	}

	/** Whether the number of tasks was lately found not to be what is limited. */
	isDoubted(nowMs: number): boolean {
		return nowMs < this.notSupposedUntilMs;
	}

	/** How long until so many tasks may begin, in milliseconds; 0 for now. */
	waitMs(tasks: number, nowMs: number): number {
		this.dropOverdue(nowMs);
		if (nowMs >= this.restUntilMs && this.heldTasks + tasks <= this.supposed) return 0;
		return Math.max(0, this.askAtMs - nowMs);
	}

	/** How long creates rest because the gateway said so, in milliseconds. */
	restMs(nowMs: number): number {
		return Math.max(0, Math.min(this.restUntilMs, this.askAtMs) - nowMs);
	}

	take(holder: Holder, nowMs: number): void {
		const isAsking = nowMs < this.restUntilMs || this.heldTasks + holder.tasks > this.supposed;
		this.holders.add(holder);
		this.heldTasks += holder.tasks;
		this.earliestDeadlineMs = Math.min(this.earliestDeadlineMs, holder.deadlineMs);
		if (!isAsking) return;
		this.asking.add(holder);
		// No other asks until it is answered; one whose answer does not come stops nobody for long.
		this.askAtMs = nowMs + LONGEST_ASK_MS;
	}

	/** @returns whether the create asked above the supposed number, and so proved it wrong */
	accepted(holder: Holder, nowMs: number): boolean {
		holder.isRunning = true;
		this.refusedInRow = 0;
		this.restUntilMs = -Infinity;
		if (this.running <= this.supposed) return false;
		this.supposed = Infinity;
		this.askWaitMs = FIRST_ASK_MS;
		if (!this.asking.has(holder)) return false;
		this.doubts++;
		if (this.doubts >= DOUBTS_THAT_END) this.notSupposedUntilMs = nowMs + NOT_SUPPOSED_FOR_MS;
		return true;
	}

	/**
	 * @param isSure whether the gateway said that it is the number of tasks
	 * @param toldMs how long it asked this create to wait
	 */
	refused(holder: Holder, nowMs: number, isSure: boolean, toldMs: number | undefined): void {
		this.remove(holder);
		this.refusedInRow++;
		if (isSure) this.notSupposedUntilMs = -Infinity;
		else if (this.refusedInRow < REFUSALS_THAT_BIND) return;
		if (toldMs !== undefined && !isSure) {
			this.restUntilMs = nowMs + Math.min(toldMs, LONGEST_REST_MS);
		}
		if (!this.isDoubted(nowMs)) this.supposed = Math.min(this.supposed, this.running);
		if (this.asking.has(holder)) {
			this.doubts = 0;
			this.askWaitMs = Math.min(LONGEST_ASK_MS, this.askWaitMs * 2);
		}
		this.askAtMs = nowMs + Math.min(toldMs ?? this.askWaitMs, LONGEST_REST_MS);
	}

	/** A task has ended, or its create came to nothing. */
	end(holder: Holder, nowMs: number): void {
		if (!this.remove(holder) || !holder.isRunning) return;
		// Its place is free, whatever the gateway has asked for: one create may try it.
		this.askWaitMs = FIRST_ASK_MS;
		if (nowMs < this.restUntilMs) this.askAtMs = nowMs;
	}

	private remove(holder: Holder): boolean {
		if (!this.holders.delete(holder)) return false;
		this.heldTasks -= holder.tasks;
		return true;
	}

	/** What hangs elsewhere must not hold a place for ever. */
	private dropOverdue(nowMs: number): void {
		if (nowMs < this.earliestDeadlineMs) return;
		this.earliestDeadlineMs = Infinity;
		for (const holder of this.holders) {
			if (holder.deadlineMs <= nowMs) this.end(holder, nowMs);
			else this.earliestDeadlineMs = Math.min(this.earliestDeadlineMs, holder.deadlineMs);
		}
	}
}
