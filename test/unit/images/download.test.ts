import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import { useBinaryMode } from '../../../tooling/engine/engine';
import { inHeldTime } from '../../engine/heldTime';
import { serve, type LocalServer } from '../client/localServer';
import { fetchInEngine, type PictureAsk } from './pictureHarness';

/**
 * How long a picture is tried for that never comes, in milliseconds. The tries are 0.25, 0.5, 1 and 2 s
 * apart, so that the last one begins at half of it and has the other half for its answer.
 */
const PATIENCE_MS = 3_500;

/** How much of it passes in a turn of the event loop, in milliseconds. */
const STEP_MS = 50;

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5_000)]);

let server: LocalServer | undefined;
afterEach(async () => {
	await server?.close();
	server = undefined;
});

/** Fetches what a handler serves at a path. */
async function fetchFrom(
	handler: (response: ServerResponse, nth: number) => void,
	ask: Partial<Omit<PictureAsk, 'image'>> & { path?: string; fileName?: string } = {},
) {
	const started = await serve((response) => handler(response, started.requests.length));
	server = started;
	const { path = '/image.png', fileName, ...rest } = ask;
	const image = { url: `${started.url}${path}`, ...(fileName === undefined ? {} : { fileName }) };
	return await fetchInEngine({ image, ...rest });
}

/** Tries to fetch what never becomes a picture; no stall of the machine shortens the patience. */
const fetchInVain = async (handler: (response: ServerResponse) => void) =>
	await inHeldTime(async () => await fetchFrom(handler, { patienceMs: PATIENCE_MS }), STEP_MS);

const sends =
	(bytes: Buffer, headers: Record<string, string | number> = {}) =>
	(response: ServerResponse) => {
		response.writeHead(200, { 'content-length': bytes.length, ...headers });
		response.end(bytes);
	};

describe.each(['filesystem', 'default'] as const)('a picture, in %s mode', (mode) => {
	beforeAll(async () => await useBinaryMode(mode));

	it('is stored byte by byte, without the key being sent', async () => {
		const { picture, bytes } = await fetchFrom(sends(PNG, { 'content-type': 'image/jpeg' }));
		expect(bytes!.equals(PNG)).toBe(true);
		expect(picture).toMatchObject({
			fileName: 'image.png',
			contentType: 'image/png',
			binary: { mimeType: 'image/png', fileName: 'image.png', fileExtension: 'png' },
		});
		expect(server!.requests[0]!.headers).not.toHaveProperty('authorization');
	});

	it('is stored where its length is not announced, and its type is wrong', async () => {
		const { bytes } = await fetchFrom((response) => {
			response.writeHead(200, { 'content-type': 'text/plain' });
			response.write(PNG.subarray(0, 3));
			setImmediate(() => response.end(PNG.subarray(3)));
		});
		expect(bytes!.equals(PNG)).toBe(true);
	});

	it('is named PNG where a JPEG was asked for and a PNG came', async () => {
		const { picture } = await fetchFrom(sends(PNG), { path: '/a/photo.jpg?sig=1' });
		expect(picture!.fileName).toBe('photo.png');
	});

	it('is fetched again after it broke off', async () => {
		const { bytes } = await fetchFrom((response, nth) => {
			if (nth > 1) return sends(PNG)(response);
			response.writeHead(200, { 'content-length': PNG.length });
			response.write(PNG.subarray(0, 1_000), () => response.socket?.destroy());
		});
		expect(bytes!.equals(PNG)).toBe(true);
		expect(server!.requests).toHaveLength(2);
	});

	it.each([
		['with an announced length', PNG.length],
		['in chunks', undefined],
	])('that breaks off %s is no picture', async (_name, announced) => {
		const { problem } = await fetchInVain((response) => {
			response.writeHead(200, announced === undefined ? {} : { 'content-length': announced });
			response.write(PNG.subarray(0, 1_000), () => response.socket?.destroy());
		});
		expect(problem).toMatchObject({
			kind: 'pictureUnavailable',
			pictureUrl: `${server!.url}/image.png`,
		});
	});

	it('over the limit is not fetched, where its length is announced', async () => {
		const { problem } = await fetchFrom(sends(PNG), { maximumBytes: 4_000 });
		expect(problem?.reason).toBe('it is larger than Max Image Size allows (0.004 MB)');
		expect(server!.requests).toHaveLength(1);
	});

	it('over the limit is cut, where its length is not announced', async () => {
		const { problem } = await fetchFrom(
			(response) => {
				response.writeHead(200);
				response.write(PNG);
				const more = setInterval(() => response.write(PNG), 1);
				response.once('close', () => clearInterval(more));
			},
			{ maximumBytes: 20_000 },
		);
		expect(problem?.reason).toContain('larger than Max Image Size');
		expect(server!.requests).toHaveLength(1);
	});
});

