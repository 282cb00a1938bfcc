import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { reply } from './reply';

const queue = GATEWAYS.seaArtCloud;
const task = { requestId: 'mmsu_01', modelId: 'flux_kontext_max' };
const url = 'https://pictures.example/image.png';
const status = (fields: object) =>
	queue.readStatus(reply(200, { request_id: 'mmsu_01', ...fields }), task).value;
const result = (body: object, statusCode = 200) =>
	queue.readResult(reply(statusCode, body), task).value;

describe('a create of the queue API', () => {
	it('is queued under the id that came back', () => {
		const created = queue.readCreate(
			reply(200, { request_id: 'mmsu_01', status_url: 'https://elsewhere/', queue_position: 0 }),
			'flux_kontext_max',
		);
		expect(created.value).toMatchObject({ ...task, status: 'queued', queuePosition: 0 });
	});

	it('is in the state that came back', () => {
		const created = queue.readCreate(
			reply(200, { request_id: 'mmsu_01', status: 'IN_PROGRESS' }),
			'flux_kontext_max',
		);
		expect(created.value).toMatchObject({ ...task, status: 'running' });
	});

	it.each([[{}], [null], [''], ['ok'], [{ request_id: '' }], [{ request_id: null }], [[]]])(
		'is unreadable without an id: %j',
		(body) => {
			expect(queue.readCreate(reply(200, body), 'flux_kontext_max').problem?.kind).toBe(
				'unreadable',
			);
		},
	);
});

describe('a status of the queue API', () => {
	it.each([
		['IN_QUEUE', 'queued'],
		['QUEUED', 'queued'],
		['queued', 'queued'],
		['IN_PROGRESS', 'running'],
		['in_progress', 'running'],
		['COMPLETED', 'completed'],
		['Completed', 'completed'],
		['FAILED', 'failed'],
		['CANCELED', 'cancelled'],
		['CANCELLED', 'cancelled'],
		['WARMING_UP', 'running'],
		['__proto__', 'running'],
	])('reads %s as %s', (word, expected) => {
		expect(status({ status: word })?.status).toBe(expected);
	});

	it.each([[undefined], [null], [''], [' '], [false], [{}], [[]]])(
		'reads no failure in the error %j',
		(error) => {
			const read = status({ status: 'COMPLETED', error });
			expect(read).toMatchObject({ status: 'completed' });
			expect(read).not.toHaveProperty('failure');
		},
	);

	it.each([
		[
			'text',
			{ error: 'It broke', error_type: 'INFERENCE_FAILURE' },
			'INFERENCE_FAILURE',
			'It broke',
		],
		['an object', { error: { code: 'X1', message: 'It broke' } }, 'X1', 'It broke'],
		['its other object', { error: { code: 7, error_message: 'It broke' } }, '7', 'It broke'],
		['no words', { error: true }, 'FAILED', 'the gateway gave no reason'],
		[
			"the provider's words",
			{ error: 'It broke', provider_error: { code: 'P9', message: 'No GPU' } },
			'P9',
			'It broke (No GPU)',
		],
	])('reads a failure that is %s', (_form, fields, code, message) => {
		expect(status({ status: 'COMPLETED', ...fields })).toMatchObject({
			status: 'failed',
			failure: { code, message },
		});
	});

	it('reads a failure without a word of why', () => {
		const failure = { code: 'FAILED', message: 'the gateway gave no reason' };
		expect(status({ status: 'FAILED' })).toMatchObject({ status: 'failed', failure });
	});

	it("says the provider's words once where they are the gateway's", () => {
		const provider = { message: 'It broke' };
		const read = status({ status: 'COMPLETED', error: 'It broke', provider_error: provider });
		expect(read?.failure?.message).toBe('It broke');
	});

	it('reads on where a task that runs has an error in its reply', () => {
		const read = status({ status: 'IN_PROGRESS', error: 'a GPU was lost, moving on' });
		expect(read).toMatchObject({ status: 'running' });
		expect(read).not.toHaveProperty('failure');
	});

	it.each(['CANCELED', 'CANCELLED', 'canceled'])('reads the error type %s as a cancel', (type) => {
		const fields = { status: 'COMPLETED', error: 'Stopped', error_type: type };
		expect(status(fields)).toMatchObject({ status: 'cancelled', failure: { code: type } });
	});

	it('reads queue position, progress and working time', () => {
		expect(
			status({ status: 'COMPLETED', queue_position: '3', metrics: { inference_time: 12.34 } }),
		).toMatchObject({ queuePosition: 3, metrics: { inferenceTime: 12.34 } });
		expect(status({ status: 'IN_PROGRESS', progress: 0.25 })?.progress).toBe(0.25);
		expect(status({ status: 'IN_PROGRESS', progress: 7 })?.progress).toBe(1);
		expect(status({ status: 'COMPLETED', metrics: {} })).not.toHaveProperty('metrics');
	});

	it('keeps a reason short, however long the gateway makes it', () => {
		const long = 'x'.repeat(10_000_000);
		const read = status({ status: 'COMPLETED', error: { code: long, message: long } });
		expect(read?.failure?.message.length).toBeLessThanOrEqual(500);
		expect(read?.failure?.code.length).toBeLessThanOrEqual(500);
	});

	it('is unreadable without a state', () => {
		expect(queue.readStatus(reply(200, { request_id: 'x' }), task).problem?.kind).toBe(
			'unreadable',
		);
	});
});

