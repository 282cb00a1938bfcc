import { FormData, request } from 'undici';
import { drawPicture, type PartialQuirks } from '../../sandbox';
import { pictureType } from '../../sandbox/inputImages';
import { Fixture, fixtureScale, type JsonReply } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open()));
afterAll(async () => await fixture.close());
afterEach(() => {
	fixture.reset();
	fixture.sandbox.limits.clear();
});

async function create(parameters: object, key?: string): Promise<JsonReply> {
	const body = { model: 'flux-kontext-max', prompt: 'x', ...parameters };
	return await fixture.call('toApis', 'POST', '/v1/images/generations', body, key);
}

async function read(id: unknown): Promise<JsonReply> {
	return await fixture.call('toApis', 'GET', `/v1/images/generations/${String(id)}`);
}

/** The picture of a task that is finished. */
async function pictureIn({ body }: JsonReply): Promise<Buffer> {
	const { result } = body as { result: { data: Array<{ url: string }> } };
	return await fixture.bytesAt(result.data[0]?.url);
}

async function uploadedUrl(width: number, height: number): Promise<string> {
	const bytes = await drawPicture({
		...{ gateway: 'toApis', model: 'a camera', prompt: 'an input' },
		...{ width, height, format: 'png' },
	});
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(bytes)]), 'picture.png');
	form.append('purpose', 'edit');
	const { body } = await request(`${fixture.sandbox.baseUrls.toApis}/v1/uploads/images`, {
		method: 'POST',
		headers: { authorization: `Bearer ${fixture.sandbox.keys.valid}` },
		body: form,
	});
	return ((await body.json()) as { data: { url: string } }).data.url;
}

/** Width and height of a PNG, by its header. */
const sidesOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

const scaled = (...sides: number[]) => sides.map((side) => Math.round(side * fixtureScale));

describe('the pictures of ToAPIs', () => {
	it.each([
		['flux-kontext-max', {}, [1360, 768]],
		['flux-kontext-max', { size: '1:1' }, [1024, 1024]],
		['flux-kontext-max', { size: '21:9' }, [1568, 672]],
		['flux-2-pro', {}, [1024, 1024]],
		['flux-2-pro', { size: '3:2', metadata: { resolution: '2K' } }, [2512, 1680]],
	])('of %s with %j have the documented size', async (model, parameters, sides) => {
		const { body } = await create({ model, ...parameters });
		fixture.pass(10);
		expect(sidesOf(await pictureIn(await read(body.id)))).toEqual(scaled(...sides));
	});

	it.each([
		['flux-kontext-max', {}, [512, 2048]],
		['flux-kontext-max', { size: 'match_input_image' }, [512, 2048]],
		['flux-2-pro', {}, [1024, 1024]],
	])('of %s with an image and %j', async (model, parameters, [width, height]) => {
		const url = await uploadedUrl(16, 40);
		const { body } = await create({ model, ...parameters, image_urls: [url] });
		fixture.pass(10);
		const [drawnWidth = 0, drawnHeight = 1] = sidesOf(await pictureIn(await read(body.id)));
		const isTall = width! < height!;
		expect(drawnWidth < drawnHeight).toBe(isTall);
	});

	it('are JPEG where the create says jpg, else PNG', async () => {
		const { body: jpg } = await create({ metadata: { response_format: 'jpg' } });
		const { body: png } = await create({});
		fixture.pass(10);
		expect(pictureType(await pictureIn(await read(jpg.id)))).toBe('image/jpeg');
		expect(pictureType(await pictureIn(await read(png.id)))).toBe('image/png');
	});
});

describe('a create of ToAPIs', () => {
	it('may be answered with the finished picture and no id, as a quirk', async () => {
		fixture.sandbox.quirks.set({ finishedAtOnce: true, idField: 'none' });
		const reply = await create({});
		expect(reply).toMatchObject({ statusCode: 200, body: { status: 'completed' } });
		expect(reply.body).not.toHaveProperty('id');
		expect(reply.body).not.toHaveProperty('task_id');
		expect(pictureType(await pictureIn(reply))).toBe('image/png');
		expect(fixture.sandbox.ledger.billed()).toBe(1);
	});

	it('may be answered with its id under data alone, as a quirk', async () => {
		fixture.sandbox.quirks.set({ idField: 'data' });
		const { body } = await create({});
		expect(body).toEqual({ success: true, data: { task_id: expect.any(String) as string } });
		const { task_id: id } = body.data as { task_id: string };
		expect((await read(id)).body).toMatchObject({ id, status: 'queued' });
	});

	it('keeps the id of the caller, and finds the task by it', async () => {
		const { body } = await create({ client_business_id: 'n8n-1' });
		expect((await read('n8n-1')).body.id).toBe(body.id);
		expect((await read('n8n-2')).statusCode).toBe(404);
		expect(fixture.sandbox.ledger.where({ call: 'status' })).toMatchObject([
			{ taskId: body.id },
			{ taskId: 'n8n-2' },
		]);
	});

	it('makes, for images, a second task under the same id, and finds the first', async () => {
		const { body } = await create({ client_business_id: 'twice' });
		await create({ client_business_id: 'twice' });
		expect(fixture.sandbox.ledger.billed()).toBe(2);
		expect((await read('twice')).body.id).toBe(body.id);
	});

	it('may forget the id of the caller, or refuse the field by name, as quirks', async () => {
		fixture.sandbox.quirks.set({ clientBusinessId: 'ignored' });
		expect((await create({ client_business_id: 'lost' })).statusCode).toBe(200);
		expect((await read('lost')).statusCode).toBe(404);
		fixture.sandbox.quirks.set({ clientBusinessId: 'refused' });
		expect(await create({ client_business_id: 'lost' })).toMatchObject({
			statusCode: 400,
			body: { error: { code: 'invalid_request_error', param: 'client_business_id' } },
		});
		expect(fixture.sandbox.ledger.billed()).toBe(1);
	});

	it('is refused with a callback that the console knows nothing of', async () => {
		expect(await create({ callback_url: 'https://example.com' })).toMatchObject({
			statusCode: 400,
			body: { error: { code: 'webhook_not_configured' } },
		});
	});
});

