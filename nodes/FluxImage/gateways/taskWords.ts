import type { TaskStatus } from '../core/task';

/**
 * What a gateway's word for a task's state means. `lag`: the gateway does not know its own task yet.
 * `unknown`: what stands beside the word must tell.
 */
export type WordMeaning = TaskStatus | 'lag' | 'unknown';

/**
 * Words that gateways and the makers of models use beside those of the contracts, in the spelling of
 * `normalized`. They hold wherever a gateway's own table has no other meaning for them.
 */
const COMMON_WORDS: Readonly<Record<WordMeaning, readonly string[]>> = {
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
		'UNKNOWN',
		'NOT_FOUND',
		'TASK_NOT_FOUND',
		'REQUEST_NOT_FOUND',
		'NOT_EXIST',
		'TASK_NOT_EXIST',
	],
	unknown: [],
};

const COMMON = new Map(
	Object.entries(COMMON_WORDS).flatMap(([meaning, words]) =>
		words.map((word) => [word, meaning as WordMeaning] as const),
	),
);

/** Stems of a bad end: a word that nobody knows and that holds one ends the task. */
const STEM_OF_CANCEL = /CANCEL/;
const STEM_OF_END = /FAIL|ERROR|ABORT|EXPIR|REJECT|MODERAT|BLOCK|REVOK|TERMINAT|TIME_?D?_?OUT/;

/** What such a word may say beside the stem and still be no end, or no bad one. */
const NO_END =
	/ING(_|$)|PENDING|RETR|REQUESTED$|QUEUE|^(NO|IN|UN|NOT|AWAIT|PARTIAL|SUCCESS|SUCCEEDED|COMPLETED?|FINISHED|DONE)_|^PARTIAL|^UNBLOCK|^NON/;

/** Words that say no more than that a task failed, so that the reason must stand elsewhere. */
const BARE_WORDS = new Set([...COMMON_WORDS.failed, ...COMMON_WORDS.cancelled]);

/** A longer text in a status field is no word. */
const LONGEST_WORD = 100;

/** A gateway's words in one spelling: `in-progress` and `In Progress` are `IN_PROGRESS`. */
export function normalized(word: string): string {
	return word
		.slice(0, LONGEST_WORD)
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, '_')
		.replace(/^_|_$/g, '');
}

/** The meaning of a word, by the gateway's own table first. */
export function meaningOf(
	word: string,
	ownWords: Readonly<Record<string, TaskStatus>>,
): WordMeaning {
	const spelled = normalized(word);
	const known = Object.hasOwn(ownWords, spelled) ? ownWords[spelled] : COMMON.get(spelled);
	if (known) return known;
	if (NO_END.test(spelled)) return 'unknown';
	if (STEM_OF_CANCEL.test(spelled)) return 'cancelled';
	return STEM_OF_END.test(spelled) ? 'failed' : 'unknown';
}

/** Whether a word of a bad end tells a reason by itself: `EXPIRED` does, `FAILED` does not. */
export function tellsReason(word: string): boolean {
	return !BARE_WORDS.has(normalized(word));
}

/** Whether a word may be the envelope's, about the call and not about the task in it. */
export function isEnvelopeWord(word: string): boolean {
	return ['SUCCESS', 'SUCCESSFUL', 'OK'].includes(normalized(word));
}
