import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

/*
 * FAULTS lists sightings. Here stand other members of the same kinds, which nobody has reported: what
 * would defeat a reader that was mended for the sighting alone.
 */

const task = { requestId: 'task', modelId: 'flux_kontext_max' };
const url = 'https://pictures.example/a.png';
const image = { type: 'image', url };
const base64 = 'iVBORw0KGgo'.repeat(12);

const gateways = Object.values<Gateway>(GATEWAYS);

/** Bodies of a status read, and what each says of the task, at every gateway. */
const READS: Record<string, Array<[body: object, expected: object]>> = {
	'A6: an error that says nothing': [
		...['OK', 'Success.', 'N/A', 'no error', '0', 'null', 'NONE', 'undefined', '-', 'succeed'].map(
			(error): [object, object] => [
				{ status: 'completed', error, output: [image] },
				{ status: 'completed' },
			],
		),
		...[
			{ code: 200, message: 'anything' },
			{ code: '10000', msg: 'done' },
			{ code: null, message: null, type: '', param: null },
			{ code: 0, message: 'success', request_id: 'abc-1' },
			{ errors: [] },
			[{}],
			[null, ''],
		].map((error): [object, object] => [
			{ status: 'completed', error, output: [image] },
			{ status: 'completed' },
		]),
		[{ status: 'completed', errors: [], error_code: 0, output: [image] }, { status: 'completed' }],
	],
	'A6, turned round: an error that says something, though it has an empty part': [
		[
			{ status: 'failed', error: { code: 0, message: 'No GPU left' } },
			{ failure: { message: 'No GPU left' } },
		],
		[{ status: 'failed', error: { code: 'E7', message: '' } }, { failure: { code: 'E7' } }],
		[
			{ status: 'failed', error: 'success', message: 'No GPU left' },
			{ failure: { message: 'No GPU left' } },
		],
		[
			{ status: 'failed', message: 'SUCCEED', data: { fail_reason: 'No GPU left' } },
			{ status: 'failed', failure: { message: 'No GPU left' } },
		],
	],
	'B1: words of an end that no contract has': [
		...['Success', 'SUCCEED', 'finished', 'Ready', 'complete', 'Done'].map(
			(status): [object, object] => [
				{ status, output: [image] },
				{ status: 'completed', images: [{ url }] },
			],
		),
		...['task-failed', 'Timed Out', 'TIMEOUT', 'content_moderated', 'Rejected', 'terminated'].map(
			(status): [object, object] => [{ status }, { status: 'failed', word: status }],
		),
		...['USER_CANCELLED', 'cancelled by user', 'Canceled'].map((status): [object, object] => [
			{ status },
			{ status: 'cancelled' },
		]),
	],
	'B1, turned round: words that hold a stem of an end and are none': [
		...['CANCELLING', 'moderating', 'MODERATION_PENDING', 'retrying_after_error', 'NO_ERROR'].map(
			(status): [object, object] => [{ status }, { status: 'running', word: status }],
		),
		[
			{ status: 'completed_with_errors', output: [image] },
			{ status: 'completed', images: [{ url }] },
		],
		[{ status: 'partially_failed', output: [image] }, { status: 'completed' }],
		[{ status: 'UNSUCCESSFUL' }, { status: 'running' }],
	],
	'B1: the word elsewhere than at status': [
		[{ state: 'failed', message: 'Oops' }, { status: 'failed' }],
		[{ task_status: 'SUCCESS', output: [image] }, { status: 'completed' }],
		[{ code: 200, data: { status: 'processing', progress: '40%' } }, { status: 'running' }],
		[{ status: 'success', data: { status: 'failed', reason: 'Oops' } }, { status: 'failed' }],
		[{ success: false, status: 'failed', fail_reason: 'Oops' }, { status: 'failed' }],
	],
	'B7: pictures in other shapes': [
		[{ status: 'completed', outputs: [{ image_url: { url } }] }, { images: [{ url }] }],
		[{ status: 'completed', images: [url] }, { images: [{ url }] }],
		[{ status: 'completed', result: { sample: url } }, { images: [{ url }] }],
		[{ status: 'completed', result: { images: [{ url }] } }, { images: [{ url }] }],
		[{ status: 'completed', output: [`data:image/png;base64,${base64}`] }, { images: [{}] }],
		[{ status: 'completed', output: { url: [url] } }, { images: [{ url }] }],
		[{ status: 'completed', images: [base64] }, { images: [{}] }],
	],
	'F13: what is no result': [
		[
			{ status: 'queued', output: [image] },
			{ status: 'queued', partialImages: [{ url }] },
		],
		[{ status: 'processing', images: [url] }, { status: 'running' }],
		...['input', 'preview', 'thumbnail', 'mask_image', 'origin_image', 'file', 'video'].map(
			(type): [object, object] => [
				{ status: 'completed', output: [{ type, url: `${url}?no` }, image] },
				{ images: [{ url }] },
			],
		),
		...[
			'input_image',
			'originImageUrl',
			'preview_url',
			'thumbnail',
			'mask',
			'params',
			'request',
		].map((name): [object, object] => [
			{ status: 'unheard_of', [name]: url },
			{ status: 'running' },
		]),
	],
	'F16: flags in other places': [
		[
			{ status: 'completed', output: [image, image], has_nsfw_concepts: [false, true] },
			{ images: [expect.not.objectContaining({ flagged: true }), { flagged: true }] },
		],
		[{ status: 'completed', output: [image], nsfw: 'true' }, { images: [{ flagged: true }] }],
		[
			{ status: 'completed', output: [image], metadata: { nsfw_content_detected: true } },
			{ images: [{ flagged: true }] },
		],
	],
	'E12: the reason told twice': [
		[{ status: 'failed', errors: ['Oops', 'Oops'] }, { failure: { message: 'Oops' } }],
		[
			{ status: 'failed', error: 'Blocked', provider_error: { message: 'Blocked: nudity' } },
			{ failure: { message: 'Blocked: nudity' } },
		],
		[
			{ status: 'failed', error: 'Blocked: nudity', provider_error: { message: 'nudity' } },
			{ failure: { message: 'Blocked: nudity' } },
		],
	],
	'E4: the reason elsewhere': [
		[{ status: 'failed', failure: { reason: 'Oops' } }, { failure: { message: 'Oops' } }],
		[{ status: 'failed', error_msg: 'Oops' }, { failure: { message: 'Oops' } }],
		[{ status: 'failed', output: [], message: 'Oops' }, { failure: { message: 'Oops' } }],
		[
			{ status: 'failed', detail: [{ loc: ['body', 'prompt'], msg: 'Oops' }] },
			{ failure: { message: 'prompt: Oops' } },
		],
		[{ status: 'failed', error: { error: { error: 'Oops' } } }, { failure: { message: 'Oops' } }],
		[
			{ status: 'failed', errors: { prompt: ['Oops'] } },
			{ failure: { message: expect.stringContaining('Oops') } },
		],
	],
};

