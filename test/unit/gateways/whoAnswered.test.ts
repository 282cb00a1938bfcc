import { findGateway, GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

/* Refusals by what stands before a gateway, and by a gateway that tells one status by HTTP and another within. */

const cloudflare = { server: 'cloudflare' };
const squid = { 'x-squid-error': 'ERR_ACCESS_DENIED 0' };

const ROWS: Array<
	[what: string, status: number, body: unknown, headers: Record<string, string>, kind: string]
> = [
	['a refusal with the header of a proxy', 403, { error: 'Oops' }, squid, 'refusedByProxy'],
	['a fault with the header of a proxy', 502, '', squid, 'gatewayFault'],
	['a page that names a proxy', 403, htmlPage('Zscaler'), {}, 'refusedByProxy'],
	['words of a gateway that name a proxy', 403, { error: 'proxy server' }, {}, 'notAllowed'],
	['407 alone', 407, '', {}, 'refusedByProxy'],
	['521 of who is called like Cloudflare', 521, '', { server: 'my-cloudflare' }, 'gatewayFault'],
	['a challenge', 403, {}, { 'cf-mitigated': 'challenge' }, 'blockedByEdge'],
	['a challenge to slow down', 429, {}, { 'cf-mitigated': 'challenge' }, 'rateLimited'],
	['a fault with a page', 500, htmlPage('Oops'), {}, 'gatewayFault'],
	['401 with a short word', 401, '  Unauthorized\n', {}, 'badKey'],
	['401 without a word', 401, '', {}, 'badKey'],
	['403 without a word', 403, ' ', {}, 'notAllowed'],
	['403 with its own word', 403, 'Forbidden', {}, 'notAllowed'],
	['404 with its own word', 404, '404 Not Found.', {}, 'notFound'],
	['404 of a gateway', 404, 'no such model', {}, 'notFound'],
	['404 of somebody else', 404, 'Not found on this edge', {}, 'blockedByEdge'],
	['403 of somebody else', 403, 'Access forbidden', {}, 'blockedByEdge'],
	['403 of somebody else, in two words', 403, 'ab forbidden', {}, 'blockedByEdge'],
	['400 with a text', 400, 'Some words of their own', {}, 'badParameters'],
	['a caller that has gone', 499, htmlPage('Zscaler'), squid, 'gatewayFault'],
	['HTTP 600', 600, {}, {}, 'unreadable'],
	['a status within', 404, { code: 402 }, {}, 'noCredit'],
	['a status within an error', 200, { error: { code: 402 } }, {}, 'noCredit'],
	['a status within an error, by its name', 200, { error: { status: '429' } }, {}, 'rateLimited'],
	['a fault within', 200, { code: 599 }, {}, 'gatewayFault'],
	['a success within a refusal', 402, { code: 200 }, {}, 'noCredit'],
	['a status within a fault', 500, { code: 402 }, {}, 'gatewayFault'],
	['a status within a redirect', 301, { code: 402 }, {}, 'redirected'],
	['a code of another sort under 429', 429, { code: 'INVALID_REQUEST_ERROR' }, {}, 'rateLimited'],
	['no credit under 429', 429, { code: 'insufficient_quota' }, {}, 'noCredit'],
	['words of being busy under 503', 503, { error: 'The server is busy' }, {}, 'gatewayFault'],
	['a code of being busy under 503', 503, { code: 'SERVER_BUSY' }, {}, 'gatewayFault'],
	['a word of failure with words', 200, { status: 'fail', msg: 'rate limit' }, {}, 'rateLimited'],
	['another word with words', 200, { status: 'failing', msg: 'rate limit' }, {}, 'unreadable'],
	['another word yet', 200, { status: 'no error', msg: 'rate limit' }, {}, 'unreadable'],
	['an object for a word', 200, { status: {}, msg: 'rate limit' }, {}, 'unreadable'],
];

describe.each(Object.values<Gateway>(GATEWAYS))('A create at $displayName', (gateway) => {
	it.each(ROWS)('%s: %d %j %j is %s', (_what, status, body, headers, kind) => {
		expect(gateway.readCreate(reply(status, body, headers), 'm').problem?.kind).toBe(kind);
	});

	it.each([521, 525, 526])('is told that Cloudflare did not reach it: %d', (status) => {
		const { problem } = gateway.readCreate(reply(status, '', cloudflare), 'm');
		expect(problem).toMatchObject({
			kind: 'neverConnected',
			reason: `Cloudflare, before it, did not reach it (HTTP ${status})`,
		});
	});

	it('says the status where nothing else is told, and what the support asks for', () => {
		const headers = { 'x-request-id': 'req-1' };
		expect(gateway.readCreate(reply(200, '', headers), 'm').problem).toMatchObject({
			kind: 'unreadable',
			reason: 'HTTP 200',
			gatewayRequestId: 'req-1',
		});
		expect(gateway.readCreate(reply(402, {}, headers), 'm').problem).toMatchObject({
			reason: 'HTTP 402',
			httpCode: 402,
			gatewayRequestId: 'req-1',
		});
	});
});

/** Words of refusals, what kind each is, and of which limit. */
const WORDS: Array<[kind: string, limit: string | undefined, words: readonly string[]]> = [
	[
		'rateLimited',
		'tasks',
		[
			...['concurrency limit', 'concurrent jobs: 5', 'concurrency exceeded', 'max concurrency'],
			...['jobs are concurrent', 'too many concurrent', 'inflight limit', 'too many image jobs'],
			...['too many generations', 'the task limit', 'jobs limit', 'maximum of 5 pending tasks'],
			...['exceeded the active jobs', '5 ongoing generations reached', 'unfinished tasks limit 5'],
			...[
				'5 tasks at a time',
				'requests at the same time',
				'jobs in parallel',
				'同时运行任务',
				'并发',
			],
		],
	],
	[
		'noCredit',
		undefined,
		[
			...['daily limit', 'weekly quota', 'monthly cap', 'billing limit', 'spending cap reached'],
			...['limit of images per day', 'quota for this month', 'hard limit', '5 images a day'],
			...[
				'calls per week',
				'the limit was reached today',
				'insufficient funds',
				'not enough credits',
			],
			...['out of credit', 'exhausted balance', 'negative balance', 'no credits', 'zero quota'],
			...['balance is insufficient', 'credits not enough', 'balance too low', 'quota used up'],
			...[
				'credit overdrawn',
				'you exceeded your quota',
				'in arrears',
				'余额不足',
				'额度已用尽',
				'欠费',
			],
		],
	],
	[
		'rateLimited',
		'calls',
		[
			...['rate limit', 'ratelimited', 'too many requests', 'too many calls', 'calls per minute'],
			...['requests per second', 'request rate', 'throttled', '频率', '频繁', '限流'],
		],
	],
	[
		'rateLimited',
		'busy',
		[
			...['server busy', 'the system is overloaded', 'service is currently busy', 'too busy'],
			...['gateway overloaded', 'model busy', 'at capacity', 'over capacity', 'queue full'],
			...['no available channel', 'queue is full', '繁忙', '负载', '无可用渠道'],
		],
	],
	['notFound', undefined, ['task_not_exist', 'task does not exist', 'the task was not found']],
	[
		'badKey',
		undefined,
		[
			...['unauthorized', 'unauthorised', 'authentication_error', 'invalid API key'],
			...['incorrect key', 'wrong token', 'expired token'],
		],
	],
	[
		'moderated',
		undefined,
		[
			...['moderation', 'content policy', 'content blocked', 'content filter', 'content violation'],
			...['nsfw', 'safety system', 'safety filter', 'safety check', 'sensitive information'],
			...['sensitive content', 'sensitive words', 'usage policy', 'blocked by policy', 'nudity'],
			...['content check', 'inappropriate content', 'prohibited content', 'explicit content'],
			...['unsafe content', 'adult content', 'Inappropriate!', '不合规', '敏感', '违规', '审核'],
		],
	],
	[
		'badParameters',
		undefined,
		[
			...['bad size', 'limits of size', 'white balance', 'concurrent', 'the key is wrong here'],
			...['inappropriate size', 'sensitive to light', 'a busy street', 'daily', 'in a second'],
			...['Cannot draw: no credit', 'No style for the prompt no credit'],
			...['for this input: unauthorized', 'Cannot draw "no credit"', '{"no": "credit left"}'],
		],
	],
];

describe('What words say', () => {
	const ofWords = WORDS.flatMap(([kind, limit, words]) =>
		words.map((message) => ({ message, kind, limit })),
	);

	it.each(ofWords)('"$message" is $kind, of $limit', ({ message, kind, limit }) => {
		for (const said of [message, `Error: ${message}`, `HTTP 400: error: ${message}`]) {
			const { problem } = GATEWAYS.vtrix.readCreate(reply(400, { message: said }), 'm');
			expect([problem?.kind, problem?.limit]).toEqual([kind, limit]);
		}
	});

	it.each([
		'per second',
		'a minute',
		'each minute',
		'every-minute',
		'5 / s',
		'/min',
		'60 rpm',
		'qps',
	])('of a quota %s is of the rate', (time) => {
		const body = { message: `quota exceeded: ${time}` };
		expect(GATEWAYS.vtrix.readCreate(reply(400, body), 'm').problem?.limit).toBe('calls');
	});

	it.each([
		'credit',
		'balance',
		'funds',
		'billing',
		'spend',
		'daily',
		'week',
		'month',
		'of the day',
	])('of a quota under the code of a rate are of the bill where they name it: %s', (name) => {
		const read = (message: string) =>
			GATEWAYS.vtrix.readCreate(reply(400, { code: 'RATE_LIMITED', message }), 'm').problem?.kind;
		expect(read(`no quota: ${name}`)).toBe('rateLimited');
		expect(read(`${name}, no quota`)).toBe('noCredit');
	});
});

describe('A cancel', () => {
	const { readCancel } = GATEWAYS.seaArtCloud;

	it.each([
		[409, { data: { status: 'already_completed' } }, 'alreadyCompleted'],
		[410, { code: 'NOT_FOUND' }, 'notFound'],
		[400, { message: 'task_not_exist' }, 'notFound'],
		[400, { error: { code: 'DONE', message: 'done' } }, 'alreadyCompleted'],
		[500, { status: 'cancelled' }, 'requested'],
		[200, { status: 'stopping' }, 'requested'],
		[202, {}, 'requested'],
	])('that is answered %d %j is %s', (status, body, cancellation) => {
		expect(readCancel!(reply(status, body)).value).toEqual({ cancellation, raw: body });
	});

	it.each([
		[201, {}, 'unreadable'],
		[201, 'Too many requests', 'unreadable'],
		[300, {}, 'redirected'],
		[422, { message: 'already finished' }, 'badParameters'],
		[400, { code: 'UNAUTHORIZED', message: 'already' }, 'badKey'],
	])('that is answered %d %j tells nothing of the task: %s', (status, body, kind) => {
		expect(readCancel!(reply(status, body)).problem?.kind).toBe(kind);
	});
});

describe('A name that comes from outside', () => {
	it.each(Object.keys(GATEWAYS))('finds the gateway %s', (name) => {
		expect(findGateway(name)?.id).toBe(name);
	});

	it.each(['', 'seaart', '__proto__', 'toString'])('finds none: %j', (name) => {
		expect(findGateway(name)).toBeUndefined();
	});
});
