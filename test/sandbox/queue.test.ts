import { request } from 'undici';
import { drawPicture, pictureRequests } from '../../sandbox';
import { pictureType } from '../../sandbox/inputImages';
import { createdTaskOn, createOn, queueGateways, taskOn, type Where } from './queueCalls';
import { Fixture, fixtureScale, type JsonReply } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open()));
afterAll(async () => await fixture.close());
afterEach(() => fixture.reset());

const create = async (parameters: object, where?: Where) =>
	await createOn(fixture, parameters, where);
const createdTask = async (parameters: object, where?: Where) =>
	await createdTaskOn(fixture, parameters, where);

async function firstPicture({ result }: { result(): Promise<JsonReply> }): Promise<Buffer> {
	const { outputs } = (await result()).body as { outputs: Array<{ url: string }> };
	return await fixture.bytesAt(outputs[0]?.url);
}

describe.each(queueGateways)('the queue API of %s', (gateway) => {
	it('answers a create with the id and the addresses of the contract', async () => {
		const { statusCode, body } = await create({ prompt: 'a red apple' }, { gateway });
		const { id, url } = taskOn(fixture, gateway, 'flux_kontext_max', String(body.request_id));
		expect(statusCode).toBe(200);
		expect(id).toMatch(/^mmsu_01h/);
		expect(body).toEqual({
			request_id: id,
			response_url: `${url}/response`,
			status_url: `${url}/status`,
			cancel_url: `${url}/cancel`,
			queue_position: 0,
		});
	});

	it('takes a task from the queue over its work to its end', async () => {
		const created = await createdTask({ prompt: 'a tree [seconds=10]' }, { gateway });
		expect((await created.status()).body).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
		fixture.pass(5);
		expect((await created.status()).body).toMatchObject({ status: 'IN_PROGRESS' });
		expect(await created.result()).toMatchObject({
			statusCode: 202,
			body: { status: 'IN_PROGRESS' },
		});
		fixture.pass(5);
		const { body } = await created.status();
		expect(body).toMatchObject({ status: 'COMPLETED' });
		expect(body).toHaveProperty('metrics.inference_time', expect.any(Number));
		expect(body).not.toHaveProperty('error');
	});
});

describe('results of the queue API', () => {
	it('are the picture that was asked for, byte for byte', async () => {
		const parameters = { prompt: 'a lake', seed: 42, aspect_ratio: '16:9' };
		const created = await createdTask(parameters);
		fixture.pass(10);
		const [expected] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, fixtureScale);
		if (!expected) throw new Error('no picture');
		expect(await firstPicture(created)).toEqual(await drawPicture(expected));
		expect((await created.result()).body).toMatchObject({
			outputs: [{ type: 'image', content_type: 'image/png', width: 170, height: 96 }],
			metadata: { prompt: 'a lake' },
		});
	});

	it.each([
		['flux_pro_11', 'jpeg', 'image/jpeg'],
		['flux_2_pro', 'webp', 'image/webp'],
		['flux_2_max', 'png', 'image/png'],
	])('of %s come as %s', async (model, outputFormat, type) => {
		const created = await createdTask({ prompt: 'a hill', output_format: outputFormat }, { model });
		fixture.pass(10);
		expect(pictureType(await firstPicture(created))).toBe(type);
	});

	it('may be PNG where JPEG was asked, as a quirk', async () => {
		fixture.sandbox.quirks.set({ jpegIsPng: true });
		const created = await createdTask({ prompt: 'a house', output_format: 'jpeg' });
		fixture.pass(10);
		expect(pictureType(await firstPicture(created))).toBe('image/png');
		const { body } = await created.result();
		expect(body).toHaveProperty('outputs.0.content_type', 'image/jpeg');
	});

	it('show the input images', async () => {
		const [plain] = pictureRequests(
			'seaArtCloud',
			'flux_kontext_max',
			{ prompt: 'in' },
			fixtureScale,
		);
		if (!plain) throw new Error('no picture');
		const image = await drawPicture({ ...plain, prompt: 'the input' });
		const created = await createdTask({ prompt: 'in', input_image: image.toString('base64') });
		fixture.pass(10);
		const drawn = await firstPicture(created);
		expect(drawn).toEqual(await drawPicture(plain, [image]));
		expect(drawn).not.toEqual(await drawPicture(plain));
	});

	it('may be used as input images by their URLs', async () => {
		const first = await createdTask({ prompt: 'the first' });
		fixture.pass(10);
		const { outputs } = (await first.result()).body as { outputs: Array<{ url: string }> };
		const url = outputs[0]?.url;
		const second = await create({ prompt: 'the second', input_image_2: url });
		expect(second.statusCode).toBe(200);
	});

	it('are not there before the task has completed', async () => {
		const { id } = await createdTask({ prompt: 'early [seconds=10]' });
		const { statusCode, body } = await request(
			`${fixture.sandbox.pictureUrl}/pictures/${id}/0.png`,
		);
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
		const created = await createdTask({ prompt: `a thing ${marker}` });
		fixture.pass(10);
		const { body } = await created.status();
		expect(body).toMatchObject({ status: 'COMPLETED', error_type: errorType });
		expect(body).toHaveProperty('error', expect.any(String));
		const result = await created.result();
		expect(result).toMatchObject({ statusCode: 200, body: { error_type: errorType } });
	});

	it('repeat the key where the prompt asks for it', async () => {
		const created = await createdTask({ prompt: '[echo-key]' });
		fixture.pass(10);
		const { body } = await created.status();
		expect(JSON.stringify(body)).toContain(fixture.sandbox.keys.valid);
	});
});

