import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

const task = { requestId: 'task', modelId: 'flux_kontext_max' };
const url = 'https://pictures.example/a.png';
const png = `${'iVBORw0KGgo'.repeat(8)}=`;

/** Creates that are refused: the row of FAULTS, the reply, the kind, the limit that its words tell. */
const REFUSED_CREATES: Array<
	[row: string, status: number, body: unknown, kind: string, limit?: string]
> = [
	['E2', 429, { error: { code: 'insufficient_quota', message: 'Add credit' } }, 'noCredit'],
	['E2', 429, { error: 'balance not enough' }, 'noCredit'],
	['E2', 429, { message: 'You exceeded your current quota' }, 'noCredit'],
	['E3', 400, { error: 'Cannot draw: "white balance too low"' }, 'badParameters'],
	['E3', 400, { error: { code: 'invalid_prompt', message: 'no credit left' } }, 'badParameters'],
	['E6', 200, { code: 402, msg: 'Pay first' }, 'noCredit'],
	['E6', 200, { error: { code: 'UNAUTHORIZED', message: 'no' } }, 'badKey'],
	['E6', 200, { error: 'Unsupported size' }, 'badParameters'],
	['F5', 400, { error: 'too many concurrent tasks' }, 'rateLimited', 'tasks'],
	['F5', 403, { code: 'inflight_limit', message: 'Wait' }, 'rateLimited', 'tasks'],
	['F5', 200, { code: 1002, message: 'rate limit' }, 'rateLimited', 'calls'],
	[
		'F5',
		402,
		{ error: 'concurrency limit of 5 based on your remaining balance' },
		'rateLimited',
		'tasks',
	],
	['F5', 429, { error: 'The server is busy' }, 'rateLimited', 'busy'],
	['F5', 429, { error: 'daily limit reached' }, 'noCredit'],
	[
		'ToAPIs',
		503,
		{ error: { code: 'rate_limit_unavailable', message: 'x' } },
		'rateLimited',
		'busy',
	],
	['ToAPIs', 422, { error: { code: 'content_policy_violation', message: 'x' } }, 'moderated'],
	['F18', 403, htmlPage('Just a moment...'), 'blockedByEdge'],
	['F18', 404, htmlPage('Not Found'), 'blockedByEdge'],
	['E11', 407, htmlPage('Proxy'), 'refusedByProxy'],
];

