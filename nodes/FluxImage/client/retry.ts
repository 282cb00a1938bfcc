import type { Clock } from '../core/clock';
import { STOPPED, type Outcome, type Problem, type ProblemKind } from '../core/problem';

/** Until when a call is tried, and what ends it before. */
export interface Until {
	/** When to give up, in milliseconds on the clock. */
	readonly deadlineMs: number;
	/** Aborts when nothing is waited for any more. */
	readonly signal: AbortSignal;
	/** Whether "no such task" may pass by itself: the gateway may lag behind a task that it just made. */
	readonly retryNotFound?: boolean;
}

/** What a call does about a problem. */
export interface RetryRule {
	/** `always`: until the deadline. `briefly`: for `forMs`. `never`: the problem is the answer. */
	readonly retry: 'always' | 'briefly' | 'never';
	/** Milliseconds from the first problem of the call that is retried briefly. */
	readonly forMs?: number;
	/** Whether the row holds only where `retryNotFound` says so. */
	readonly ofNewTask?: true;
	/** The HTTP status, or words of a limit, without which the row does not hold. */
	readonly httpCode?: number;
	/** Whether one more try is made at the limit, sooner than the wait would end. */
	readonly lastTry?: true;
	/** Whether the create may have been accepted, and be paid. */
	readonly uncertain?: true;
	readonly because: string;
}

/** The problem is the answer: nothing came of the call. */
const final = (because: string): RetryRule => ({ retry: 'never', because });

/** The problem is the answer, and the create may have been accepted. */
const doubtful = (because: string): RetryRule => ({ retry: 'never', uncertain: true, because });

type RetryRules = Readonly<Partial<Record<ProblemKind, RetryRule>>>;

/**
 * How long a create is sent again to a host that cannot be reached, in milliseconds: a restart of the
 * network passes in it, and a mistyped Base URL is told while the person still looks.
 */
const UNREACHABLE_FOR_MS = 15_000;

/**
 * The money rule: a create is sent again only after a proof that nothing was accepted.
 * A kind without a row is uncertain.
 */
export const CREATE_RULES: RetryRules = {
	rateLimited: { retry: 'always', httpCode: 429, because: '429 is said before a task is made' },
	neverConnected: {
		retry: 'briefly',
		forMs: UNREACHABLE_FOR_MS,
		lastTry: true,
		because: 'no byte of the request left this machine',
	},
	badKey: final('the gateway refused before it looked at the task'),
	noCredit: final('the gateway refuses a task that it cannot bill'),
	notAllowed: final('the gateway refused the account'),
	notFound: final('there is no such model or address'),
	badParameters: final('the gateway refused the parameters'),
	moderated: final('the gateway refused what was asked for'),
	blockedByEdge: final('the gateway never saw the call'),
	refusedByProxy: final('the call never left the own network'),
	redirected: final('a redirect names another place and makes nothing'),
	stopped: final('a create is stopped only before it is sent'),
	alreadyOrdered: final('nothing was sent'),
	limitReached: final('nothing was sent'),
	notSentInTime: final('its time was up before it was sent'),
	gatewayFault: doubtful('a 5xx may come after the task was made'),
	unreadable: doubtful('a success without an id hides a task'),
	interrupted: doubtful('the request may have arrived whole'),
	requestTimedOut: doubtful('the request may have arrived whole'),
};

const UNKNOWN_OF_CREATE = doubtful('nothing is known of it');

const REFUSED_IN_WORDS = final('the gateway refused, but for no reason that passes by itself');

/** What a create does whose input image could not be uploaded. */
export const NOT_BUILT = final('what it needs is not there, and nothing was sent');

/**
 * How long a gateway may say 401, 403 or 404 about a task that it has just made, in milliseconds from
 * the first time it does: a read may have waited long for its turn. No contract names a figure; ten
 * seconds outlast a replica's lag and do not try a person's patience.
 */
export const LAG_MS = 10_000;

const PASSES = {
	retry: 'always',
	lastTry: true,
	because: 'a read costs nothing, and this passes',
} as const;
const LAGS = {
	retry: 'briefly',
	forMs: LAG_MS,
	lastTry: true,
	ofNewTask: true,
	because: 'a replica may not know the task yet',
} as const;

/** What a read, an upload or a cancel does: all of them bill nothing. A kind without a row is final. */
export const READ_RULES: RetryRules = {
	rateLimited: PASSES,
	gatewayFault: PASSES,
	neverConnected: PASSES,
	interrupted: PASSES,
	requestTimedOut: PASSES,
	unreadable: PASSES,
	// Not of any task: a mistyped Base URL answers with a page as well, and for ever.
	blockedByEdge: { ...PASSES, ofNewTask: true },
	refusedByProxy: { ...PASSES, ofNewTask: true },
	noImages: LAGS,
	badParameters: LAGS,
	badKey: LAGS,
	noCredit: LAGS,
	notAllowed: LAGS,
	notFound: LAGS,
};

