import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { isModeration } from '../../../nodes/FluxImage/gateways/errorKinds';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { reply } from './reply';

/*
 * A code means something only where it is known as a whole. What merely holds the words of a known one
 * may say the opposite, and a running task that is taken for ended is paid for nothing.
 */

const task = { requestId: 'task', modelId: 'm' };

/** All codes that are known, what kind of refusal each is, and of which limit. */
const KNOWN: Array<[kind: string, limit: string | undefined, codes: readonly string[]]> = [
	[
		'badKey',
		undefined,
		[
			...['UNAUTHORIZED', 'UNAUTHENTICATED', 'AUTHENTICATION_ERROR', 'AUTHENTICATION_FAILED'],
			...['INVALID_API_KEY', 'INVALID_KEY', 'INVALID_TOKEN', 'INVALID_AUTHENTICATION'],
			...['authenticationError', 'invalid.api.key', 'UnAuthorized'],
		],
	],
	[
		'noCredit',
		undefined,
		[
			...['INSUFFICIENT_QUOTA', 'INSUFFICIENT_USER_QUOTA', 'INSUFFICIENT_BALANCE', 'NO_CREDIT'],
			...['INSUFFICIENT_CREDIT', 'INSUFFICIENT_CREDITS', 'INSUFFICIENT_FUNDS', '40201'],
			...['PAYMENT_REQUIRED', 'QUOTA_EXCEEDED', 'QUOTA_NOT_ENOUGH', 'BALANCE_NOT_ENOUGH'],
			...['OUT_OF_CREDITS', 'PRE_CONSUME_TOKEN_QUOTA_FAILED', 'BILLING_HARD_LIMIT_REACHED'],
			...['quota_exceeded', 'balance-not-enough', 'InsufficientBalance'],
		],
	],
	[
		'rateLimited',
		'calls',
		[
			...['RATE_LIMIT_EXCEEDED', 'RATE_LIMITED', 'RATE_LIMIT', 'RATE_LIMIT_ERROR'],
			...['TOO_MANY_REQUESTS', 'THROTTLED', 'THROTTLING', 'TooManyRequests', 'rateLimited'],
		],
	],
	[
		'rateLimited',
		'tasks',
		[
			...['INFLIGHT_LIMIT', 'CONCURRENCY_LIMIT', 'CONCURRENCY_LIMIT_EXCEEDED', 'TOO_MANY_TASKS'],
			...['MAX_CONCURRENCY_EXCEEDED', 'CONCURRENT_LIMIT_EXCEEDED', 'TASK_LIMIT_EXCEEDED'],
		],
	],
	['rateLimited', 'busy', ['RATE_LIMIT_UNAVAILABLE', 'rate_limit_unavailable']],
	['rateLimited', undefined, ['1002']],
	[
		'moderated',
		undefined,
		[
			...['CONTENT_BLOCKED', 'CONTENT_POLICY_VIOLATION', 'CONTENT_FILTER', 'MODERATION_BLOCKED'],
			...['CONTENT_MODERATED', 'REQUEST_MODERATED', 'SENSITIVE_CONTENT', 'NSFW_CONTENT', '110001'],
			...['Request Moderated', 'content--blocked', 'contentFilter'],
		],
	],
	[
		'notFound',
		undefined,
		[
			...['NOT_FOUND', 'TASK_NOT_FOUND', 'TASK_NOT_EXIST', 'TASK_NOT_EXISTS', 'MODEL_NOT_FOUND'],
			...['task_not_found', 'TaskNotFound'],
		],
	],
];

/** Codes of a payload that is wrong, which is also what a 400 says by itself. */
const OF_PAYLOAD = [
	...['INVALID_REQUEST_ERROR', 'INVALID_REQUEST', 'REQUEST_INVALID', 'INVALID_PARAMETER'],
	...['INVALID_PARAMETERS', 'VALIDATION_ERROR', 'INVALID_PROMPT', 'BAD_REQUEST', 'ValidationError'],
];

/** Codes of failed tasks, which elsewhere may be said of one picture or of the check itself. */
const OF_FAILED = [
	...['MODERATED', 'MODERATION_FAILED', 'PROHIBITED_CONTENT', 'CONTENT_FILTERED', 'NSFW'],
	...['NSFW_DETECTED', 'NSFW_CONTENT_DETECTED', 'SENSITIVE_CONTENT_DETECTED'],
	...['sensitive_words_detected', 'NsfwDetected'],
];