/** Refusals of a create, what kind each is, and the limit that its words tell. */
const REFUSED: Array<[what: string, status: number, body: unknown, kind: string, limit?: string]> =
	[
		['E2: in arrears', 429, { error: 'Account in arrears' }, 'noCredit'],
		['E2: in the language of the vendor', 403, { message: '用户额度不足' }, 'noCredit'],
		['E2: a code alone', 400, { code: 'PAYMENT_REQUIRED' }, 'noCredit'],
		[
			'E3: a prompt of balance',
			400,
			{ error: 'Rejected prompt: low balance of light' },
			'badParameters',
		],
		['E3: quoted', 422, { error: `Could not draw 'no credit, task not found'` }, 'badParameters'],
		['E3: in curly quotes', 400, { message: 'Too long: “rate limit exceeded”' }, 'badParameters'],
		[
			'E3: in a list of complaints',
			422,
			{ detail: [{ loc: ['body', 'prompt'], msg: 'Invalid: "unauthorized nsfw"' }] },
			'badParameters',
		],
		['E6: an envelope of 5xx', 200, { code: 500, msg: 'Oops' }, 'gatewayFault'],
		['E6: a detail', 200, { detail: 'webhook not supported' }, 'badParameters'],
		['E6: in data', 200, { data: { error: 'Unsupported size' } }, 'badParameters'],
		['A7: a code of its own', 200, { code: 20000, msg: 'ok' }, 'unreadable'],
		['F5: in flight', 409, { error: 'In-flight limit reached' }, 'rateLimited', 'tasks'],
		['F5: parallel tasks', 403, { message: 'Too many running tasks' }, 'rateLimited', 'tasks'],
		['F5: in the language of the vendor', 400, { message: '并发数超限' }, 'rateLimited', 'tasks'],
		['F5: busy', 400, { message: 'System is busy, try later' }, 'rateLimited', 'busy'],
		['F5: a quota of the month', 403, { error: 'Monthly quota exceeded' }, 'noCredit'],
		['F5: calls of the day', 429, { error: 'Limit of 100 requests per day' }, 'noCredit'],
		[
			'F5: code of the rate, words of the tasks',
			429,
			{ error: { code: 'rate_limit_exceeded', message: 'Max concurrent tasks: 3' } },
			'rateLimited',
			'tasks',
		],
		['F5 with E3: a busy street', 400, { error: 'Bad prompt: a server too busy' }, 'badParameters'],
		['moderation by number', 200, { code: 110001, message: 'sensitive information' }, 'moderated'],
		['moderation in words', 400, { error: 'Flagged by our safety system' }, 'moderated'],
		['F18: a page under 401', 401, htmlPage('Sign in'), 'blockedByEdge'],
		['F18: a text of the edge', 403, 'error code: 1020', 'blockedByEdge'],
		['F18, turned round: the own word', 401, 'Unauthorized', 'badKey'],
		['F18, turned round: a page under 429', 429, htmlPage('Slow down'), 'rateLimited'],
		['E11: a filter of the company', 403, htmlPage('Zscaler blocks this'), 'refusedByProxy'],
		['a 5xx with words of refusal', 500, { code: 'UNAUTHORIZED' }, 'gatewayFault'],
		['a 5xx that is overloaded', 503, { error: 'too many concurrent tasks' }, 'gatewayFault'],
		['a 5xx of a proxy', 504, htmlPage('Squid: read timeout'), 'gatewayFault'],
		['HTTP 999', 999, '', 'unreadable'],
		['HTTP 199', 199, '', 'unreadable'],
	];

