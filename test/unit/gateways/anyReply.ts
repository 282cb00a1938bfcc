import fc from 'fast-check';

import { htmlPage } from './reply';

/** Every field name of the contracts' replies, and of those that the readers know beside them. */
const FIELD_NAMES = [
	'request_id',
	'id',
	'task_id',
	'status',
	'status_url',
	'response_url',
	'cancel_url',
	'queue_position',
	'progress',
	'metrics',
	'inference_time',
	'error',
	'error_type',
	'error_message',
	'error_code',
	'fail_reason',
	'provider_error',
	'outputs',
	'output',
	'content',
	'result',
	'data',
	'url',
	'type',
	'content_type',
	'file_name',
	'width',
	'height',
	'usage',
	'cost',
	'discount',
	'expires_at',
	'detail',
	'loc',
	'msg',
	'code',
	'message',
	'success',
	'remain_balance',
	'model',
	'state',
	'task_status',
	'task',
	'images',
	'image_url',
	'b64_json',
	'errors',
	'reason',
	'failure',
	'nsfw',
	'has_nsfw_concepts',
	'__proto__',
	'constructor',
] as const;

/** Words that mean something to some reader. */
const WORDS = [
	'COMPLETED',
	'completed',
	'FAILED',
	'IN_QUEUE',
	'in_progress',
	'done',
	'CANCELED',
	'CANCELLATION_REQUESTED',
	'SUCCESS',
	'expired',
	'Request Moderated',
	'UNKNOWN',
	'CANCELLING',
	'rate_limit_unavailable',
	'insufficient_quota',
	'too many concurrent tasks',
	'none',
	'10000',
	'data:image/png;base64,iVBORw0KGgo=',
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
	'https://elsewhere.example/trap',
	'https://pictures.example/a.png',
	'../../../etc/passwd',
	'..',
	'a/b',
	'\ud800',
	'é\u202e😀',
	'NaN',
	'Infinity',
	'1e999',
	'0x10',
	'',
	' ',
] as const;

/** A value of any JSON type, odd ones often. */
const oddLeaf = fc.oneof(
	fc.constantFrom<unknown>(...WORDS),
	fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, NaN, Infinity, 402, 500),
	fc.double(),
	fc.string({ unit: 'binary' }),
	fc.webUrl(),
);

const oddValue = fc.letrec<{ value: unknown; fields: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		oddLeaf,
		fc.array(tie('value'), { maxLength: 4 }),
		tie('fields'),
	),
	fields: fc.dictionary(fc.constantFrom(...FIELD_NAMES), tie('value'), { maxKeys: 8 }),
}));

/** An object within an object, so deep that recursion would not come back. */
function nested(depth: number): unknown {
	let value: unknown = 'COMPLETED';
	for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { status: value };
	return value;
}

/** Bodies that are large or deep; they are built once. */
const HEAVY_BODIES: readonly unknown[] = [
	`${htmlPage('Large')}${'<p>lorem</p>'.repeat(900_000)}`,
	'<'.repeat(10_000_000),
	nested(5_000),
	{ error: { message: 'x'.repeat(5_000_000) } },
	{ outputs: Array.from({ length: 50_000 }, () => ({ url: null })) },
];

/** A body of any shape: as the contracts have it with wrong types, or nothing like it. */
export const anyBody = fc.oneof(
	{ weight: 60, arbitrary: oddValue.fields },
	{ weight: 20, arbitrary: oddValue.value },
	{ weight: 10, arbitrary: fc.anything() },
	{ weight: 1, arbitrary: fc.constantFrom(...HEAVY_BODIES) },
);

/** A reply of any shape. */
export const anyReply = fc.record({
	statusCode: fc.oneof(
		{ weight: 3, arbitrary: fc.constant(200) },
		{
			weight: 2,
			arbitrary: fc.constantFrom(
				...[202, 204, 301, 302, 303, 400, 401, 403, 404, 407, 429, 500, 503, 504, 521, 524],
			),
		},
		{ weight: 1, arbitrary: fc.integer({ min: 100, max: 599 }) },
	),
	headers: fc.dictionary(
		fc.constantFrom('x-request-id', 'retry-after', 'server', 'cf-mitigated', 'x-squid-error'),
		fc.oneof(fc.string(), fc.constant('cloudflare')),
	),
	body: anyBody,
});