/** Replies to a status read that end the task or do not: the row of FAULTS, the body, what it means. */
const READ: Array<[row: string, body: object, expected: object]> = [
	[
		'A6',
		{ status: 'COMPLETED', error: { code: '', message: '' }, outputs: [{ url }] },
		{ status: 'completed' },
	],
	['A6', { status: 'COMPLETED', error: { code: 0 }, outputs: [{ url }] }, { status: 'completed' }],
	['A6', { status: 'COMPLETED', error: 0, outputs: [{ url }] }, { status: 'completed' }],
	['B1', { status: 'SUCCEEDED', output: [{ url }] }, { status: 'completed', images: [{ url }] }],
	[
		'B1',
		{ status: 'FAILURE', fail_reason: 'Oops' },
		{ status: 'failed', failure: { message: 'Oops' } },
	],
	['B1', { status: 'ERROR', reason: 'Oops' }, { status: 'failed', failure: { message: 'Oops' } }],
	['B1', { status: 'whatever', output: [{ url }] }, { status: 'completed', word: 'whatever' }],
	['B1', { status: 'whatever' }, { status: 'running', word: 'whatever' }],
	[
		'B5',
		{
			status: 'completed',
			output: [
				{ type: 'file', url: `${url}.zip` },
				{ type: 'image', url },
			],
		},
		{ images: [{ url }] },
	],
	['B7', { status: 'completed', output: [url] }, { images: [{ url }] }],
	['B7', { status: 'completed', output: { url } }, { images: [{ url }] }],
	[
		'B7',
		{ status: 'completed', data: [{ b64_json: png }] },
		{ images: [{ url: expect.stringContaining(png) }] },
	],
	['E4', { status: 'failed', error: { msg: 'Oops' } }, { failure: { message: 'Oops' } }],
	['E4', { status: 'failed', error: [{ detail: 'Oops' }] }, { failure: { message: 'Oops' } }],
	['E4', { status: 'failed', errors: ['Oops'] }, { failure: { message: 'Oops' } }],
	['E4', { status: 'failed', error: { odd: 'Oops' } }, { failure: { message: '{"odd":"Oops"}' } }],
	[
		'E5',
		{ status: 'CANCELLED', reason: 'By hand' },
		{ status: 'cancelled', failure: { message: 'By hand' } },
	],
	[
		'F13',
		{ status: 'IN_PROGRESS', output: [{ url }] },
		{ status: 'running', partialImages: [{ url }] },
	],
	[
		'F13',
		{
			status: 'completed',
			originImageUrl: `${url}?in`,
			output: [{ type: 'mask', url: `${url}?m` }, { url }],
		},
		{ images: [{ url }] },
	],
	[
		'F14',
		{ status: 'SUCCESS', fail_reason: url, data: [{ url }] },
		{ status: 'completed', images: [{ url }] },
	],
	['F14', { status: 'completed', error: 'None', output: [{ url }] }, { status: 'completed' }],
	[
		'F14',
		{ status: 'completed', error: { code: 0, message: 'success' }, output: [{ url }] },
		{ status: 'completed' },
	],
	[
		'F14',
		{ status: 'completed', output: [{ url }, { error: 'Oops' }] },
		{ status: 'completed', warning: { message: 'Oops' } },
	],
	['F15', { status: 'EXPIRED' }, { status: 'failed', failure: { message: 'EXPIRED' } }],
	['F15', { status: 'ABORTED' }, { status: 'failed' }],
	[
		'F15',
		{ status: 'Request Moderated' },
		{ status: 'failed', failure: { message: 'Request Moderated' } },
	],
	['F15', { status: 'GENERATE_FAILED' }, { status: 'failed' }],
	['F15', { status: 'REVOKED' }, { status: 'failed' }],
	[
		'F16',
		{ status: 'completed', output: [{ url }], has_nsfw_concepts: [true] },
		{ images: [{ url, flagged: true }] },
	],
	['F16', { status: 'completed', output: [{ url, nsfw: true }] }, { images: [{ flagged: true }] }],
];

describe.each(Object.values<Gateway>(GATEWAYS))('$displayName', (gateway) => {
	it.each(
		REFUSED_CREATES.map(([row, status, body, kind, limit]) => ({ row, status, body, kind, limit })),
	)('FAULTS $row: a create refused by $status $body is $kind', ({ status, body, kind, limit }) => {
		const { problem } = gateway.readCreate(reply(status, body), 'flux_kontext_max');
		expect([problem?.kind, problem?.limit]).toEqual([kind, limit]);
	});

	it.each(READ)('FAULTS %s: reads %j', (_, body, expected) => {
		expect(gateway.readResult(reply(200, body), task).value).toMatchObject(expected);
	});

	it('FAULTS A7: takes an id under data, beside a code of success, for the id', () => {
		const body = {
			status: { code: 10000, msg: 'success' },
			data: { request_id: 'a', id: 'a' },
		};
		const { value } = gateway.readCreate(reply(200, body), 'flux_kontext_max');
		expect(value).toMatchObject({ requestId: 'a', status: 'queued' });
		const without = { status: { code: 10000, msg: 'success' } };
		expect(gateway.readCreate(reply(200, without), 'x').problem?.kind).toBe('unreadable');
	});

	it('FAULTS F13: takes no picture that a create echoes beside its id', () => {
		const body = { id: 'a', request_id: 'a', data: [{ url }] };
		const { value } = gateway.readCreate(reply(200, body), 'flux_kontext_max');
		expect(value).toMatchObject({ requestId: 'a', status: 'queued' });
		expect(value?.images).toBeUndefined();
	});

	it.each([521, 525, 526])('FAULTS F19: %d of Cloudflare reached nobody', (status) => {
		const { problem } = gateway.readCreate(reply(status, '', { server: 'cloudflare' }), 'x');
		expect(problem?.kind).toBe('neverConnected');
	});

	it.each([520, 522, 524])('FAULTS F19: %d of Cloudflare is doubtful', (status) => {
		const { problem } = gateway.readCreate(reply(status, '', { server: 'cloudflare' }), 'x');
		expect(problem?.kind).toBe('gatewayFault');
	});
});