describe('what lies where a picture should be', () => {
	beforeAll(async () => await useBinaryMode('filesystem'));

	it.each([
		['a page', Buffer.from('<!DOCTYPE html><html></html>'), 'not a picture'],
		['nothing', Buffer.alloc(0), 'not a picture'],
		['a few bytes', Buffer.from('PN'), 'not a picture'],
	])('is told where it is %s', async (_name, bytes, reason) => {
		const { problem } = await fetchInVain(sends(bytes, { 'content-type': 'image/png' }));
		expect(problem).toMatchObject({
			kind: 'pictureUnavailable',
			reason: expect.stringContaining(reason),
		});
	});

	it.each([
		[401, 'HTTP 401'],
		[403, 'HTTP 403'],
		[404, 'HTTP 404'],
		[410, 'HTTP 410'],
		[418, 'HTTP 418'],
		[500, 'HTTP 500'],
	])('is told where the host answers %d', async (statusCode, reason) => {
		const { problem } = await fetchInVain((response) => response.writeHead(statusCode).end('no'));
		expect(problem).toMatchObject({ kind: 'pictureUnavailable', httpCode: statusCode });
		expect(problem?.reason).toContain(reason);
	});

	it('is fetched where a redirect leads, without the key', async () => {
		const elsewhere = await serve((response) => sends(PNG)(response));
		const { bytes } = await fetchFrom((response) =>
			response.writeHead(302, { location: `${elsewhere.url}/moved.png` }).end(),
		);
		expect(bytes!.equals(PNG)).toBe(true);
		expect(elsewhere.requests[0]!.headers).not.toHaveProperty('authorization');
		await elsewhere.close();
	});

	it.each(['data:image/png;base64,iVBORw0KGgo=', 'file:///etc/passwd', 'ftp://x/y', 'not a url'])(
		'is not fetched from %s',
		async (url) => {
			const { problem } = await fetchInEngine({ image: { url } });
			expect(problem).toMatchObject({
				kind: 'pictureUnavailable',
				reason: 'its address is not http or https',
			});
		},
	);
});

describe('the name of a picture', () => {
	it.each([
		['/..%2F..%2Fetc%2Fpasswd', undefined, '_.._etc_passwd.png'],
		['/x.png', '../../etc/passwd', '_.._etc_passwd.png'],
		['/x.png', '..\\..\\windows\\system.ini', '_.._windows_system.png'],
		['/x.png', 'яблоко 苹果.webp', 'яблоко 苹果.png'],
		['/%E8%8B%B9.jpg', undefined, '苹.png'],
		['/%E0%A4%A', undefined, '_E0_A4_A.png'],
		['/', undefined, 'image.png'],
		['/x.png', '', 'image.png'],
		['/x.png', '...', 'image.png'],
		['/x.png', 'a\r\nb\0c"d.png', 'a_b_c_d.png'],
		['/x.png', `${'n'.repeat(300)}.png`, `${'n'.repeat(80)}.png`],
	])('at %s called %j is %j', async (path, fileName, expected) => {
		const { picture } = await fetchFrom(sends(PNG), {
			path,
			...(fileName === undefined ? {} : { fileName }),
		});
		expect(picture!.fileName).toBe(expected);
	});
});
