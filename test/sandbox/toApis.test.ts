import { FormData, request } from 'undici';
import { drawPicture } from '../../sandbox';
import { Fixture, type JsonReply } from './fixture';

const nineUrls = Array.from({ length: 9 }, (_, index) => `http://127.0.0.1/${index}`);

let fixture: Fixture;
let picture: Buffer;

beforeAll(async () => {
	fixture = await Fixture.open();
	picture = await drawPicture({
		gateway: 'toApis',
		model: 'a camera',
		prompt: 'an input',
		width: 64,
		height: 48,
		format: 'png',
	});
});
afterAll(async () => await fixture.close());
afterEach(() => fixture.reset());

async function create(parameters: object, key?: string): Promise<JsonReply> {
	const body = { model: 'flux-kontext-max', ...parameters };
	return await fixture.call('toApis', 'POST', '/v1/images/generations', body, key);
}

async function read(id: unknown): Promise<JsonReply> {
	return await fixture.call('toApis', 'GET', `/v1/images/generations/${String(id)}`);
}

async function upload(
	bytes: Buffer,
	field = 'file',
): Promise<Pick<JsonReply, 'statusCode' | 'body'>> {
	const form = new FormData();
	form.append(field, new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'picture.png');
	const response = await request(`${fixture.sandbox.baseUrls.toApis}/v1/uploads/images`, {
		method: 'POST',
		headers: { authorization: `Bearer ${fixture.sandbox.keys.valid}` },
		body: form,
	});
	const body = (await response.body.json()) as JsonReply['body'];
	return { statusCode: response.statusCode, body };
}

async function uploadedUrl(): Promise<string> {
	const { data } = (await upload(picture)).body as { data: { url: string } };
	return data.url;
}

