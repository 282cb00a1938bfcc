import type { LimitKind, ProblemKind } from '../core/problem';
import type { ErrorWords } from './errorWords';

/** What an error's code and words say of it, where they say anything. */
export interface ErrorKind {
	readonly kind: ProblemKind;
	readonly limit?: LimitKind;
}

/**
 * Codes that gateways send, in upper case, by what they mean (docs/contracts/queue.md#errors,
 * docs/contracts/vtrix.md#errors, docs/contracts/toapis.md#errors; the rest from gateways of the same
 * make). A code is nobody's prompt, so it counts before all words.
 */
const KIND_OF_CODE: ReadonlyMap<string, ErrorKind> = new Map(
	(
		[
			[
				{ kind: 'badKey' },
				['UNAUTHORIZED', 'UNAUTHENTICATED', 'AUTHENTICATION_ERROR', 'AUTHENTICATION_FAILED'],
				['INVALID_API_KEY', 'INVALID_KEY', 'INVALID_TOKEN', 'INVALID_AUTHENTICATION'],
			],
			[
				{ kind: 'noCredit' },
				['INSUFFICIENT_QUOTA', 'INSUFFICIENT_USER_QUOTA', 'INSUFFICIENT_BALANCE', 'NO_CREDIT'],
				['INSUFFICIENT_CREDIT', 'INSUFFICIENT_CREDITS', 'INSUFFICIENT_FUNDS', 'PAYMENT_REQUIRED'],
				['QUOTA_EXCEEDED', 'QUOTA_NOT_ENOUGH', 'BALANCE_NOT_ENOUGH', 'OUT_OF_CREDITS', '40201'],
				['PRE_CONSUME_TOKEN_QUOTA_FAILED', 'BILLING_HARD_LIMIT_REACHED'],
			],
			[
				{ kind: 'rateLimited', limit: 'calls' },
				['RATE_LIMIT_EXCEEDED', 'RATE_LIMITED', 'RATE_LIMIT', 'RATE_LIMIT_ERROR'],
				['TOO_MANY_REQUESTS', 'THROTTLED', 'THROTTLING'],
			],
			[
				{ kind: 'rateLimited', limit: 'tasks' },
				['INFLIGHT_LIMIT', 'CONCURRENCY_LIMIT', 'CONCURRENCY_LIMIT_EXCEEDED', 'TOO_MANY_TASKS'],
				['MAX_CONCURRENCY_EXCEEDED', 'CONCURRENT_LIMIT_EXCEEDED', 'TASK_LIMIT_EXCEEDED'],
			],
			[{ kind: 'rateLimited', limit: 'busy' }, ['RATE_LIMIT_UNAVAILABLE']],
			// Which limit it is, the words beside it tell or nothing does.
			[{ kind: 'rateLimited' }, ['1002']],
			[
				{ kind: 'moderated' },
				['CONTENT_BLOCKED', 'CONTENT_POLICY_VIOLATION', 'CONTENT_FILTER', 'MODERATION_BLOCKED'],
				['CONTENT_MODERATED', 'REQUEST_MODERATED', 'SENSITIVE_CONTENT', 'NSFW_CONTENT', '110001'],
			],
			[
				{ kind: 'notFound' },
				['NOT_FOUND', 'TASK_NOT_FOUND', 'TASK_NOT_EXIST', 'TASK_NOT_EXISTS', 'MODEL_NOT_FOUND'],
			],
			[
				{ kind: 'badParameters' },
				['INVALID_REQUEST_ERROR', 'INVALID_REQUEST', 'REQUEST_INVALID', 'INVALID_PARAMETER'],
				['INVALID_PARAMETERS', 'VALIDATION_ERROR', 'INVALID_PROMPT', 'BAD_REQUEST'],
			],
		] as ReadonlyArray<readonly [ErrorKind, ...string[][]]>
	).flatMap(([kind, ...codes]) => codes.flat().map((code) => [code, kind] as const)),
);

/**
 * The words of limits and credit, first to last. Concurrency comes before balance: "a limit of 5
 * based on your remaining balance" is a limit; a quota of the day comes before the rate, since
 * waiting a minute does not end it.
 */
const KIND_OF_LIMIT: ReadonlyArray<readonly [RegExp, ErrorKind]> = [
	[
		new RegExp(
			[
				'concurren(t|cy).{0,30}(limit|tasks?|jobs?|requests?|generations?|exceed|reached)',
				'(limit|max|too many|tasks?|jobs?|requests?).{0,30}concurren',
				'in.?flight.{0,10}limit|too many (\\w+ )?(tasks|jobs|generations)\\b|\\b(task|job)s? limit',
				'(limit|max(imum)?|too many|exceed\\w*).{0,30}\\b(running|active|ongoing|unfinished|pending) (tasks|jobs|generations)',
				'\\b(running|active|ongoing|unfinished|pending) (tasks|jobs|generations).{0,30}(limit|exceed|reached|max)',
				'(tasks|jobs|requests|generations).{0,20}(at (the same|a) time|simultaneous|in parallel)',
				'并发|同时.{0,6}任务',
			].join('|'),
			'i',
		),
		{ kind: 'rateLimited', limit: 'tasks' },
	],
	[
		new RegExp(
			[
				'\\b(daily|weekly|monthly|billing|spend(ing)?)\\b.{0,40}\\b(limit|quota|cap|exceeded|reached)',
				'\\b(limit|quota)\\b.{0,40}\\b(per|of the|for the|for this) ?(day|week|month)|hard limit',
				'(requests|calls|images|tasks) (per|a) (day|week|month)|(limit|quota).{0,20}\\btoday',
			].join('|'),
			'i',
		),
		{ kind: 'noCredit' },
	],
	[
		new RegExp(
			[
				'(insufficient|not enough|out of|exhausted|negative|\\b(no|low|zero))\\b.{0,20}\\b(funds|credits?|quota|balance)\\b',
				'\\b(balance|credits?|quota)\\b.{0,20}(insufficient|not enough|too low|exhausted|exceeded|used up|overdrawn)',
				'exceeded your (current )?quota|in arrears|余额不足|额度不足|额度已用尽|欠费',
			].join('|'),
			'i',
		),
		{ kind: 'noCredit' },
	],
	[
		/rate.?limit|too many (requests|calls)|(requests|calls) per (second|minute)|request rate|throttl|频率|频繁|限流/i,
		{ kind: 'rateLimited', limit: 'calls' },
	],
	[
		/\b(server|system|service|gateway|model|currently|too|is) (is )?(currently )?(busy|overloaded)\b|\b(at|over) capacity\b|no available channel|queue (is )?full|繁忙|负载|无可用渠道/i,
		{ kind: 'rateLimited', limit: 'busy' },
	],
];

