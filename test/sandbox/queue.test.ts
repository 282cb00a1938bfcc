import { request } from 'undici';
import { drawPicture, pictureRequests, startSandbox, type Sandbox } from './index';
import { pictureType } from './inputImages';

/** A clock that only the test moves. */
let nowMs = Date.UTC(2026, 0, 1);
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ pictureScale: 0.125, nowMs: () => nowMs });
});
afterAll(async () => await sandbox.close());
afterEach(() => {
	sandbox.faults.clear();
	sandbox.quirks.reset();
	sandbox.ledger.clear();
});

interface Reply {
	statusCode: number;
	body: Record<string, unknown>;
}

const gatewayNames = ['seaArtCloud', 'odiRouter'] as const;
type QueueGateway = (typeof gatewayNames)[number];

async function call(
	method: 'GET' | 'POST' | 'PUT',
	url: string,
	body?: unknown,
	key = sandbox.keys.valid,
): Promise<Reply> {
	const response = await request(url, {
		method,
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const read = (await response.body.json()) as Record<string, unknown>;
	return { statusCode: response.statusCode, body: read };
}

const queueUrl = (gateway: QueueGateway, model: string): string =>
	`${sandbox.baseUrls[gateway]}/v1/queue/${model}`;

async function create(
	parameters: object,
	{
		model = 'flux_kontext_max',
		gateway = 'seaArtCloud' as QueueGateway,
		key = sandbox.keys.valid,
	} = {},
): Promise<Reply> {
	return await call('POST', queueUrl(gateway, model), parameters, key);
}

async function createdTask(parameters: object, model = 'flux_kontext_max'): Promise<string> {
	const { statusCode, body } = await create(parameters, { model });
	expect({ statusCode, body }).toMatchObject({ statusCode: 200 });
	return `${queueUrl('seaArtCloud', model)}/requests/${String(body.request_id)}`;
}

const statusOf = async (task: string): Promise<Reply> => await call('GET', `${task}/status`);
const resultOf = async (task: string): Promise<Reply> => await call('GET', `${task}/response`);
const pass = (seconds: number): void => void (nowMs += seconds * 1000);

async function firstPicture(task: string): Promise<Buffer> {
	const { body } = await resultOf(task);
	const [output] = body.outputs as Array<{ url: string }>;
	const picture = await request(output?.url ?? '');
	return Buffer.from(await picture.body.arrayBuffer());
}

describe.each(gatewayNames)('the queue API of %s', (gateway) => {
	it('answers a create with the id and the addresses of the contract', async () => {
		const { statusCode, body } = await create({ prompt: 'a red apple' }, { gateway });
		const id = String(body.request_id);
		const base = `${queueUrl(gateway, 'flux_kontext_max')}/requests/${id}`;
		expect(statusCode).toBe(200);
		expect(id).toMatch(/^mmsu_01h/);
		expect(body).toEqual({
			request_id: id,
			response_url: `${base}/response`,
			status_url: `${base}/status`,
			cancel_url: `${base}/cancel`,
			queue_position: 0,
		});
	});

	it('takes a task from the queue over its work to its end', async () => {
		const { body } = await create({ prompt: 'a tree [seconds=10]' }, { gateway });
		const task = `${queueUrl(gateway, 'flux_kontext_max')}/requests/${String(body.request_id)}`;
		expect((await statusOf(task)).body).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
		pass(5);
		expect((await statusOf(task)).body).toMatchObject({ status: 'IN_PROGRESS' });
		expect(await resultOf(task)).toMatchObject({
			statusCode: 202,
			body: { status: 'IN_PROGRESS' },
		});
		pass(5);
		const { body: ended } = await statusOf(task);
		expect(ended).toMatchObject({ status: 'COMPLETED' });
		expect(ended).toHaveProperty('metrics.inference_time', expect.any(Number));
		expect(ended).not.toHaveProperty('error');
	});
});

describe('results of the queue API', () => {
	it('are the picture that was asked for, byte for byte', async () => {
		const parameters = { prompt: 'a lake', seed: 42, aspect_ratio: '16:9' };
		const task = await createdTask(parameters);
		pass(10);
		const [expected] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, 0.125);
		if (!expected) throw new Error('no picture');
		expect(await firstPicture(task)).toEqual(await drawPicture(expected));
		expect((await resultOf(task)).body).toMatchObject({
			outputs: [{ type: 'image', content_type: 'image/png', width: 170, height: 96 }],
			metadata: { prompt: 'a lake' },
		});
	});

	it.each([
		['flux_pro_11', 'jpeg', 'image/jpeg'],
		['flux_2_pro', 'webp', 'image/webp'],
		['flux_2_max', 'png', 'image/png'],
	])('of %s come as %s', async (model, outputFormat, type) => {
		const task = await createdTask({ prompt: 'a hill', output_format: outputFormat }, model);
		pass(10);
		expect(pictureType(await firstPicture(task))).toBe(type);
	});

	it('may be PNG where JPEG was asked, as a quirk', async () => {
		sandbox.quirks.set({ jpegIsPng: true });
		const task = await createdTask({ prompt: 'a house', output_format: 'jpeg' });
		pass(10);
		expect(pictureType(await firstPicture(task))).toBe('image/png');
		expect((await resultOf(task)).body).toHaveProperty('outputs.0.content_type', 'image/jpeg');
	});

	it('show the input images', async () => {
		const [plain] = pictureRequests('seaArtCloud', 'flux_kontext_max', { prompt: 'in' }, 0.125);
		if (!plain) throw new Error('no picture');
		const image = await drawPicture({ ...plain, prompt: 'the input' });
		const task = await createdTask({ prompt: 'in', input_image: image.toString('base64') });
		pass(10);
		expect(await firstPicture(task)).toEqual(await drawPicture(plain, [image]));
	});

	it('are not there before the task has completed', async () => {
		const task = await createdTask({ prompt: 'early [seconds=10]' });
		const id = task.split('/').at(-1);
		const { statusCode, body } = await request(`${sandbox.pictureUrl}/pictures/${id}/0.png`);
		await body.dump();
		expect(statusCode).toBe(404);
	});
});

describe('failed tasks of the queue API', () => {
	it.each([
		['[moderated]', 'CONTENT_BLOCKED'],
		['[failed]', 'INFERENCE_FAILURE'],
		['[timeout]', 'INFERENCE_TIMEOUT'],
		['[internal]', 'INTERNAL_SERVER_ERROR'],
	])('by the prompt %s end as COMPLETED with %s', async (marker, errorType) => {
		const task = await createdTask({ prompt: `a thing ${marker}` });
		pass(10);
		const { body } = await statusOf(task);
		expect(body).toMatchObject({ status: 'COMPLETED', error_type: errorType });
		expect(body).toHaveProperty('error', expect.any(String));
		expect(await resultOf(task)).toMatchObject({
			statusCode: 200,
			body: { error_type: errorType },
		});
	});

	it('repeat the key where the prompt asks for it', async () => {
		const task = await createdTask({ prompt: '[echo-key]' });
		pass(10);
		expect(JSON.stringify((await statusOf(task)).body)).toContain(sandbox.keys.valid);
	});

	it('take the shapes of the quirks', async () => {
		sandbox.quirks.set({
			stateWords: 'alternative',
			errorForm: 'codeAndErrorMessage',
			providerError: true,
			logs: true,
			progress: true,
			failedResult: 'errorReply',
		});
		const task = await createdTask({ prompt: '[failed]' });
		pass(10);
		expect((await statusOf(task)).body).toMatchObject({
			status: 'FAILED',
			error: { code: 'INFERENCE_FAILURE', error_message: 'Task execution failed' },
			provider_error: { task_status: 'failed' },
			logs: [{ message: 'queued' }, { message: 'started' }, { message: 'ended' }],
			progress: 1,
		});
		expect(await resultOf(task)).toMatchObject({
			statusCode: 422,
			body: { error: { code: 'INFERENCE_FAILURE' } },
		});
	});
});

describe('cancel in the queue API', () => {
	it('ends a running task as COMPLETED with CANCELED', async () => {
		const task = await createdTask({ prompt: '[never]' });
		expect(await call('PUT', `${task}/cancel`)).toEqual({
			statusCode: 202,
			body: { status: 'CANCELLATION_REQUESTED' },
		});
		expect((await statusOf(task)).body).toMatchObject({
			status: 'COMPLETED',
			error_type: 'CANCELED',
		});
		expect(sandbox.ledger.taskRows()).toMatchObject([{ state: 'cancelled', cancelledAtMs: nowMs }]);
	});

	it('comes too late for a task that has ended', async () => {
		const task = await createdTask({ prompt: 'done' });
		pass(10);
		expect(await call('PUT', `${task}/cancel`)).toEqual({
			statusCode: 400,
			body: { status: 'ALREADY_COMPLETED' },
		});
	});

	it('does not find a task that nobody made', async () => {
		const task = `${queueUrl('seaArtCloud', 'flux_kontext_max')}/requests/mmsu_none`;
		expect(await call('PUT', `${task}/cancel`)).toEqual({
			statusCode: 404,
			body: { status: 'NOT_FOUND' },
		});
	});
});

describe('refusals of the queue API', () => {
	it.each([
		['prompt', {}],
		['prompt', { prompt: ' ' }],
		['seed', { prompt: 'x', seed: 1.5 }],
		['aspect_ratio', { prompt: 'x', aspect_ratio: '22:9' }],
		['aspect_ratio', { prompt: 'x', aspect_ratio: 'wide' }],
		['output_format', { prompt: 'x', output_format: 'webp' }],
		['safety_tolerance', { prompt: 'x', safety_tolerance: 7 }],
		['prompt_upsampling', { prompt: 'x', prompt_upsampling: 'yes' }],
		['steps', { prompt: 'x', steps: 20 }],
		['input_image_5', { prompt: 'x', input_image_5: 'QUJD' }],
		['webhook_url', { prompt: 'x', webhook_url: 'http://127.0.0.1/' }],
		['input_image', { prompt: 'x', input_image: 'data:image/png;base64,QUJD' }],
		['input_image', { prompt: 'x', input_image: 'QUJD' }],
		['input_image', { prompt: 'x', input_image: 'http://example.com/a.png' }],
	])('name %s', async (name, parameters) => {
		const { statusCode, body } = await create(parameters);
		expect(statusCode).toBe(422);
		expect(JSON.stringify(body)).toContain(name);
		expect(sandbox.ledger.billed()).toBe(0);
	});

	it.each([
		['width', { width: 1000 }],
		['width', { width: 224 }],
		['height', { height: 1472 }],
		['image_prompt', { image_prompt: 'http://127.0.0.1:1/a.png' }],
		['aspect_ratio', { aspect_ratio: '1:1' }],
	])('of flux_pro_11 name %s', async (name, parameters) => {
		const { statusCode, body } = await create(
			{ prompt: 'x', ...parameters },
			{ model: 'flux_pro_11' },
		);
		expect(statusCode).toBe(422);
		expect(JSON.stringify(body)).toContain(name);
	});

	it('of a model that the gateway does not sell say so', async () => {
		const reply = await create({ prompt: 'x' }, { model: 'flux_2_max', gateway: 'odiRouter' });
		expect(reply).toEqual({ statusCode: 404, body: { detail: 'App not found: flux_2_max' } });
	});

	it.each([
		['noCredit', 402, { status: { code: 402, error_code: 40201 }, data: null }],
		['forbidden', 403, { error: { code: 'FORBIDDEN' } }],
		['unsuccessful', 401, { error: { code: 'UNAUTHORIZED' } }],
	] as const)('of the key %s have status %i', async (role, statusCode, body) => {
		const reply = await create({ prompt: 'x' }, { key: sandbox.keys[role] });
		expect(reply).toMatchObject({ statusCode, body });
	});

	it('of an unknown key come before all else', async () => {
		const reply = await create({}, { key: 'wrong', model: 'none' });
		expect(reply).toMatchObject({ statusCode: 401, body: { error: { code: 'UNAUTHORIZED' } } });
	});

	it('of an unknown task are 404', async () => {
		const task = `${queueUrl('seaArtCloud', 'flux_kontext_max')}/requests/mmsu_none`;
		expect(await statusOf(task)).toMatchObject({ statusCode: 404 });
		expect(await resultOf(task)).toMatchObject({ statusCode: 404 });
	});
});