describe('FLUX.2 in the queue API', () => {
	it.each([
		['both sides', { width: 1_536, height: 1_024 }, 192, 128],
		['no side', {}, 128, 128],
		['zeros', { width: 0, height: 0 }, 128, 128],
		['the width alone', { width: 2_048 }, 256, 128],
		['the height alone, and a 0', { width: 0, height: 2_048 }, 128, 256],
	])('takes %s, and chooses what is not told', async (_sides, sides, width, height) => {
		const created = await createdTask(
			{ prompt: 'x', disable_pup: true, ...sides },
			{ model: 'flux_2_pro' },
		);
		fixture.pass(10);
		expect((await created.result()).body).toMatchObject({ outputs: [{ width, height }] });
	});
});

describe('quirks of the queue API', () => {
	it('bend the words and shapes of failures', async () => {
		fixture.sandbox.quirks.set({
			stateWords: 'alternative',
			errorForm: 'codeAndErrorMessage',
			providerError: true,
			logs: true,
			progress: true,
			failedResult: 'errorReply',
		});
		const created = await createdTask({ prompt: '[failed]' });
		fixture.pass(10);
		expect((await created.status()).body).toMatchObject({
			status: 'FAILED',
			error: { code: 'INFERENCE_FAILURE', error_message: 'Task execution failed' },
			provider_error: { task_status: 'failed' },
			logs: [{ message: 'queued' }, { message: 'started' }, { message: 'ended' }],
			progress: 1,
		});
		expect(await created.result()).toMatchObject({
			statusCode: 422,
			body: { error: { code: 'INFERENCE_FAILURE' } },
		});
	});

	it('bend those of results', async () => {
		fixture.sandbox.quirks.set({ outputsForm: 'content', bareOutputs: true, successError: 'null' });
		const created = await createdTask({ prompt: 'bent' });
		fixture.pass(10);
		expect((await created.status()).body).toHaveProperty('error', null);
		expect((await created.result()).body).toMatchObject({
			output: [{ content: [{ type: 'image', url: expect.any(String) as string }] }],
			error: null,
		});
	});

	it.each([
		['seconds', 7],
		['milliseconds', 7_000],
		['constant', 12.34],
	] as const)('tell the inference time in %s', async (inferenceTime, most) => {
		fixture.sandbox.quirks.set({ inferenceTime });
		const created = await createdTask({ prompt: 'a clock [seconds=7]' });
		fixture.pass(7);
		const { metrics } = (await created.status()).body as { metrics: { inference_time: number } };
		expect(metrics.inference_time).toBeGreaterThan(most * 0.5);
		expect(metrics.inference_time).toBeLessThanOrEqual(most);
	});

	it('spell the models with hyphens, and know no other spelling', async () => {
		fixture.sandbox.quirks.set({ hyphenatedModels: true });
		expect(await create({ prompt: 'x' })).toMatchObject({
			statusCode: 404,
			body: { detail: 'App not found: flux_kontext_max' },
		});
		const model = 'flux-kontext-max';
		const created = await create({ prompt: 'x' }, { model });
		const { id, url, status } = taskOn(
			fixture,
			'seaArtCloud',
			model,
			String(created.body.request_id),
		);
		expect(created.body.status_url).toBe(`${url}/status`);
		expect((await status()).body.request_id).toBe(id);
		expect(fixture.sandbox.ledger.taskRows()).toMatchObject([{ model: 'flux_kontext_max' }]);
	});

	it('may come with the prompt, for one task', async () => {
		const prompt = 'one [seconds=10] [quirk unknownWordReads=1] [quirk stateWords=lowerCase]';
		const created = await createdTask({ prompt });
		expect((await created.status()).body.status).toBe('in_queue');
		fixture.pass(5);
		expect((await created.status()).body.status).toBe('WARMING_UP');
		expect((await created.status()).body.status).toBe('in_progress');
		const bad = await create({ prompt: '[quirk noSuchThing=1]' });
		expect(bad.statusCode).toBe(422);
	});

	it('may let reply URLs point to a host that records who calls them', async () => {
		const { body } = await create({ prompt: '[quirk foreignReplyUrls=true]' });
		expect(String(body.status_url)).toContain(fixture.sandbox.pictureUrl);
		const { body: trapped } = await request(String(body.status_url), {
			headers: { authorization: 'Bearer leaked' },
		});
		await trapped.dump();
		expect(fixture.sandbox.ledger.where({ call: 'trap', authorization: true })).toHaveLength(1);
	});
});