const KIND_OF_WORDS: ReadonlyArray<readonly [RegExp, ErrorKind]> = [
	[/task_not_exist|\btask\b.{0,20}\bnot (exist|found)/i, { kind: 'notFound' }],
	...KIND_OF_LIMIT,
	[
		/unauthori[sz]ed|authentication_error|(invalid|incorrect|wrong|expired).{0,10}\b(key|token)\b/i,
		{ kind: 'badKey' },
	],
];

/** Words of moderation. */
const MODERATED =
	/moderat|content.?(policy|blocked|filter|violat)|nsfw|safety (system|filter|check)|sensitive (information|content|words?)|(inappropriate|prohibited|explicit|unsafe|adult) content|(usage|content|by) polic|content checks?|nudity|^inappropriate\W*$|不合规|敏感|违规|审核/i;

/** Kinds whose code says only roughly what the words tell exactly. */
const MAY_BE_REFINED: ReadonlySet<ProblemKind> = new Set(['rateLimited', 'noCredit']);

/** What the codes of an error say, or nothing where none of them is known. */
export function kindOfCodes(codes: readonly string[]): ErrorKind | undefined {
	for (const code of codes) {
		const known = KIND_OF_CODE.get(code.toUpperCase().replace(/[^A-Z0-9]+/g, '_'));
		if (known) return known;
	}
	return undefined;
}

/**
 * What the code and the words of a refusal say of it. Known codes come first; words count only where
 * they are the gateway's own, and between the limits, which share their codes.
 */
export function kindOfError(codes: readonly string[], reason = ''): ErrorKind | undefined {
	const byCode = kindOfCodes(codes);
	if (byCode && !MAY_BE_REFINED.has(byCode.kind)) return byCode;
	const words = ownWords(reason);
	const told = withoutPrompt(words);
	const byLimit = firstMatch(KIND_OF_LIMIT, told);
	if (byLimit?.kind === 'noCredit') {
		const isOfRate = byCode?.limit === 'calls' && !BILLED.test(told);
		if (isOfRate || OF_MINUTE.test(reason)) return CALLS;
	}
	if (byCode) return byCode.limit === 'busy' ? byCode : (byLimit ?? byCode);
	return firstMatch(KIND_OF_WORDS, told) ?? (MODERATED.test(words) ? MODERATION : undefined);
}

const CALLS: ErrorKind = { kind: 'rateLimited', limit: 'calls' };

/** A quota of so short a time that waiting ends it, wherever the words say so. */
const OF_MINUTE = /\b(per|a|each|every)[ -]?(second|minute)\b|\/ ?(s|secs?|mins?)\b|\b(rpm|qps)\b/i;

/** Without one of these, the quota of an error whose code is a rate's is that of the rate. */
const BILLED =
	/credit|balance|fund|arrears|bill|spend|hard limit|\bday|daily|week|month|余额|额度|欠费/i;

const MODERATION: ErrorKind = { kind: 'moderated' };

/** Whether an error says that moderation ended the task, by its codes or in words of its own. */
export function isModeration({ code = '', reason = '' }: ErrorWords): boolean {
	const byCode = kindOfCodes([code]);
	if (byCode && byCode.kind !== 'badParameters') return byCode.kind === 'moderated';
	return MODERATED.test(`${code} ${ownWords(reason)}`);
}

function firstMatch(
	rows: ReadonlyArray<readonly [RegExp, ErrorKind]>,
	words: string,
): ErrorKind | undefined {
	return rows.find(([pattern]) => pattern.test(words))?.[1];
}

/** A head such as `Error:` or `HTTP 403:`, which comes before the gateway's own words, not theirs. */
const HEAD =
	/^\s*([\w ]{0,20}(error|exception|failed|denied|forbidden)|(http |status )?\d{3})\s*[:,-]\s*/i;

/** Where words of the person's may begin: a quote, a bracket, a colon, "for the prompt". */
const ECHO = /(^|[\s(=])["'“‘`«„].*$|[:：{[<].*$|\bfor (the |this |your )?(prompt|input)\b.*$/is;

/** What follows the prompt's name may be the prompt: "Unsupported prompt a model is busy at her desk". */
const withoutPrompt = (words: string) => words.replace(/\bprompt\b.*$/is, '');

/**
 * The part of a reason that cannot be an echo of the prompt. "Cannot draw: white balance" must not
 * be read as an empty account.
 */
export function ownWords(reason: string): string {
	const body = reason.replace(HEAD, '').replace(HEAD, '');
	return body.replace(ECHO, '');
}
