import { drawPicture } from '../../sandbox';
import { createdTaskOn, createOn, taskOn, type Where } from './queueCalls';
import { Fixture } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open()));
afterAll(async () => await fixture.close());
afterEach(() => fixture.reset());

const create = async (parameters: object, where?: Where) =>
	await createOn(fixture, parameters, where);
const createdTask = async (parameters: object, where?: Where) =>
	await createdTaskOn(fixture, parameters, where);

describe('cancel in the queue API', () => {
	it('ends a running task as COMPLETED with CANCELED', async () => {
		const created = await createdTask({ prompt: '[never]' });
		expect(await created.cancel()).toMatchObject({
			statusCode: 202,
			body: { status: 'CANCELLATION_REQUESTED' },
		});
		expect((await created.status()).body).toMatchObject({
			status: 'COMPLETED',
			error_type: 'CANCELED',
		});
		expect(fixture.sandbox.ledger.taskRows()).toMatchObject([
			{ state: 'cancelled', cancelledAtMs: fixture.nowMs },
		]);
	});

	it('comes too late for a task that has ended', async () => {
		const created = await createdTask({ prompt: 'done' });
		fixture.pass(10);
		expect(await created.cancel()).toMatchObject({
			statusCode: 400,
			body: { status: 'ALREADY_COMPLETED' },
		});
	});

	it('does not find a task that nobody made', async () => {
		expect(await taskOn(fixture, 'odiRouter', 'flux_pro_11', 'mmsu_none').cancel()).toMatchObject({
			statusCode: 404,
			body: { status: 'NOT_FOUND' },
		});
	});

	it('may be answered and ignored, as a quirk', async () => {
		const created = await createdTask({ prompt: 'on and on [quirk cancelIgnored=true]' });
		expect(await created.cancel()).toMatchObject({ statusCode: 202 });
		fixture.pass(10);
		expect((await created.status()).body).not.toHaveProperty('error');
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
		['input_image', { prompt: 'x', input_image: 'data:image/png;base64,QUJD' }],
		['input_image', { prompt: 'x', input_image: 'QUJD' }],
		['input_image', { prompt: 'x', input_image: 'http://example.com/a.png' }],
	])('name %s in %j', async (name, parameters) => {
		const { statusCode, body } = await create(parameters);
		expect(statusCode).toBe(422);
		expect(JSON.stringify(body)).toContain(name);
		expect(fixture.sandbox.ledger.billed()).toBe(0);
	});

	it.each([
		['width', { width: 1000 }],
		['width', { width: 224 }],
		['height', { height: 1472 }],
		['image_prompt', { image_prompt: 'http://127.0.0.1:1/a.png' }],
		['aspect_ratio', { aspect_ratio: '1:1' }],
	])('of flux_pro_11 name %s in %j', async (name, parameters) => {
		const reply = await create({ prompt: 'x', ...parameters }, { model: 'flux_pro_11' });
		expect(reply.statusCode).toBe(422);
		expect(JSON.stringify(reply.body)).toContain(name);
	});

	it.each([
		['width', { width: 32 }],
		['width', { width: 2_080, height: 2_048 }],
		['height', { height: 1_000 }],
		['input_image_9', { input_image_9: 'QUJD' }],
		['safety_tolerance', { safety_tolerance: '2' }],
		['prompt_upsampling', { prompt_upsampling: true }],
	])('of flux_2_pro name %s in %j', async (name, parameters) => {
		const reply = await create({ prompt: 'x', ...parameters }, { model: 'flux_2_pro' });
		expect(reply.statusCode).toBe(422);
		expect(JSON.stringify(reply.body)).toContain(name);
	});

	it.each([
		['seaArtCloud', 'flux_2_pro', 'input_image'],
		['seaArtCloud', 'flux_2_max', 'input_image_8'],
		['odiRouter', 'flux_2_pro', 'input_image_2'],
		['odiRouter', 'flux_pro_11', 'image_prompt'],
	] as const)('of %s: an image of %s by URL, at %s', async (gateway, model, name) => {
		const url = `${fixture.sandbox.pictureUrl}/pictures/any/0.png`;
		const reply = await create({ prompt: 'x', [name]: url }, { gateway, model });
		expect(reply).toMatchObject({ statusCode: 422, body: { detail: expect.anything() as object } });
		expect(JSON.stringify(reply.body)).toContain('must be base64 image data, not a URL');
		expect(fixture.sandbox.ledger.where({ call: 'picture' })).toEqual([]);
	});

	it.each([
		['at the top', { prompt: 'x', webhook_url: 'http://127.0.0.1/' }],
		['deep inside', { prompt: 'x', extra: [{ webhook: { url: 'http://127.0.0.1/' } }] }],
	])('of a webhook %s', async (_where, parameters) => {
		expect(await create(parameters)).toMatchObject({
			statusCode: 400,
			body: { detail: 'webhook not supported' },
		});
	});

	it('of what moderation blocks before a task is made', async () => {
		expect(await create({ prompt: '[blocked]' })).toMatchObject({
			statusCode: 422,
			body: { error: { code: 'CONTENT_BLOCKED' } },
		});
		expect(fixture.sandbox.ledger.billed()).toBe(0);
	});

	it('of a high tolerance beside an image, as a quirk of resellers', async () => {
		fixture.sandbox.quirks.set({ strictTolerance: true });
		const picture = await drawPicture({
			...{ gateway: 'seaArtCloud', model: 'a camera', prompt: 'an input' },
			...{ width: 8, height: 8, format: 'png' },
		});
		const edit = { prompt: 'x', input_image: picture.toString('base64') };
		expect((await create({ ...edit, safety_tolerance: 3 })).statusCode).toBe(422);
		expect((await create({ ...edit, safety_tolerance: 2 })).statusCode).toBe(200);
		expect((await create({ prompt: 'x', safety_tolerance: 6 })).statusCode).toBe(200);
	});

	it('of a model that the gateway does not sell say so', async () => {
		const reply = await create({ prompt: 'x' }, { model: 'flux_2_max', gateway: 'odiRouter' });
		expect(reply).toMatchObject({
			statusCode: 404,
			body: { detail: 'App not found: flux_2_max' },
		});
	});

	it.each([
		['noCredit', 402, { status: { code: 402, error_code: 40201 }, data: null }],
		['forbidden', 403, { error: { code: 'FORBIDDEN' } }],
		['unsuccessful', 401, { error: { code: 'UNAUTHORIZED' } }],
	] as const)('of the key %s have status %i', async (role, statusCode, body) => {
		const reply = await create({ prompt: 'x' }, { key: fixture.sandbox.keys[role] });
		expect(reply).toMatchObject({ statusCode, body });
	});

	it('may come as REQUEST_INVALID from a task that was accepted', async () => {
		const created = await createdTask({ prompt: '[request-invalid]' });
		fixture.pass(10);
		expect((await created.status()).body).toMatchObject({
			status: 'COMPLETED',
			error_type: 'REQUEST_INVALID',
		});
	});

	it('of an unknown key come before all else', async () => {
		const reply = await create({}, { key: 'wrong', model: 'none' });
		expect(reply).toMatchObject({ statusCode: 401, body: { error: { code: 'UNAUTHORIZED' } } });
	});

	it('of an unknown path are 404 to everybody, or, as a quirk, to whoever has a key', async () => {
		const other = async (key: string) =>
			(await fixture.call('seaArtCloud', 'GET', '/v1/nothing', undefined, key)).statusCode;
		const { valid } = fixture.sandbox.keys;
		expect([await other(valid), await other('wrong')]).toEqual([404, 404]);
		fixture.sandbox.quirks.set({ keyBeforePath: true });
		expect([await other(valid), await other('wrong')]).toEqual([404, 401]);
	});

	it('of an unknown task are 404', async () => {
		const unknown = taskOn(fixture, 'seaArtCloud', 'flux_kontext_max', 'mmsu_none');
		expect(await unknown.status()).toMatchObject({ statusCode: 404 });
		expect(await unknown.result()).toMatchObject({ statusCode: 404 });
	});

	it.each([
		['text', { error: expect.any(String) as string }],
		['detail', { detail: expect.any(String) as string }],
		['detailList', { detail: [{ loc: ['body', 'prompt'] }] }],
		['statusObject', { status: { code: 422 }, data: null }],
		['success', { success: false }],
		['numericCode', { error: { code: 422, param: 'prompt' } }],
	] as const)('take the shape %s where the quirk says so', async (refusalShape, body) => {
		fixture.sandbox.quirks.set({ refusalShape });
		expect((await create({ prompt: '[rejected]' })).body).toMatchObject(body);
	});
});
