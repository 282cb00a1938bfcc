/**
 * A value, or the problem that stands in its place. Endings are values: what throws is a fault of n8n's
 * store or of our own.
 */
export type Outcome<T> =
	| { readonly value: T; readonly problem?: undefined }
	| { readonly problem: Problem; readonly value?: undefined };

/** Why something did not work, as data: what the wire said, before any wording. */
export interface Problem {
	readonly kind: ProblemKind;
	/** The gateway's or the network's own words, redacted. */
	readonly reason?: string;
	/** The gateway's error type or code (`CONTENT_BLOCKED`), or the network's (`ECONNREFUSED`). */
	readonly code?: string;
	/** HTTP status of the reply; absent where there was none. */
	readonly httpCode?: number;
	/** The gateway's id of the refused call, for its support; not a task id. */
	readonly gatewayRequestId?: string;
	/** How long the gateway asked to wait, in milliseconds from the reply's arrival. */
	readonly retryAfterMs?: number;
	/**
	 * What the refusal's own words say about a limit, whatever its HTTP status: too many calls in a
	 * time, too many tasks at a time, or a gateway that is busy with others. Absent where they say
	 * nothing of it: then evidence must tell.
	 */
	readonly limit?: LimitKind;
	/** The model of a create that went wrong; a task that exists tells its own. */
	readonly modelId?: string;
	/** The whole reply of a task that finished without an image, redacted. */
	readonly reply?: unknown;
	/** Nothing was sent here, but money may have gone for the same order elsewhere. */
	readonly mayBePaid?: true;
	/** Where a finished picture lies that could not be fetched. */
	readonly pictureUrl?: string;
}

/** Which limit a refusal is about. */
export type LimitKind = 'calls' | 'tasks' | 'busy';

/**
 * Every way in which a call or a task can end badly. `messages.ts` has a row of words for each,
 * `client/retry.ts` what a create and a read do about it.
 */
export type ProblemKind =
	// The gateway said no.
	| 'badKey'
	| 'noCredit'
	| 'notAllowed'
	| 'notFound'
	| 'badParameters'
	| 'rateLimited'
	| 'gatewayFault'
	| 'redirected'
	| 'unreadable'
	// Somebody before the gateway said no: it never saw the call.
	| 'blockedByEdge'
	| 'refusedByProxy'
	// The network said no.
	| 'neverConnected'
	| 'interrupted'
	| 'requestTimedOut'
	// The task ended badly.
	| 'failed'
	| 'moderated'
	| 'cancelled'
	| 'noImages'
	| 'resultUnread'
	| 'pictureUnavailable'
	| 'notStored'
	// What the person gave is not there.
	| 'inputImageUnavailable'
	| 'earlierTaskUnavailable'
	// The execution ended it.
	| 'notSentInTime'
	| 'alreadyOrdered'
	| 'limitReached'
	| 'createUncertain'
	| 'deadlineReached'
	| 'deadlineCancelled'
	| 'stopped';

/** The person stopped the execution, or another item has failed the node: nothing is awaited any more. */
export const STOPPED: Problem = { kind: 'stopped' };
