import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

/* Refusals that a second adversary found, as members.test.ts has the first one's. */

const RATE = 'RATE_LIMIT_EXCEEDED';

/** Refusals of a create, what kind each is, and the limit that its words tell. */
const REFUSED: Array<[row: string, status: number, body: unknown, kind: string, limit?: string]> = [
	...[
		'Unsupported prompt a fashion model is busy at her desk',
		'Prompt a crowded server room over capacity is not supported',
		'Invalid prompt a robot with no credit on her card',
		'The prompt daily newspaper limit exceeded could not be parsed',
		'Bad prompt too many tasks on a desk',
	].map((message): [string, number, unknown, string] => [
		'E3',
		400,
		{ error: { code: 'E400', message } },
		'badParameters',
	]),
	['E3, turned round', 400, { error: 'Your prompt was flagged by moderation' }, 'moderated'],
	...[
		'Request quota exceeded, 60 requests per minute',
		'Request quota exceeded',
		'Quota exceeded: requests per minute',
		'Your monthly plan has a limit of 60 requests per minute',
		'Per-second quota exceeded',
	].map((message): [string, number, unknown, string, string] => [
		'F5: the quota of a minute',
		429,
		{ error: { code: RATE, message } },
		'rateLimited',
		'calls',
	]),
	[
		'F5: a quota of a minute alone',
		429,
		{ error: 'Quota of 60 / min exceeded' },
		'rateLimited',
		'calls',
	],
	['F5, turned round', 429, { error: { code: RATE, message: 'Daily quota exceeded' } }, 'noCredit'],
	['F5, turned round', 429, { error: { code: RATE, message: 'No credit left' } }, 'noCredit'],
	['F5', 400, { error: 'limit of running tasks reached' }, 'rateLimited', 'tasks'],
	['F5', 403, { error: 'Max active generations: 3' }, 'rateLimited', 'tasks'],
	['F5', 200, { status: 'error', message: 'too many concurrent tasks' }, 'rateLimited', 'tasks'],
	['F5, turned round', 200, { status: 'error', message: 'Oops' }, 'unreadable'],
	['F5', 200, { code: 1002, msg: 'queue full' }, 'rateLimited', 'busy'],
	// A create that may be paid must never be said not to be.
	['A7', 200, { detail: null, job_id: 'a' }, 'unreadable'],
	['A7', 200, { detail: 'Task accepted', job: { uuid: 'a' } }, 'unreadable'],
	['A7', 200, { error: { code: 0, message: 'accepted' }, data: { job: 'a' } }, 'unreadable'],
	['A7', 499, htmlPage('499 Client Closed Request'), 'gatewayFault'],
	['A7', 460, { error: 'too many requests' }, 'gatewayFault'],
	['F18', 405, htmlPage('Not Allowed'), 'blockedByEdge'],
	['F18, turned round', 413, htmlPage('Too Large'), 'badParameters'],
];

describe.each(Object.values<Gateway>(GATEWAYS))('$displayName', (gateway) => {
	it.each(REFUSED.map(([row, status, body, kind, limit]) => ({ row, status, body, kind, limit })))(
		'FAULTS $row: $status $body is $kind',
		({ status, body, kind, limit }) => {
			const { problem } = gateway.readCreate(reply(status, body), 'flux_kontext_max');
			expect([problem?.kind, problem?.limit]).toEqual([kind, limit]);
		},
	);

	it('FAULTS A7: finds the id of a create at data.taskId', () => {
		const body = { error: { code: 0, message: 'accepted' }, data: { taskId: 'a' } };
		expect(gateway.readCreate(reply(200, body), 'x').value).toMatchObject({
			requestId: 'a',
			status: 'queued',
		});
	});
});

describe('a cancel that is answered 400', () => {
	const { readCancel } = GATEWAYS.seaArtCloud;

	it.each([
		[{ error: { code: 'CANCEL_NOT_SUPPORTED', message: 'Not supported for this model' } }],
		[{ error: 'Oops' }],
	])('knows nothing of the task from %j', (body) => {
		expect(readCancel!(reply(400, body)).problem?.kind).toBe('badParameters');
	});

	it.each([[{}], [{ error: 'The task has already finished' }], [{ message: 'task is completed' }]])(
		'reads %j as of a task that has ended',
		(body) => {
			expect(readCancel!(reply(400, body)).value?.cancellation).toBe('alreadyCompleted');
		},
	);
});