describe('refusals of ToAPIs', () => {
	it('are 402 without credit, and 422 for content', async () => {
		expect(await create({}, fixture.sandbox.keys.noCredit)).toMatchObject({
			statusCode: 402,
			body: { error: { code: 'insufficient_quota' } },
		});
		expect(await create({ prompt: '[blocked]' })).toMatchObject({
			statusCode: 422,
			body: { error: { code: 'content_policy_violation' } },
		});
		expect(fixture.sandbox.ledger.billed()).toBe(0);
	});

	it('of an unknown task may be those of an older report, as a quirk', async () => {
		fixture.sandbox.quirks.set({ unknownTask: 'older' });
		expect(await read('none')).toMatchObject({
			statusCode: 400,
			body: { message: 'task_not_exist' },
		});
	});

	it.each<[fault: 'limiterDown' | '500' | '429', statusCode: number, code: string]>([
		['limiterDown', 503, 'rate_limit_unavailable'],
		['500', 500, 'internal_error'],
		['429', 429, 'rate_limit_exceeded'],
	])('by the fault %s are %i %s, and nothing is made', async (fault, statusCode, code) => {
		fixture.sandbox.faults.add({ call: 'create', fault, times: 1 });
		expect(await create({})).toMatchObject({ statusCode, body: { error: { code } } });
		expect(fixture.sandbox.ledger.billed()).toBe(0);
		expect((await create({})).statusCode).toBe(200);
	});

	it('may have a number for a code, as a quirk', async () => {
		fixture.sandbox.quirks.set({ refusalShape: 'numericCode' });
		expect((await create({ size: '5:1' })).body).toMatchObject({ error: { code: 400 } });
	});

	it('may be plain text where no channel is free', async () => {
		fixture.sandbox.faults.add({ call: 'create', fault: '503-text' });
		const { statusCode, body } = await request(
			`${fixture.sandbox.baseUrls.toApis}/v1/images/generations`,
			{ method: 'POST', headers: { authorization: `Bearer ${fixture.sandbox.keys.valid}` } },
		);
		expect(statusCode).toBe(503);
		expect(await body.text()).toBe('no available channel');
	});

	it('of the documented limits count creates and reads apart, and say which', async () => {
		fixture.sandbox.limits.set([
			{ kind: 'bucket', of: 'creates', perSecond: 5, burst: 50, headers: true },
			{ kind: 'bucket', of: 'reads', perSecond: 50, burst: 500, headers: true },
		]);
		const creates = [];
		for (let count = 0; count < 51; count++) creates.push(await create({ prompt: 'x [never]' }));
		expect(creates.map(({ statusCode }) => statusCode).indexOf(429)).toBe(50);
		expect(creates.at(-1)?.headers).toMatchObject({
			'x-ratelimit-limit': '50',
			'x-ratelimit-remaining': '0',
			'x-ratelimit-category': 'async_submit',
			'retry-after': '1',
		});
		const reply = await read(creates[0]?.body.id);
		expect(reply.statusCode).toBe(200);
		expect(reply.headers['x-ratelimit-category']).toBe('async_query');
	});
});

describe('the reads of ToAPIs that cost nothing', () => {
	const models = async (query: string, key?: string): Promise<JsonReply> =>
		await fixture.call('toApis', 'GET', `/v1/models${query}`, undefined, key);

	it('list the models of images, and without the question those of text', async () => {
		const { body } = await models('?type=image');
		expect(body).toMatchObject({ success: true, object: 'list' });
		const ids = ({ data }: JsonReply['body']) =>
			(data as Array<{ id: string }>).map(({ id }) => id);
		expect(ids(body)).toEqual([
			'flux-kontext-max',
			'flux-kontext-pro',
			'flux-2-pro',
			'flux-2-flex',
		]);
		expect(ids((await models('')).body).filter((id) => id.startsWith('flux'))).toEqual([]);
	});

	it('list no models for a bad key', async () => {
		expect((await models('?type=image', 'wrong')).statusCode).toBe(401);
		expect((await models('?type=image', fixture.sandbox.keys.unsuccessful)).statusCode).toBe(401);
	});

	it.each<[quirks: PartialQuirks, body: object]>([
		[{}, { success: true, remain_balance: 10.5, used_balance: 2.3, unlimited_quota: false }],
		[{ unlimitedQuota: true }, { success: true, remain_balance: -1, unlimited_quota: true }],
	])('tell the balance, with %j', async (quirks, body) => {
		fixture.sandbox.quirks.set(quirks);
		expect(await fixture.call('toApis', 'GET', '/v1/balance')).toMatchObject({ body });
	});
});

it('ToAPIs may make fewer pictures than it was asked for, as a quirk, but one', async () => {
	const made = async (fewerPictures: number) => {
		fixture.sandbox.quirks.set({ fewerPictures });
		const { body } = await create({ n: 3 });
		fixture.pass(10);
		const { body: task } = await read((body as { id: string }).id);
		return (task as { result: { data: unknown[] } }).result.data.length;
	};
	expect([await made(0), await made(1), await made(5)]).toEqual([3, 2, 1]);
});
