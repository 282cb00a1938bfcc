import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { htmlPage, reply } from './reply';

const task = { requestId: 'task', modelId: 'flux_kontext_max' };
const gateways = Object.values(GATEWAYS);

/** Every error of the contracts: the reply, and what it means. */
const REFUSALS: Array<[statusCode: number, body: unknown, kind: string, reason: string]> = [
	[401, { error: { code: 'UNAUTHORIZED', message: 'Bad key' } }, 'badKey', 'Bad key'],
	[
		401,
		{ error: { code: 401, message: 'Bad key', type: 'authentication_error', param: null } },
		'badKey',
		'Bad key',
	],
	[402, { error: 'insufficient balance' }, 'noCredit', 'insufficient balance'],
	[403, { error: 'insufficient balance' }, 'noCredit', 'insufficient balance'],
	[400, { error: 'insufficient balance' }, 'noCredit', 'insufficient balance'],
	[403, { error: { code: 'FORBIDDEN', message: 'No right' } }, 'notAllowed', 'No right'],
	[
		402,
		{ status: { code: 402, message: 'Insufficient credits', error_code: 40201 }, data: null },
		'noCredit',
		'Insufficient credits',
	],
	[
		200,
		{ status: { code: 402, message: 'Insufficient credits', error_code: 40201 }, data: null },
		'noCredit',
		'Insufficient credits',
	],
	[404, { detail: 'App not found: x' }, 'notFound', 'App not found: x'],
	[
		422,
		{ detail: [{ loc: ['body', 'prompt'], msg: 'field required', type: 'missing' }] },
		'badParameters',
		'prompt: field required',
	],
	[
		400,
		{ error: { code: 'x', message: 'Bad size', type: 'invalid_request_error', param: 'size' } },
		'badParameters',
		'Bad size',
	],
	[400, { message: 'task_not_exist' }, 'notFound', 'task_not_exist'],
	[400, { error: { message: 'invalid apitype: -1' } }, 'badParameters', 'invalid apitype: -1'],
	[200, { success: false, message: 'It broke' }, 'badParameters', 'It broke'],
	[
		429,
		{ error: { code: 'RATE_LIMIT_EXCEEDED', message: 'Slow down' } },
		'rateLimited',
		'Slow down',
	],
	[429, 'Too many', 'rateLimited', 'Too many'],
	[500, { error: 'Oops' }, 'gatewayFault', 'Oops'],
	[500, { error: 'insufficient balance' }, 'gatewayFault', 'insufficient balance'],
	[502, htmlPage('502 Bad Gateway'), 'gatewayFault', 'an HTML page titled "502 Bad Gateway"'],
	[504, htmlPage('504 Time-out'), 'gatewayFault', 'an HTML page titled "504 Time-out"'],
	[301, '', 'redirected', ''],
	[307, '', 'redirected', ''],
	[308, '', 'redirected', ''],
	[402, {}, 'noCredit', ''],
	[408, {}, 'gatewayFault', ''],
	[409, {}, 'badParameters', ''],
	[413, {}, 'badParameters', ''],
	[418, {}, 'badParameters', ''],
	[199, {}, 'unreadable', ''],
	[429, { error: 'insufficient balance' }, 'noCredit', 'insufficient balance'],
	[400, { error: 'Invalid key' }, 'badKey', 'Invalid key'],
	[400, { error: 'ratelimited' }, 'rateLimited', 'ratelimited'],
	[400, { error: { code: 'task_not_exist', message: 'Gone' } }, 'notFound', 'Gone'],
	[500, { success: false, message: 'Oops' }, 'gatewayFault', 'Oops'],
	[200, { status: { code: 400, message: 'Bad size' } }, 'badParameters', 'Bad size'],
	[
		200,
		{ status: { code: 200, message: 'fine' } },
		'unreadable',
		'{"status":{"code":200,"message":"fine"}}',
	],
	[403, { error: 'insufficient scope' }, 'notAllowed', 'insufficient scope'],
	[
		400,
		{ error: { code: 'insufficient_quota', message: 'None' } },
		'noCredit',
		'{"code":"insufficient_quota","message":"None"}',
	],
	[
		403,
		{ error: { code: 'insufficient_user_quota', message: 'None' } },
		'noCredit',
		'{"code":"insufficient_user_quota","message":"None"}',
	],
	[500, { id: 'x', msg: 'Oops' }, 'gatewayFault', 'Oops'],
	[404, { status: { code: 399, message: 'odd' } }, 'notFound', 'odd'],
	[404, { status: { code: 600, message: 'odd' } }, 'notFound', 'odd'],
	[
		422,
		{
			detail: [
				{ loc: ['body', 'image', 'url'], msg: 'not a URL' },
				{},
				{ msg: 'and something else' },
			],
		},
		'badParameters',
		'image.url: not a URL; and something else',
	],
	[
		422,
		{ detail: [{ loc: ['body', 'prompt'], msg: 'prompt: too long' }] },
		'badParameters',
		'prompt: too long',
	],
];