describe.each(gateways)('$displayName', (gateway) => {
	describe.each(Object.entries(READS))('FAULTS %s', (_kind, rows) => {
		it.each(rows)('%j', (body, expected) => {
			expect(gateway.readResult(reply(200, body), task).value).toMatchObject(expected);
		});
	});

	it.each(
		REFUSED.map(([what, status, body, kind, limit]) => ({ what, status, body, kind, limit })),
	)(
		'FAULTS $what: a create that is answered $status $body is $kind',
		({ status, body, kind, limit }) => {
			const { problem } = gateway.readCreate(reply(status, body), 'flux_kontext_max');
			expect([problem?.kind, problem?.limit]).toEqual([kind, limit]);
		},
	);

	it.each([
		[301, 'redirected'],
		[307, 'redirected'],
		[308, 'redirected'],
		[300, 'unreadable'],
		[302, 'unreadable'],
		[303, 'unreadable'],
		[304, 'unreadable'],
	])('FAULTS A8: a create that is answered %d is %s, a read redirected', (status, kind) => {
		const redirect = reply(status, '', { location: 'https://elsewhere.example/' });
		expect(gateway.readCreate(redirect, 'x').problem?.kind).toBe(kind);
		expect(gateway.readStatus(redirect, task).problem?.kind).toBe('redirected');
	});

	it('FAULTS F19: the same statuses of anybody but Cloudflare prove nothing', () => {
		expect(gateway.readCreate(reply(521, ''), 'x').problem?.kind).toBe('gatewayFault');
		expect(gateway.readCreate(reply(523, '', { server: 'cloudflare' }), 'x').problem?.kind).toBe(
			'gatewayFault',
		);
	});

	it('FAULTS F18: a challenge of the edge is one, whatever its body', () => {
		const challenge = reply(403, { error: 'x' }, { 'cf-mitigated': 'challenge' });
		expect(gateway.readStatus(challenge, task).problem?.kind).toBe('blockedByEdge');
	});

	it.each(['Task not found', 'UNKNOWN', 'not_exist'])(
		'a task that is %s yet is a lag',
		(status) => {
			expect(gateway.readStatus(reply(200, { status }), task).problem).toMatchObject({
				kind: 'notFound',
				reason: status,
			});
		},
	);

	it('a create with finished pictures and no id is finished', () => {
		const { value } = gateway.readCreate(reply(200, { result: { data: [{ url }] } }), 'm');
		expect(value).toMatchObject({ requestId: '', status: 'completed', images: [{ url }] });
	});

	it('a create with pictures and no id that still runs is not finished', () => {
		const body = { status: 'processing', output: [image] };
		expect(gateway.readCreate(reply(200, body), 'm').problem?.kind).toBe('unreadable');
	});

	it('a create with an id and an error is polled: the next reply costs nothing', () => {
		const body = { id: 'a', request_id: 'a', error: 'Oops' };
		expect(gateway.readCreate(reply(200, body), 'm').value?.status).toBe('queued');
	});

	it('a refusal of the call on a poll is not the end of the task', () => {
		const body = { error: { code: 'UNAUTHORIZED', message: 'No' }, request_id: 'of-the-call' };
		expect(gateway.readStatus(reply(200, body), task).problem?.kind).toBe('badKey');
	});

	it('shows no picture in an error', () => {
		const body = { odd: { b64: base64.repeat(1_000) } };
		const { problem } = gateway.readStatus(reply(200, body), task);
		expect(problem?.reason?.length).toBeLessThanOrEqual(500);
	});
});

