import { firstFound } from '../core/json';
import type { LimitKind, ProblemKind } from '../core/problem';
import type { ErrorWords } from './errorWords';

/** What an error's code and words say of it, where they say anything. */
export interface ErrorKind {
	readonly kind: ProblemKind;
	readonly limit?: LimitKind;
}

const BAD_KEY: ErrorKind = { kind: 'badKey' };
const NO_CREDIT: ErrorKind = { kind: 'noCredit' };
const CALLS: ErrorKind = { kind: 'rateLimited', limit: 'calls' };
const TASKS: ErrorKind = { kind: 'rateLimited', limit: 'tasks' };
const BUSY: ErrorKind = { kind: 'rateLimited', limit: 'busy' };
/** Which limit it is, the words beside the code tell or nothing does. */
const SOME_LIMIT: ErrorKind = { kind: 'rateLimited' };
const MODERATION: ErrorKind = { kind: 'moderated' };
const NOT_FOUND: ErrorKind = { kind: 'notFound' };
const BAD_PARAMETERS: ErrorKind = { kind: 'badParameters' };

/**
 * Codes of the contracts and of gateways of the same make (docs/contracts/queue.md#errors,
 * docs/contracts/vtrix.md#errors, docs/contracts/toapis.md#errors). A code counts only as a whole:
 * `MODERATION_PENDING` and `rpm_quota_exceeded` hold the words of others and say the opposite.
 */
const CODES: ReadonlyArray<readonly [ErrorKind, readonly string[]]> = [
	[
		BAD_KEY,
		[
			...['UNAUTHORIZED', 'UNAUTHENTICATED', 'AUTHENTICATION_ERROR', 'AUTHENTICATION_FAILED'],
			...['INVALID_API_KEY', 'INVALID_KEY', 'INVALID_TOKEN', 'INVALID_AUTHENTICATION'],
		],
	],
	[
		NO_CREDIT,
		[
			...['INSUFFICIENT_QUOTA', 'INSUFFICIENT_USER_QUOTA', 'INSUFFICIENT_BALANCE', 'NO_CREDIT'],
			...['INSUFFICIENT_CREDIT', 'INSUFFICIENT_CREDITS', 'INSUFFICIENT_FUNDS', '40201'],
			...['PAYMENT_REQUIRED', 'QUOTA_EXCEEDED', 'QUOTA_NOT_ENOUGH', 'BALANCE_NOT_ENOUGH'],
			...['OUT_OF_CREDITS', 'PRE_CONSUME_TOKEN_QUOTA_FAILED', 'BILLING_HARD_LIMIT_REACHED'],
		],
	],
	[
		CALLS,
		[
			...['RATE_LIMIT_EXCEEDED', 'RATE_LIMITED', 'RATE_LIMIT', 'RATE_LIMIT_ERROR'],
			...['TOO_MANY_REQUESTS', 'THROTTLED', 'THROTTLING'],
		],
	],
	[
		TASKS,
		[
			...['INFLIGHT_LIMIT', 'CONCURRENCY_LIMIT', 'CONCURRENCY_LIMIT_EXCEEDED', 'TOO_MANY_TASKS'],
			...['MAX_CONCURRENCY_EXCEEDED', 'CONCURRENT_LIMIT_EXCEEDED', 'TASK_LIMIT_EXCEEDED'],
		],
	],
	[BUSY, ['RATE_LIMIT_UNAVAILABLE']],
	[SOME_LIMIT, ['1002']],
	[
		MODERATION,
		[
			...['CONTENT_BLOCKED', 'CONTENT_POLICY_VIOLATION', 'CONTENT_FILTER', 'MODERATION_BLOCKED'],
			...['CONTENT_MODERATED', 'REQUEST_MODERATED', 'SENSITIVE_CONTENT', 'NSFW_CONTENT', '110001'],
		],
	],
	[
		NOT_FOUND,
		['NOT_FOUND', 'TASK_NOT_FOUND', 'TASK_NOT_EXIST', 'TASK_NOT_EXISTS', 'MODEL_NOT_FOUND'],
	],
	[
		BAD_PARAMETERS,
		[
			...['INVALID_REQUEST_ERROR', 'INVALID_REQUEST', 'REQUEST_INVALID', 'INVALID_PARAMETER'],
			...['INVALID_PARAMETERS', 'VALIDATION_ERROR', 'INVALID_PROMPT', 'BAD_REQUEST'],
		],
	],
];