describe('a result of the queue API', () => {
	it('reads images with all that is told of them', () => {
		const output = {
			type: 'image',
			url,
			content_type: 'image/png',
			file_name: 'image.png',
			width: 1024,
			height: 768,
		};
		expect(result({ request_id: 'mmsu_01', outputs: [output] })).toMatchObject({
			status: 'completed',
			images: [{ url, contentType: 'image/png', fileName: 'image.png', width: 1024, height: 768 }],
		});
	});

	it.each([
		['outputs[]', { outputs: [{ type: 'image', url }] }],
		['outputs[].content[]', { outputs: [{ content: [{ type: 'image', url }] }] }],
		['output[].content[]', { output: [{ content: [{ type: 'image', url }] }] }],
		['outputs[] beside a null error', { outputs: [{ url }], error: null }],
		['outputs[] beside a state', { status: 'COMPLETED', outputs: [{ url }] }],
	])('finds images at %s', (_place, body) => {
		expect(result(body)).toMatchObject({ status: 'completed', images: [{ url }] });
	});

	it.each([[[]], [[{}]], [[null]], [[{ url: '' }]], [[{ url: 5 }]], [[{ content: [{}] }]]])(
		'claims no image in %j',
		(outputs) => {
			expect(result({ outputs })?.images).toEqual([]);
		},
	);

	it('is unreadable without outputs and without a state', () => {
		const { problem } = queue.readResult(reply(200, { request_id: 'mmsu_01' }), task);
		expect(problem?.kind).toBe('unreadable');
	});

	it('tells the state of an unfinished task', () => {
		expect(result({ status: 'IN_PROGRESS', request_id: 'mmsu_01' }, 202)).toMatchObject({
			status: 'running',
		});
	});

	it('tells that a task failed, as a status body or beside outputs', () => {
		const failure = { error: 'It broke', error_type: 'INFERENCE_FAILURE' };
		expect(result({ status: 'COMPLETED', ...failure })?.status).toBe('failed');
		expect(result({ outputs: [], ...failure })?.status).toBe('failed');
	});
});

describe('a cancel of the queue API', () => {
	it.each([
		[202, { status: 'CANCELLATION_REQUESTED' }, 'requested'],
		[400, { status: 'ALREADY_COMPLETED' }, 'alreadyCompleted'],
		[404, { status: 'NOT_FOUND' }, 'notFound'],
		[200, { status: 'already_completed' }, 'alreadyCompleted'],
		[200, '', 'requested'],
		[202, '', 'requested'],
		[204, '', 'requested'],
		[400, '', 'alreadyCompleted'],
		[404, { detail: 'Not Found' }, 'notFound'],
	])('reads %d %j as %s', (statusCode, body, expected) => {
		expect(queue.readCancel!(reply(statusCode, body)).value?.cancellation).toBe(expected);
	});

	it.each([
		[401, 'badKey'],
		[429, 'rateLimited'],
		[500, 'gatewayFault'],
	])('reads %d as the problem %s', (statusCode, kind) => {
		expect(queue.readCancel!(reply(statusCode, {})).problem?.kind).toBe(kind);
	});
});