describe('VTrix and ToAPIs, whose word of success means success', () => {
	it('takes an error beside it for one that may pass', () => {
		const body = { status: 'completed', error: 'Upload is late' };
		for (const gateway of [GATEWAYS.vtrix, GATEWAYS.toApis]) {
			expect(gateway.readStatus(reply(200, body), task).value).toMatchObject({
				status: 'failed',
				mayChange: true,
			});
		}
		expect(GATEWAYS.seaArtCloud.readStatus(reply(200, body), task).value).not.toHaveProperty(
			'mayChange',
		);
	});
});

describe('a cancel', () => {
	const { readCancel } = GATEWAYS.seaArtCloud;

	it.each([
		[200, { data: { status: 'CANCELLED' } }, 'requested'],
		[409, { error: { code: 'ALREADY_COMPLETED' } }, 'alreadyCompleted'],
		[200, { status: 'completed' }, 'alreadyCompleted'],
	])('reads %d %j as %s', (status, body, expected) => {
		expect(readCancel!(reply(status, body)).value?.cancellation).toBe(expected);
	});

	it.each([
		[404, htmlPage('Not Found'), 'blockedByEdge'],
		[200, htmlPage('Sign in'), 'unreadable'],
		[200, { success: false, message: 'Oops' }, 'badParameters'],
		[400, { error: 'rate limit' }, 'rateLimited'],
	])('knows nothing of the task from %d %j: %s', (status, body, kind) => {
		expect(readCancel!(reply(status, body)).problem?.kind).toBe(kind);
	});
});