/** Codes that hold the words of known ones and are none of them. */
const UNKNOWN = [
	// What goes on, or has gone well.
	...['moderation_unavailable', 'MODERATION_PENDING', 'CONTENT_MODERATION_PASSED'],
	...['moderation_timeout', 'MODERATION_SERVICE_ERROR', 'ModerationQueued'],
	...['safety_check_running', 'waiting_for_moderation', 'nsfw_check_skipped', 'nsfw_not_found'],
	...['SAFETY_CHECK_DISABLED', 'MODERATION_DISABLED', 'MODERATION_NOT_REQUIRED', 'MODERATION'],
	...['content_filter_passed', 'content_filter_error', 'CONTENT_NOT_BLOCKED', 'Inappropriate'],
	...['TASK_NOT_FOUND_YET', 'task_not_found_in_queue', 'TASK_LIMIT_NOT_REACHED', 'RATE_LIMIT_OK'],
	...['no_credit_needed', 'NO_CREDIT_CARD', 'CREDITS_NOT_EXHAUSTED', 'payment_not_required'],
	// What is about the payload.
	...['invalid_moderation', 'moderation_level_invalid', 'InvalidSafetyTolerance'],
	...['INVALID_CONTENT_FILTER', 'nsfw_check_not_allowed', 'unsafe_content_type'],
	...['UNSUPPORTED_CONTENT_TYPE', 'content_policy_not_accepted', 'insufficient_image_size'],
	...['InvalidImageKey', 'invalid_image_token', 'INVALID_TOKEN_COUNT', 'expired_image_token'],
	...['invalid_parameter_key', 'INVALID_KEYFRAME', 'prompt_token_limit_exceeded'],
	...['input_image_task_not_found', 'image_not_found', 'IMAGE_MODEL_NOT_FOUND', 'mask_not_found'],
	// What is about the gateway.
	...['channel:invalid_key', 'upstream_invalid_api_key', 'upstream_unauthorized'],
	...['MODEL_OVERLOADED', 'model_busy', 'QUEUE_FULL', 'SERVER_BUSY', 'throttled_by_upstream'],
	...['rpm_quota_exceeded', 'QUOTA_PER_MINUTE_EXCEEDED', 'RateLimitQuotaExceeded'],
	...['DAILY_LIMIT_EXCEEDED', 'concurrent_requests_exceeded', 'billing_not_active'],
	// What differs in more than the spelling.
	...['E7', '-1002', '1.002', '10_02', '40-201', '11002', '110001x', '未RATE_LIMITED?'],
	...['_NOT_FOUND', 'NOT_FOUND_', '(quota_exceeded)', '', ' ', '违规', '余额不足'],
];

const codes = KNOWN.flatMap(([kind, limit, spellings]) =>
	spellings.map((code) => ({ code, kind, limit })),
);
const unknown = UNKNOWN.map((code) => ({ code }));
const ofNoCall = [...UNKNOWN, ...OF_FAILED].map((code) => ({ code }));

/** Where a code may stand in a body. */
const bodiesWith = (code: string): readonly object[] => [
	{ code, message: 'x' },
	{ error: { code, message: 'x' } },
	{ error: { type: code, message: 'x' } },
	{ status: { error_code: code, message: 'x' } },
	{ error_code: code },
];

describe.each(Object.values<Gateway>(GATEWAYS))('At $displayName', (gateway) => {
	const refused = (status: number, body: object) => {
		const { problem } = gateway.readCreate(reply(status, body), 'm');
		return [problem?.kind, problem?.limit];
	};
	const read = (body: object) => gateway.readStatus(reply(200, body), task).problem?.kind;

	it.each(codes)('$code is $kind, of $limit', ({ code, kind, limit }) => {
		for (const body of bodiesWith(code)) expect(refused(400, body)).toEqual([kind, limit]);
		expect(read({ code, message: 'x' })).toBe(kind);
		expect(read({ error: { code, message: 'x' } })).toBe(kind);
	});

	it.each(OF_PAYLOAD)('%s is of the payload, whatever the words and the status', (code) => {
		expect(refused(403, { code, message: 'no credit left' })).toEqual(['badParameters', undefined]);
		expect(read({ code, message: 'x' })).toBe('badParameters');
	});

	it.each(ofNoCall)('"$code" is no word of its own in a refusal: the status tells', ({ code }) => {
		for (const body of bodiesWith(code)) {
			expect(refused(400, body)).toEqual(['badParameters', undefined]);
			expect(refused(402, body)).toEqual(['noCredit', undefined]);
			expect(refused(403, body)).toEqual(['notAllowed', undefined]);
			expect(refused(429, body)).toEqual(['rateLimited', undefined]);
			expect(refused(503, body)).toEqual(['gatewayFault', undefined]);
		}
	});

	it.each(ofNoCall)('"$code" ends no task whose state is not told', ({ code }) => {
		expect(read({ code, message: 'please wait' })).toBe('unreadable');
		expect(read({ error: { code, message: 'try later' } })).toBe('unreadable');
		expect(read({ request_id: 't', id: 't', code })).toBe('unreadable');
	});

	it.each(ofNoCall)('"$code" refuses no create that may have made a task', ({ code }) => {
		expect(refused(200, { code, message: 'please wait' })).toEqual(['unreadable', undefined]);
	});

	it('a 5xx is refused before a task only where its first known code says so', () => {
		const busy = 'RATE_LIMIT_UNAVAILABLE';
		expect(refused(503, { error: { type: busy } })).toEqual(['rateLimited', 'busy']);
		expect(refused(503, { error: { code: 'E7', type: busy } })).toEqual(['rateLimited', 'busy']);
		const paid = { error_type: 'INSUFFICIENT_QUOTA', error: { code: busy } };
		expect(refused(503, paid)).toEqual(['gatewayFault', undefined]);
	});
});