/** Where errors keep their code. */
const CODES: Array<[body: object, code: string]> = [
	[{ error_type: 'T1', error: { code: 'C1' } }, 'T1'],
	[{ error: { code: 'C1', type: 'T1' } }, 'C1'],
	[{ error: { type: 'T1' } }, 'T1'],
	[{ status: { code: 402, error_code: 40201 } }, '40201'],
	[{ status: { code: 402 } }, '402'],
	[{ code: 'C1', message: 'It broke' }, 'C1'],
];

describe.each(gateways)('$displayName', (gateway) => {
	it.each(REFUSALS)('reads %d %j as %s', (statusCode, body, kind, reason) => {
		const refused = reply(statusCode, body);
		const outcomes = [
			gateway.readCreate(refused, 'flux_kontext_max'),
			gateway.readStatus(refused, task),
			gateway.readResult(refused, task),
		];
		for (const { problem } of outcomes) {
			expect(problem?.kind).toBe(kind);
			expect(problem?.reason).toBe(reason || `HTTP ${statusCode}`);
		}
	});

	it.each([300, 302, 303, 304])(
		'doubts a create that is answered with %d (FAULTS A8)',
		(status) => {
			const redirect = reply(status, '');
			expect(gateway.readCreate(redirect, 'flux_kontext_max').problem?.kind).toBe('unreadable');
			expect(gateway.readStatus(redirect, task).problem?.kind).toBe('redirected');
		},
	);

	it.each(CODES)('finds in %j the code %s', (body, code) => {
		expect(gateway.readStatus(reply(400, body), task).problem?.code).toBe(code);
	});

	it('says of an error under HTTP 200 that it is one', () => {
		const refused = reply(200, { success: false, message: 'It broke' });
		expect(gateway.readStatus(refused, task).problem?.httpCode).toBe(400);
	});

	it("keeps the gateway's id of the call, for its support", () => {
		const refused = reply(500, { error: 'Oops', request_id: 'req-1' });
		expect(gateway.readStatus(refused, task).problem?.gatewayRequestId).toBe('req-1');
		const inHeader = reply(500, {}, { 'x-request-id': 'req-2' });
		expect(gateway.readStatus(inHeader, task).problem?.gatewayRequestId).toBe('req-2');
	});

	it('keeps what a reply of unknown shape tells, the id of a task perhaps', () => {
		const odd = reply(200, { data: { task: { identity: 'x-1' } } });
		expect(gateway.readCreate(odd, 'flux_kontext_max').problem?.reason).toContain('x-1');
	});

	it('reads what is nested too deeply to be written', () => {
		const deep = JSON.parse(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`) as unknown;
		expect(gateway.readStatus(reply(500, deep), task).problem?.kind).toBe('gatewayFault');
	});

	it('says what came in place of JSON', () => {
		const page = reply(200, htmlPage('Sign in'));
		expect(gateway.readStatus(page, task).problem).toMatchObject({
			kind: 'unreadable',
			reason: 'an HTML page titled "Sign in"',
		});
	});

	it.each([
		[htmlPage('  Sign in '), 'an HTML page titled "Sign in"'],
		['<html><body>Sign in</body></html>', 'an HTML page'],
		['x'.repeat(3_000), 'x'.repeat(500)],
		[`${'x'.repeat(2_500)}<html>`, 'x'.repeat(500)],
	])('says so in few words', (body, reason) => {
		expect(gateway.readStatus(reply(200, body), task).problem?.reason).toBe(reason);
	});
});
