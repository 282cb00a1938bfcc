import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { htmlPage, reply } from './reply';

/* Members of the kinds of FAULTS that a second adversary found, as members.test.ts has the first one's. */

const task = { requestId: 'task', modelId: 'flux_kontext_max' };
const url = 'https://pictures.example/a.png';
const image = { type: 'image', url };
const asked = { id: 'task', request_id: 'task' };
const gateways = Object.values<Gateway>(GATEWAYS);

/** Errors that say nothing: beside a word of success without a picture they decide, so they must not. */
const NO_ERRORS = [
	...['{}', '[]', '成功', '操作成功', 'NoError', 'Task completed successfully', '<nil>', '200 OK'],
	...['0000', 'ERROR_NONE', 'UNSPECIFIED', '{"code":0,"message":"success"}', 'Accepted'],
	{ code: 0, message: 'Request processed' },
	{ code: '0000', message: '' },
	{ code: 0, message: '', type: 'image' },
	{ code: 0, message: 'Generated in 3.2 s' },
	{ task_status: 'TASK_STATUS_SUCCEED' },
];

const ERRORS = [
	...['不成功', 'Not completed', 'Task completed with a fault', '{"message":"Oops"}', '[E1] Oops'],
	{ code: 0, message: 'No GPU left' },
	{ code: 0, error_code: 7 },
	{ code: 0, message: 'Content blocked', type: 'image' },
];

/** Bodies of a result read, and what each says of the task, at every gateway. */
const READS: Record<string, Array<[body: object, expected: object]>> = {
	'B5: what stands below the task that was asked for is a step of it': [
		[
			{
				...asked,
				status: 'completed',
				data: [
					{ id: 'img-1', status: 'failed', error: 'content blocked' },
					{ id: 'img-2', status: 'succeeded', url },
				],
			},
			{ status: 'completed', images: [{ url }] },
		],
		[
			{ ...asked, status: 'in_progress', data: { id: 'worker-1', status: 'failed' } },
			{ status: 'running' },
		],
		[{ status: 'in_progress', data: { id: 'worker-1', status: 'failed' } }, { status: 'running' }],
		[
			{ ...asked, status: 'completed', output: [image], data: { id: 'old-7', status: 'failed' } },
			{ status: 'completed', images: [{ url }] },
		],
	],
	'B5, turned round: the task within an envelope': [
		[{ status: 'success', data: { ...asked, status: 'failed' } }, { status: 'failed' }],
		[{ status: 'completed', data: { ...asked, status: 'processing' } }, { status: 'running' }],
		[
			{ code: 200, data: [{ ...asked, status: 'failed', error: 'Oops' }] },
			{ status: 'failed', failure: { message: 'Oops' } },
		],
	],
	'E4: the reason at other places': [
		...[
			{ output: [{ error: 'Oops' }] },
			{ outputs: [{ url }, { error: { message: 'Oops' } }] },
			...[{ result: { error: 'Oops' } }, { result: { message: 'Oops' } }, { err: 'Oops' }],
			...[{ task_status_msg: 'Oops' }, { failMsg: 'Oops' }, { status_message: 'Oops' }],
			...[{ error_info: 'Oops' }, { error_description: 'Oops' }, { errorDetails: 'Oops' }],
			{ logs: [{ message: 'begun' }, { message: 'Oops' }] },
		].map((more): [object, object] => [
			{ status: 'failed', ...more },
			{ status: 'failed', failure: { message: 'Oops' } },
		]),
		[
			{ status: 'failed', outputs: [{ url, message: 'half' }], message: 'Oops' },
			{ failure: { message: 'Oops' } },
		],
	],
	'B7: pictures in yet other shapes': [
		...[
			[{ image: [url] }],
			{ image_urls: [url] },
			`["${url}"]`,
			{ '0': { url } },
			{ image: { uri: url } },
			[{ type: 'output', url }],
			'//pictures.example/a.png',
		].map((output): [object, object] => [{ status: 'completed', output }, { images: [{ url }] }]),
	],
	'F16: flags as numbers and in words': [
		...[
			...[{ nsfw: 1 }, { has_nsfw_concepts: [1] }, { finish_reason: 'CONTENT_FILTERED' }],
			...[{ nsfw: 'yes' }, { content_filtered: true }, { safety: { nsfw: true } }],
		].map((more): [object, object] => [
			{ status: 'completed', output: [image], ...more },
			{ images: [{ url, flagged: true }] },
		]),
		[
			{ status: 'completed', output: [image], nsfw: 0, finish_reason: 'stop' },
			{ images: [expect.not.objectContaining({ flagged: true })] },
		],
	],
	'F15: an error beside a word that nobody knows may be that of one try': [
		[
			{ status: 'upscaling', error_message: 'trying another worker' },
			{ status: 'failed', mayChange: true },
		],
	],
	'F15: a failure by its code, and without a word': [
		[
			{ error: { code: 'INFERENCE_FAILURE', message: 'Oops' } },
			{
				status: 'failed',
				mayChange: true,
				failure: { code: 'INFERENCE_FAILURE', message: 'Oops' },
			},
		],
	],
};

