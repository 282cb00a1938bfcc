import type { TaskStatus } from '../core/task';

/**
 * What a gateway's word for a task's state means. `lag`: the gateway does not know its own task yet.
 * `unknown`: what stands beside the word must tell.
 */
export type WordMeaning = TaskStatus | 'lag' | 'unknown';

/**
 * The words of the contracts (docs/contracts/queue.md#status, docs/contracts/vtrix.md#status,
 * docs/contracts/toapis.md#status), and others that gateways and the makers of models use, in the
 * spelling of `normalized`. `COMPLETED` may hide a failure (`successMayHaveFailed`).
 */
const WORDS: Readonly<Record<WordMeaning, readonly string[]>> = {
	queued: [
		...['QUEUED', 'QUEUEING', 'QUEUING', 'IN_QUEUE', 'PENDING', 'SUBMITTED', 'WAITING', 'CREATED'],
		...['NOT_START', 'NOT_STARTED', 'SCHEDULED', 'ACCEPTED', 'PREPARING', 'INIT', 'INITIALIZING'],
	],
	running: [
		...['RUNNING', 'IN_PROGRESS', 'PROCESSING', 'GENERATING', 'STARTED', 'STARTING', 'WORKING'],
		...['ACTIVE', 'EXECUTING', 'RENDERING', 'UPLOADING', 'BOOTING', 'WARMING_UP', 'RETRYING'],
		// What may still end well, though it holds the stem of a bad end.
		...['CANCELING', 'CANCELLING', 'CANCEL_REQUESTED', 'CANCELLATION_REQUESTED', 'MODERATION'],
	],
	completed: [
		...['COMPLETED', 'COMPLETE', 'DONE', 'FINISHED', 'FINISH', 'READY', 'SUCCEEDED', 'SUCCEED'],
		...['SUCCESS', 'SUCCESSFUL', 'OK', 'GENERATED'],
	],
	failed: ['FAILED', 'FAILURE', 'FAIL', 'ERROR', 'ERRORED'],
	cancelled: ['CANCELED', 'CANCELLED', 'CANCEL'],
	lag: [
		...['UNKNOWN', 'NOT_FOUND', 'TASK_NOT_FOUND', 'REQUEST_NOT_FOUND', 'NOT_EXIST'],
		'TASK_NOT_EXIST',
	],
	unknown: [],
};

const KNOWN = new Map(
	Object.entries(WORDS).flatMap(([meaning, words]) =>
		words.map((word) => [word, meaning as WordMeaning] as const),
	),
);

/**
 * A bad end counts where it is what a word says last: `PROCESSING_FAILED` and `QUEUE_TIMEOUT` have ended,
 * `MODERATION_PASSED` and `FAILOVER` go on. A word that goes on for ever costs time; one that is taken
 * for an end costs the price of a second picture.
 */
const BAD_END =
	/(FAIL|FAILED|FAILURE|FAILS|ERROR|ERRORS|ERRORED|ABORTED|EXPIRED|REJECTED|MODERATED|BLOCKED|REVOKED|TERMINATED|TIME_?D?_?OUT|(CANCEL(?:L?ED)))$/;

/** What may follow an end and is not said of the task: how it came, and what for. */
const BY_WHOM = /_(BY|AFTER|DUE|WITH|WITHOUT|FROM|ON|IN|BECAUSE|FOR|AT|BEFORE|DURING|AS|TO)(_.*)?$/;
const WHAT_FOR =
	/(_(NSFW|SAFETY|MODERATION|CONTENT|POLICY|CREDITS?|INTERNAL|USER|SYSTEM|FINAL|FINALLY|PERMANENT|PERMANENTLY))+$/;

/** What before an end turns it round: there is no error, a part alone is bad. */
const TURNED_ROUND =
	/(^|_)(NO|NOT|NON|NEVER|UN|AWAIT\w*|PARTIAL\w*|SUCCESS|SUCCEEDED|COMPLETED?|FINISHED|DONE)(_|$)|(^|_)(NO|UN|NON)$/;

/** A cancel that did not succeed: the task goes on. */
const CANCEL_ITSELF = /CANCEL(?!L?ED)|ABORT(?!ED)|TERMINATION/;

/** Words that say no more than that a task failed, so that the reason must stand elsewhere. */
const BARE_WORDS: ReadonlySet<string> = new Set(['', ...WORDS.failed, ...WORDS.cancelled]);

/** A longer text in a status field is no word. */
const LONGEST_WORD = 100;

/** A gateway's words in one spelling: `in-progress`, `inProgress`, `In Progress` are `IN_PROGRESS`. */
export function normalized(word: string): string {
	return word
		.slice(0, LONGEST_WORD)
		.replace(/([a-z\d])([A-Z])/g, '$1_$2')
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, '_')
		.replace(/^_|_$/g, '');
}

/** The meaning of a word. */
export function meaningOf(word: string): WordMeaning {
	const spelled = normalized(word);
	const known = KNOWN.get(spelled);
	if (known) return known;
	const told = spelled.replace(BY_WHOM, '').replace(WHAT_FOR, '');
	const end = BAD_END.exec(told);
	if (!end) return 'unknown';
	const before = told.slice(0, end.index);
	if (TURNED_ROUND.test(before)) return 'unknown';
	if (end[2] !== undefined) return 'cancelled';
	return CANCEL_ITSELF.test(before) ? 'running' : 'failed';
}

/** Whether a word of a bad end tells a reason by itself: `EXPIRED` does, `FAILED` does not. */
export function tellsReason(word: string): boolean {
	return !BARE_WORDS.has(normalized(word));
}

/** Whether a word may be the envelope's, about the call and not about the task in it. */
export function isEnvelopeWord(word: string): boolean {
	return ['SUCCESS', 'SUCCESSFUL', 'OK'].includes(normalized(word));
}