/** Codes that tell of moderation where the task is known to have failed; elsewhere it may go on. */
const CODES_OF_FAILED_BY_MODERATION: readonly string[] = [
	...['MODERATED', 'MODERATION_FAILED', 'PROHIBITED_CONTENT', 'CONTENT_FILTERED', 'NSFW'],
	...['NSFW_DETECTED', 'NSFW_CONTENT_DETECTED', 'SENSITIVE_CONTENT_DETECTED'],
	'SENSITIVE_WORDS_DETECTED',
];

/**
 * A code in one spelling: `TooManyRequests`, `too-many-requests` and `too.many.requests` are one. Only
 * what stands between letters is left out, so that -1002 stays another than 1002.
 */
const spelled = (code: string) => code.toUpperCase().replace(/(?<=[A-Z])[^A-Z0-9]+(?=[A-Z])/g, '');

const KIND_OF_CODE = new Map(
	CODES.flatMap(([kind, codes]) => codes.map((code) => [spelled(code), kind])),
);
const FAILED_BY_MODERATION = new Set(CODES_OF_FAILED_BY_MODERATION.map(spelled));

type Row = readonly [ErrorKind, RegExp];

/** Words of any case, of which one is enough. */
const oneOf = (...patterns: readonly string[]) => new RegExp(patterns.join('|'), 'i');

/**
 * The words of limits and credit, first to last. Concurrency comes before balance: "a limit of 5
 * based on your remaining balance" is a limit; a quota of the day comes before the rate, since
 * waiting a minute does not end it.
 */
const LIMITS: readonly Row[] = [
	[
		TASKS,
		oneOf(
			'concurren(t|cy).{0,30}(limit|tasks?|jobs?|requests?|generations?|exceed|reached)',
			'(limit|max|too many|tasks?|jobs?|requests?).{0,30}concurren',
			'in.?flight.{0,10}limit|too many (\\w+ )?(tasks|jobs|generations)\\b|\\b(task|job)s? limit',
			'(limit|max(imum)?|too many|exceed\\w*).{0,30}\\b(running|active|ongoing|unfinished|pending) (tasks|jobs|generations)',
			'\\b(running|active|ongoing|unfinished|pending) (tasks|jobs|generations).{0,30}(limit|exceed|reached|max)',
			'(tasks|jobs|requests|generations).{0,20}(at (the same|a) time|simultaneous|in parallel)',
			'并发|同时.{0,6}任务',
		),
	],
	[
		NO_CREDIT,
		oneOf(
			'\\b(daily|weekly|monthly|billing|spend(ing)?)\\b.{0,40}\\b(limit|quota|cap|exceeded|reached)',
			'\\b(limit|quota)\\b.{0,40}\\b(per|of the|for the|for this) ?(day|week|month)|hard limit',
			'(requests|calls|images|tasks) (per|a) (day|week|month)|(limit|quota).{0,20}\\btoday',
			'(insufficient|not enough|out of|exhausted|negative|\\b(no|low|zero))\\b.{0,20}\\b(funds|credits?|quota|balance)\\b',
			'\\b(balance|credits?|quota)\\b.{0,20}(insufficient|not enough|too low|exhausted|exceeded|used up|overdrawn)',
			'exceeded your (current )?quota|in arrears|余额不足|额度不足|额度已用尽|欠费',
		),
	],
	[
		CALLS,
		oneOf(
			'rate.?limit|too many (requests|calls)|(requests|calls) per (second|minute)|request rate',
			'throttl|频率|频繁|限流',
		),
	],
	[
		BUSY,
		oneOf(
			'\\b(server|system|service|gateway|model|currently|too|is) (is )?(currently )?(busy|overloaded)\\b',
			'\\b(at|over) capacity\\b|no available channel|queue (is )?full|繁忙|负载|无可用渠道',
		),
	],
];