const FINAL = final('the gateway answered');

/** What a create does about this problem. */
export function createRule({ kind, httpCode, limit }: Problem): RetryRule {
	const rule = CREATE_RULES[kind] ?? UNKNOWN_OF_CREATE;
	const holds = rule.httpCode === undefined || rule.httpCode === httpCode || limit !== undefined;
	return holds ? rule : REFUSED_IN_WORDS;
}

/** What a call that bills nothing does about this problem. */
export function readRule({ kind }: Problem, { retryNotFound = false }: Until): RetryRule {
	const rule = READ_RULES[kind] ?? FINAL;
	return rule.ofNewTask && !retryNotFound ? FINAL : rule;
}

/**
 * What no wait mends of an address: redirects without an end or to what is no web, and bytes that are
 * not packed as their host says. Codes of follow-redirects and zlib; the words are n8n's own, where it
 * follows redirects itself, and have no code.
 */
const FAULTY_FOR_GOOD = {
	code: /^(ERR_FR_|ERR_INVALID_|Z_DATA_ERROR$)/,
	words: /^(Maximum number of redirects|Invalid redirect location)/,
};

/**
 * What the fetch of an input image does, whose address is the person's own: a typo in it, or a host that
 * is down, is told while the person still looks; what is wrong for good, at once.
 */
export function inputRule({ kind, code, reason }: Problem): RetryRule {
	if (FAULTY_FOR_GOOD.code.test(code ?? '')) return FINAL;
	if (FAULTY_FOR_GOOD.words.test(reason ?? '')) return FINAL;
	const rule = READ_RULES[kind] ?? FINAL;
	// Without a code of the network it is n8n itself that forbids the host.
	const isForbidden = kind === 'neverConnected' && code === undefined;
	const passes = rule.retry === 'always' && !rule.ofNewTask && !isForbidden;
	return passes ? { ...rule, retry: 'briefly', forMs: UNREACHABLE_FOR_MS } : FINAL;
}

/** The first wait after a failed call, in milliseconds; each next one is twice as long. */
const FIRST_WAIT_MS = 500;

/** The longest wait that is chosen here, in milliseconds; a gateway's Retry-After may be longer. */
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to wait after a failed call, in milliseconds: doubling, with a jitter of half the wait
 * so that many items do not come back at once; never sooner than the gateway asked, and a tenth to a
 * fifth later, since it asks all of them for the same moment.
 *
 * @param failures how many calls in a row have failed, from 1
 * @param retryAfterMs what the gateway asked for
 * @param random gives a number from 0 to 1
 */
export function backOffMs(
	failures: number,
	retryAfterMs: number | undefined,
	random: () => number,
): number {
	const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
	return Math.max(wait * (0.5 + random() / 2), (retryAfterMs ?? 0) * (1.1 + random() / 10));
}

/** What retries need of the world. */
export interface RetryPorts {
	readonly clock: Clock;
	/** From 0 to 1, for jitter. */
	readonly random: () => number;
}

/**
 * Tries a call until it is answered, refused for good, stopped, or its time is up. A read's last wait
 * is shortened: one try more is made at the limit, and what that says is the answer.
 *
 * @param attempt one call
 * @param ruleOf what to do about a problem of it
 */
export async function withRetry<T>(
	attempt: () => Promise<Outcome<T>>,
	ruleOf: (problem: Problem) => RetryRule,
	{ deadlineMs, signal }: Until,
	{ clock, random }: RetryPorts,
): Promise<Outcome<T>> {
	let briefUntilMs: number | undefined;
	for (let failures = 1; ; failures++) {
		if (signal.aborted) return { problem: STOPPED };
		const outcome = await attempt();
		if (!outcome.problem) return outcome;
		const rule = ruleOf(outcome.problem);
		if (rule.retry === 'never') return outcome;
		const nowMs = clock.nowMs();
		const waitMs = backOffMs(failures, outcome.problem.retryAfterMs, random);
		let leftMs = deadlineMs - nowMs;
		if (rule.retry === 'briefly') {
			briefUntilMs ??= nowMs + (rule.forMs ?? 0);
			leftMs = Math.min(leftMs, briefUntilMs - nowMs);
		}
		if (leftMs <= 0 || (waitMs > leftMs && !rule.lastTry)) return outcome;
		await clock.sleep(Math.min(waitMs, leftMs), signal);
	}
}