describe('The words beside a code', () => {
	const read = (code: string, message: string, status = 400) => {
		const { problem } = GATEWAYS.vtrix.readCreate(reply(status, { code, message }), 'm');
		return [problem?.kind, problem?.limit];
	};

	it.each([
		['UNAUTHORIZED', 'no credit left', 'badKey', undefined],
		['rate_limit_unavailable', 'no credit left', 'rateLimited', 'busy'],
		['1002', 'too many concurrent tasks', 'rateLimited', 'tasks'],
		['insufficient_quota', 'concurrency limit of 5', 'rateLimited', 'tasks'],
	])('count less, but where they tell a limit better: %s "%s"', (code, message, kind, limit) => {
		expect(read(code, message)).toEqual([kind, limit]);
	});

	it.each([
		['rpm_quota_exceeded', 'Please slow down, too many requests', 'rateLimited', 'calls'],
		['MODERATION_PENDING', 'no credit left', 'noCredit', undefined],
		['invalid_moderation', 'Flagged by moderation', 'moderated', undefined],
	])('decide where it is not known: %s "%s"', (code, message, kind, limit) => {
		expect(read(code, message, 429)).toEqual(
			kind === 'moderated' ? ['rateLimited', undefined] : [kind, limit],
		);
		expect(read(code, message)).toEqual([kind, limit]);
	});
});

describe('The code of a failed task', () => {
	const reasonIn = (body: object) => {
		const failed = reply(200, { id: 'task', status: 'failed', ...body });
		return GATEWAYS.vtrix.readStatus(failed, task).value?.failure?.message;
	};
	const moderated = codes.flatMap(({ code, kind }) => (kind === 'moderated' ? [code] : []));

	it.each([...moderated, ...OF_FAILED])('%s says that moderation ended it', (code) => {
		expect(isModeration({ code, reason: 'x' })).toBe(true);
	});

	it.each(unknown)('"$code" does not', ({ code }) => {
		expect(isModeration({ code, reason: 'x' })).toBe(false);
	});

	it.each([
		{ type: 'content_policy_violation', message: 'NULL' },
		{ code: 'content_policy_violation', type: 'E8', message: 'none', param: null },
		[{ code: 'content_policy_violation', message: 'NULL' }, null],
		[7],
		[...Array.from({ length: 20 }, () => ({ code: 'E7' })), { odd: 'Oops' }],
	])('is no reason: %j', (error) => {
		const bodies = [{ error }, { errors: error }, { failure: error }, { data: { error } }];
		for (const body of bodies) expect(reasonIn(body)).toBe('the gateway gave no reason');
	});

	it.each([
		{ code: 'E7', message: 'NULL', odd: 'Oops' },
		[{ code: 'E7', message: 'NULL' }, { odd: 'Oops' }],
		[null, { odd: 7 }],
	])('is shown with what an error of unknown shape says: %j', (error) => {
		expect(reasonIn({ error })).toBe(JSON.stringify(error));
	});
});

describe('The code of a cancel that is refused', () => {
	it.each([
		{ error: { code: 'E7', message: 'NULL' } },
		{ errors: { code: 'TOO_MANY_TASKS', message: 'None' } },
		{ detail: [{ code: 'E7' }] },
	])('does not tell that the task has ended: %j', (body) => {
		const { value, problem } = GATEWAYS.seaArtCloud.readCancel!(reply(400, body));
		expect([value, problem?.kind]).toEqual([undefined, 'badParameters']);
	});
});