describe.each(gateways)('$displayName', (gateway) => {
	it.each(NO_ERRORS)('FAULTS A6: takes %j for no error', (error) => {
		for (const more of [{ error }, { provider_error: error }]) {
			const { value } = gateway.readStatus(reply(200, { status: 'COMPLETED', ...more }), task);
			expect(value?.status).toBe('completed');
		}
	});

	it.each(ERRORS)('FAULTS A6, turned round: takes %j for an error', (error) => {
		const { value } = gateway.readStatus(reply(200, { status: 'COMPLETED', error }), task);
		expect(value?.status).toBe('failed');
	});

	describe.each(Object.entries(READS))('FAULTS %s', (_kind, rows) => {
		it.each(rows)('%j', (body, expected) => {
			expect(gateway.readResult(reply(200, body), task).value).toMatchObject(expected);
		});
	});

	it.each([400, 422, 500])(
		'FAULTS F15: reads a failed task that is told with HTTP %d',
		(status) => {
			const body = { ...asked, status: 'failed', error: { message: 'face not allowed' } };
			expect(gateway.readStatus(reply(status, body), task).value).toMatchObject({
				status: 'failed',
				mayChange: true,
				failure: { message: 'face not allowed' },
			});
		},
	);

	it.each([
		[500, { status: 'error', message: 'Oops' }, 'gatewayFault'],
		[500, { status: 'failed', message: 'Oops' }, 'gatewayFault'],
		[400, { status: 'failed', message: 'Oops' }, 'badParameters'],
		[400, { status: 'fail', message: 'Oops' }, 'badParameters'],
		[429, { status: 'failed', message: 'Slow down' }, 'rateLimited'],
		[401, { status: 'failed', message: 'No' }, 'badKey'],
	])('FAULTS F15, turned round: %d %j is of the call', (status, body, kind) => {
		expect(gateway.readStatus(reply(status, body), task).problem?.kind).toBe(kind);
	});

	it.each([400, 405, 406, 418])('FAULTS F18: a page under %d is of a firewall', (status) => {
		const page = reply(status, htmlPage('Blocked'));
		expect(gateway.readStatus(page, task).problem?.kind).toBe('blockedByEdge');
	});
});

describe.each([GATEWAYS.seaArtCloud, GATEWAYS.vtrix])('A result of $displayName', (gateway) => {
	it.each([['none of any kind'], [{ kind: 'none' }]])(
		'FAULTS B7: is finished, and not awaited, where %j stands in the place of pictures',
		(output) => {
			const { value } = gateway.readResult(reply(200, { output }), task);
			expect(value).toMatchObject({ status: 'completed', images: [] });
		},
	);
});

describe('FAULTS F13: the queue, whose result comes by a call of its own', () => {
	const body = { request_id: 'task', status: 'COMPLETED', images: [`${url}?my-input`] };

	it('takes no picture of the status for the result', () => {
		const { value } = GATEWAYS.seaArtCloud.readStatus(reply(200, body), task);
		expect(value).toMatchObject({ status: 'completed' });
		expect(value).not.toHaveProperty('images');
	});

	it('takes one in the place of the result', () => {
		const { value } = GATEWAYS.seaArtCloud.readStatus(
			reply(200, { ...body, outputs: [image] }),
			task,
		);
		expect(value?.images).toEqual([{ url }]);
	});
});