const WORDS: readonly Row[] = [
	[NOT_FOUND, oneOf('task.not.exist|\\btask\\b.{0,20}\\bnot (exist|found)')],
	...LIMITS,
	[
		BAD_KEY,
		oneOf(
			'unauthori[sz]ed|authentication.error',
			'(invalid|incorrect|wrong|expired).{0,10}\\b(key|token)\\b',
		),
	],
];

const MODERATED = oneOf(
	'moderat|content.?(policy|blocked|filter|violat)|nsfw|safety (system|filter|check)',
	'sensitive (information|content|words?)|(usage|content|by) polic|content checks?|nudity',
	'(inappropriate|prohibited|explicit|unsafe|adult) content|^inappropriate\\W*$',
	'不合规|敏感|违规|审核',
);

/** A quota of so short a time that waiting ends it, wherever the words say so. */
const OF_MINUTE = /\b(per|a|each|every)[ -]?(second|minute)\b|\/ ?(s|secs?|mins?)\b|\b(rpm|qps)\b/i;

/** Without one of these, the quota of an error whose code is a rate's is that of the rate. */
const BILLED =
	/credit|balance|fund|arrears|bill|spend|hard limit|\bday|daily|week|month|余额|额度|欠费/i;

/** A head such as `Error:` or `HTTP 403:`, which comes before the gateway's own words, not theirs. */
const HEAD =
	/^\s*([\w ]{0,20}(error|exception|failed|denied|forbidden)|(http |status )?\d{3})\s*[:,-]\s*/i;

/** Where words of the person's may begin: a quote, a bracket, a colon, "for the prompt". */
const ECHO = /(^|[\s(=])["'“‘`«„].*$|[:：{[<].*$|\bfor (the |this |your )?(prompt|input)\b.*$/is;

/** What the codes of an error say, or nothing where none of them is known. A code is nobody's prompt. */
export const kindOfCodes = (codes: readonly string[]): ErrorKind | undefined =>
	firstFound(codes, (code) => KIND_OF_CODE.get(spelled(code)));

/** Whether an error is about a limit or the balance: codes are shared among these, and words tell them apart. */
export const isOfLimit = ({ kind }: ErrorKind) => kind === 'rateLimited' || kind === 'noCredit';

/**
 * What the code and the words of a refusal say of it. Known codes come first; words count only where
 * they are the gateway's own, and between the limits, which share their codes.
 */
export function kindOfError(codes: readonly string[], reason = ''): ErrorKind | undefined {
	const byCode = kindOfCodes(codes);
	if (byCode && (!isOfLimit(byCode) || byCode === BUSY)) return byCode;
	const words = ownWords(reason);
	// What follows the prompt's name may be the prompt: "Unsupported prompt a model is busy at her desk".
	const told = words.replace(/\bprompt\b.*$/is, '');
	const byLimit = firstMatch(LIMITS, told);
	if (byLimit === NO_CREDIT) {
		const isOfRate = byCode === CALLS && !BILLED.test(told);
		if (isOfRate || OF_MINUTE.test(reason)) return CALLS;
	}
	if (byCode) return byLimit ?? byCode;
	return firstMatch(WORDS, told) ?? (MODERATED.test(words) ? MODERATION : undefined);
}

/** Whether an error says that moderation ended the task, by its codes or in words of its own. */
export function isModeration({ code = '', reason = '' }: ErrorWords): boolean {
	const byCode = kindOfCodes([code]);
	if (byCode && byCode !== BAD_PARAMETERS) return byCode === MODERATION;
	return FAILED_BY_MODERATION.has(spelled(code)) || MODERATED.test(ownWords(reason));
}

const firstMatch = (rows: readonly Row[], words: string): ErrorKind | undefined =>
	rows.find(([, pattern]) => pattern.test(words))?.[0];

/**
 * The part of a reason that cannot be an echo of the prompt. "Cannot draw: white balance" must not
 * be read as an empty account.
 */
const ownWords = (reason: string) => reason.replace(HEAD, '').replace(HEAD, '').replace(ECHO, '');
