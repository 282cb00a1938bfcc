import { pictureType } from '../../sandbox/inputImages';
import { Fixture, type JsonReply } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open()));
afterAll(async () => await fixture.close());
afterEach(() => fixture.reset());

async function create(body: object, key?: string): Promise<JsonReply> {
	return await fixture.call('vtrix', 'POST', '/v1/generation', body, key);
}

const wrapped = (params: object, model = 'flux_kontext_max'): object => ({
	model,
	input: [{ params }],
});

async function read(id: unknown): Promise<JsonReply> {
	return await fixture.call('vtrix', 'GET', `/v1/generation/task/${String(id)}`);
}

describe('the generation API of VTrix', () => {
	it.each([
		[
			'wrapped',
			wrapped({ prompt: 'a boat', steps: 20, guidance_scale: 2.5, negative_prompt: 'b' }),
		],
		['flat', { model: 'flux_kontext_max', prompt: 'a boat', steps: 20 }],
	])('takes a create in its %s form', async (_form, body) => {
		const { statusCode, body: created } = await create(body);
		expect(statusCode).toBe(200);
		expect(created).toMatchObject({ status: 'queued', model: 'flux_kontext_max', progress: 0 });
		expect(created.created_at).toBe(fixture.nowMs / 1000);
		expect(fixture.sandbox.ledger.billed()).toBe(1);
	});

	it('tells progress, then output and usage, in one read', async () => {
		const { body: created } = await create(wrapped({ prompt: 'a pier [seconds=10]' }));
		fixture.pass(6);
		const { body: running } = await read(created.id);
		expect(running).toMatchObject({ status: 'in_progress' });
		expect(running.progress).toBeGreaterThan(0);
		expect(running.progress).toBeLessThan(1);
		expect(running).not.toHaveProperty('output');
		fixture.pass(4);
		const { body: completed } = await read(created.id);
		expect(completed).toMatchObject({
			status: 'completed',
			output: [{ content: [{ type: 'image' }] }],
			usage: { cost: '0.08', discount: 1 },
		});
		expect(completed).not.toHaveProperty('error');
		const { output } = completed as { output: Array<{ content: Array<{ url: string }> }> };
		expect(pictureType(await fixture.bytesAt(output[0]?.content[0]?.url))).toBe('image/jpeg');
	});

	it('tells code and message of a failed task', async () => {
		const { body: created } = await create(wrapped({ prompt: '[moderated]' }));
		fixture.pass(10);
		expect((await read(created.id)).body).toMatchObject({
			status: 'failed',
			error: { code: '002014003', message: expect.stringContaining('moderation') as string },
		});
	});

	it('may tell a failure by a number, or by error_message alone, as quirks', async () => {
		const failed = async (prompt: string) => {
			const { body } = await create(wrapped({ prompt }));
			fixture.pass(10);
			return (await read(body.id)).body;
		};
		fixture.sandbox.quirks.set({ errorForm: 'numericCode' });
		expect(await failed('[moderated]')).toMatchObject({ error: { code: 110001 } });
		expect(await failed('[failed]')).toMatchObject({ error: { code: 190000 } });
		fixture.sandbox.quirks.set({ errorForm: 'errorMessage' });
		const body = await failed('[failed]');
		expect(body).toMatchObject({ status: 'failed', error_message: 'Task execution failed' });
		expect(body).not.toHaveProperty('error');
	});

	it.each([
		['text', '0.08'],
		['number', 0.08],
		['empty', ''],
		['null', null],
	] as const)('may write the cost as %s, as a quirk', async (usageCost, cost) => {
		fixture.sandbox.quirks.set({ usageCost, finishedAtOnce: true });
		const { body } = await create(wrapped({ prompt: 'x' }));
		expect(body).toHaveProperty('usage.cost', cost);
	});

	it.each(['jobId', 'id', 'img_id'] as const)(
		'may give the id of a picture as %s, and times, as quirks',
		async (contentId) => {
			fixture.sandbox.quirks.set({ contentId, metadataTimes: true, finishedAtOnce: true });
			const { body } = await create(wrapped({ prompt: 'x' }));
			expect(body).toHaveProperty(`output.0.content.0.${contentId}`, expect.any(String));
			const atSeconds = fixture.nowMs / 1000;
			expect(body.metadata).toEqual({
				in_queue_at: atSeconds,
				upload_at: atSeconds,
				completed_at: atSeconds,
			});
		},
	);

	it('refuses sensitive content by number, before a task is made', async () => {
		expect(await create(wrapped({ prompt: '[blocked]' }))).toMatchObject({
			statusCode: 400,
			body: { code: 110001, message: 'input image may contain sensitive information' },
		});
		expect(fixture.sandbox.ledger.billed()).toBe(0);
	});

	it('tells the price where a quirk says that it can, and runs nothing', async () => {
		const price = async (body: object): Promise<JsonReply> =>
			await fixture.call('vtrix', 'POST', '/v1/generation/precharge', body);
		const order = wrapped({ prompt: 'x' });
		expect((await price(order)).statusCode).toBe(404);
		fixture.sandbox.quirks.set({ price: true });
		expect((await price(order)).body).toMatchObject({
			status: 'success',
			data: { cost: '0.08', currency: 'USD' },
		});
		expect((await price(wrapped({}, 'flux_0'))).body).toMatchObject({
			status: 'failed',
			data: { cost: null },
		});
		expect(fixture.sandbox.ledger.billed()).toBe(0);
	});

	it.each([
		[{ safety_tolerance: '6', output_format: 'png' }, 200],
		[{ safety_tolerance: '1', output_format: 'jpeg' }, 200],
		[{ safety_tolerance: '0' }, 400],
		[{ safety_tolerance: 2 }, 400],
		[{ output_format: 'webp' }, 400],
	])('of FLUX.2 [pro], %j is answered with %i', async (parameters, statusCode) => {
		const order = wrapped({ prompt: 'x', ...parameters }, 'flux_2_pro');
		expect((await create(order)).statusCode).toBe(statusCode);
	});

	it('may answer a create with the finished task, as a quirk', async () => {
		const { body } = await create(wrapped({ prompt: '[quirk finishedAtOnce=true]' }));
		expect(body).toMatchObject({ status: 'completed', output: [{}], usage: {} });
	});

	it('has other words for the states, as a quirk', async () => {
		fixture.sandbox.quirks.set({ stateWords: 'alternative' });
		const { body: created } = await create(wrapped({ prompt: 'a dock [seconds=10]' }));
		expect(created.status).toBe('pending');
		fixture.pass(5);
		expect((await read(created.id)).body.status).toBe('processing');
		fixture.pass(5);
		expect((await read(created.id)).body.status).toBe('done');
	});

	it.each([
		['steps', wrapped({ prompt: 'x', steps: 51 })],
		['guidance_scale', wrapped({ prompt: 'x', guidance_scale: 0.5 })],
		['image_prompt', wrapped({ prompt: 'x', image_prompt: 'QUJD' }, 'flux_pro_11')],
		['height', { model: 'flux_2_pro', prompt: 'x', height: 65 }],
		['object', { model: 'flux_2_pro', input: [] }],
	])('refuses a create that has a wrong %s', async (name, body) => {
		const reply = await create(body);
		expect(reply.statusCode).toBe(400);
		expect(JSON.stringify(reply.body)).toContain(name);
	});

	it('refuses unknown models, unknown tasks, bad keys and keys without credit', async () => {
		expect((await create(wrapped({ prompt: 'x' }, 'flux_0'))).statusCode).toBe(404);
		expect((await read('none')).statusCode).toBe(404);
		expect((await create(wrapped({ prompt: 'x' }), 'wrong')).statusCode).toBe(401);
		const { noCredit } = fixture.sandbox.keys;
		expect((await create(wrapped({ prompt: 'x' }), noCredit)).statusCode).toBe(403);
		fixture.sandbox.quirks.set({ badKeyIs403: true });
		expect((await create(wrapped({ prompt: 'x' }), 'wrong')).statusCode).toBe(403);
	});
});
