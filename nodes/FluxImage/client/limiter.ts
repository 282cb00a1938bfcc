/** What a call does: in the order of the line, first to last, but that polls and creates alternate. */
export type CallKind = 'cancel' | 'result' | 'poll' | 'upload' | 'create';

/** A call of the API that asks for its turn. */
export interface Call {
	readonly kind: CallKind;
	readonly modelId: string;
	/** Turns go round by execution; any object that is its own. */
	readonly execution: object;
	/** How many tasks a create makes: ToAPIs' n. */
	readonly tasks: number;
	/**
	 * Whether a create's task is left to another node: nobody tells here when it has ended, and none of
	 * its looks are made here.
	 */
	readonly isLeft?: boolean;
	/** A person's test run always asks, whatever is supposed of the gateway. */
	readonly isTestRun: boolean;
	/** When the item gives up, in milliseconds of the clock: a create's places end by then. */
	readonly itemDeadlineMs: number;
}

/** A reply's headers, by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** What a refusal says of the limit: too many calls, too many tasks, busy with others, or nothing. */
export type LimitMeaning = 'calls' | 'tasks' | 'busy' | 'unknown';

/** A reply that refuses a call for a limit's sake. */
export interface Refusal {
	readonly meaning: LimitMeaning;
	/** How long the gateway asked this call to wait. */
	readonly retryAfterMs?: number | undefined;
	readonly headers?: Headers | undefined;
}

/** A call's turn. Whoever has it says how the call came out, and in `finally` that it is over. */
export interface Turn {
	/** The gateway took the call. */
	accepted(headers?: Headers): void;
	/** The gateway refused it for a limit's sake. */
	refused(refusal: Refusal): void;
	/**
	 * The call is over, whatever became of it; a create's turn holds its places until its task has
	 * ended. To say it twice, or after the item's deadline, does nothing.
	 */
	end(): void;
}

/** Who says when a call may go. */
export interface Limiter {
	/**
	 * Waits for a call's turn. After an abort it is given at once: the call itself says so.
	 *
	 * @param until the deadline in milliseconds of the clock, and what ends the wait before
	 * @returns nothing where the turn, or a place for its task, does not come before the deadline; at
	 * once where the gateway has asked for a longer rest
	 */
	acquire(
		call: Call,
		until: { readonly deadlineMs: number; readonly signal: AbortSignal },
	): Promise<Turn | undefined>;
}

/** The turn of a call that nobody counts. */
export const FREE_TURN: Turn = {
	accepted: () => undefined,
	refused: () => undefined,
	end: () => undefined,
};

/** Holds nothing back. */
export const unlimited: Limiter = { acquire: async () => FREE_TURN };