describe('the image API of ToAPIs', () => {
	it('takes a task to its pictures, with progress up to 100', async () => {
		const { statusCode, body: created } = await create({ prompt: 'a fox [seconds=10]', n: 3 });
		expect(statusCode).toBe(200);
		expect(created).toMatchObject({
			object: 'generation.task',
			model: 'flux-kontext-max',
			status: 'queued',
			progress: 0,
			created_at: fixture.nowMs / 1000,
			metadata: {},
		});
		expect(created.id).toMatch(/^task_img_/);
		fixture.pass(6);
		const { body: running } = await read(created.id);
		expect(running.status).toBe('in_progress');
		expect(running.progress).toBeGreaterThan(1);
		fixture.pass(4);
		const { body: completed } = await read(created.id);
		expect(completed).toMatchObject({
			status: 'completed',
			progress: 100,
			completed_at: fixture.nowMs / 1000,
			expires_at: fixture.nowMs / 1000 + 86_400,
		});
		const { result } = completed as { result: { data: Array<{ url: string }> } };
		expect(result.data).toHaveLength(3);
		const files = await Promise.all(result.data.map(async ({ url }) => await fixture.bytesAt(url)));
		expect(new Set(files.map((file) => file.toString('base64'))).size).toBe(3);
	});

	it('tells code and message of a failed task, or its reason alone', async () => {
		const { body: first } = await create({ prompt: '[failed]' });
		const { body: second } = await create({ prompt: '[failed] [quirk errorForm=failReason]' });
		fixture.pass(10);
		expect((await read(first.id)).body).toMatchObject({
			status: 'failed',
			error: { code: 'generation_failed', message: 'Task execution failed' },
		});
		expect((await read(second.id)).body).toMatchObject({ fail_reason: 'Task execution failed' });
	});

	it.each([
		['data', 'data.0.url'],
		['url', 'url'],
	])('may put the picture at %s, as a quirk', async (place, path) => {
		const { body: created } = await create({
			prompt: `a fern [quirk picturesAt=${place}] [quirk idField=task_id]`,
		});
		fixture.pass(10);
		expect((await read(created.task_id)).body).toHaveProperty(path, expect.any(String));
	});

	it('tells of an upload what the contract lists', async () => {
		const { body } = await upload(picture);
		expect(body).toMatchObject({ success: true, message: '' });
		expect(body.data).toEqual({
			id: expect.any(String) as string,
			url: expect.stringMatching(/^http.*\/uploads\//) as string,
			mime_type: 'image/png',
			size: picture.length,
		});
	});

	it.each(['reference_images', 'image_urls'])('draws uploads named in %s', async (field) => {
		const url = await uploadedUrl();
		expect(await fixture.bytesAt(url)).toEqual(picture);
		const { body: created } = await create({ prompt: 'with an image', [field]: [url] });
		const { body: bare } = await create({ prompt: 'with an image', size: '4:3' });
		fixture.pass(10);
		const drawn = async (id: unknown): Promise<Buffer> => {
			const { result } = (await read(id)).body as { result: { data: Array<{ url: string }> } };
			return await fixture.bytesAt(result.data[0]?.url);
		};
		expect(await drawn(created.id)).not.toEqual(await drawn(bare.id));
	});

	it('refuses uploads that are no pictures, too large, or in another field', async () => {
		expect(await upload(Buffer.from('<svg/>'))).toMatchObject({
			statusCode: 400,
			body: { success: false, message: expect.any(String) as string },
		});
		expect((await upload(picture, 'image')).statusCode).toBe(400);
		const large = Buffer.concat([picture, Buffer.alloc(10 * 1024 * 1024)]);
		expect((await upload(large)).statusCode).toBe(400);
	});

	it.each([
		['prompt', {}],
		['size', { prompt: 'x', size: '5:1' }],
		['n', { prompt: 'x', n: 11 }],
		['image_urls', { prompt: 'x', image_urls: ['http://127.0.0.1/a', 'http://127.0.0.1/b'] }],
		['reference_images', { prompt: 'x', reference_images: ['QUJD'] }],
		['size', { model: 'flux-2-pro', prompt: 'x', size: '21:9' }],
		['size', { model: 'flux-2-flex', prompt: 'x', size: 'match_input_image' }],
		['image_urls', { model: 'flux-2-pro', prompt: 'x', image_urls: nineUrls }],
		['reference_images', { prompt: 'x', image_urls: ['http://127.0.0.1/a'], reference_images: [] }],
		['metadata.resolution', { prompt: 'x', metadata: { resolution: '1K' } }],
		['metadata.resolution', { model: 'flux-2-pro', prompt: 'x', metadata: { resolution: '3K' } }],
		['seed', { prompt: 'x', seed: 1 }],
		['flux-9', { model: 'flux-9', prompt: 'x' }],
	])('refuses a create that has a wrong %s: %j', async (name, parameters) => {
		const { statusCode, body } = await create(parameters);
		expect(statusCode).toBe(400);
		expect(body).toMatchObject({ error: { type: 'invalid_request_error' } });
		expect(JSON.stringify(body)).toContain(name);
	});

	it('refuses unknown tasks, bad keys, and calls to the chat endpoint', async () => {
		expect(await read('none')).toMatchObject({
			statusCode: 404,
			body: { error: { code: 'task_not_found' } },
		});
		expect(await create({ prompt: 'x' }, 'wrong')).toMatchObject({
			statusCode: 401,
			body: { error: { code: 'authentication_error' } },
		});
		expect(await fixture.call('toApis', 'POST', '/v1/chat/completions', {})).toMatchObject({
			statusCode: 400,
			body: { error: { message: 'invalid apitype: -1' } },
		});
	});

	it('tells the balance, and of one bad key with HTTP 200', async () => {
		const { keys } = fixture.sandbox;
		const balance = async (key: string): Promise<JsonReply> =>
			await fixture.call('toApis', 'GET', '/v1/balance', undefined, key);
		expect(await balance(keys.valid)).toMatchObject({ statusCode: 200, body: { success: true } });
		expect(await balance(keys.unsuccessful)).toMatchObject({
			statusCode: 200,
			body: { success: false },
		});
		expect(await balance('wrong')).toMatchObject({ statusCode: 401 });
	});
});
