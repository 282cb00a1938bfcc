import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

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

const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5_000), PNG_END]);

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
			fileName: 'picture.png',
			contentType: 'image/png',
			binary: { mimeType: 'image/png', fileName: 'picture.png', fileExtension: 'png' },
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
		expect(picture!.fileName).toBe('picture.png');
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

	it.each(['data:image/png,iVBORw0KGgo=', 'file:///etc/passwd', 'ftp://x/y', 'not a url'])(
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

/** The start and the end of each kind of picture, and what lies between. */
const PARTS: Readonly<Record<string, readonly [start: string, end: string]>> = {
	png: ['89504e470d0a1a0a', '0000000049454e44ae426082'],
	jpg: ['ffd8ffe000104a464946', 'ffd9'],
	gif: ['474946383961010001', '003b'],
};

function pictureOf(kind: string): Buffer {
	const [start = '', end = ''] = PARTS[kind] ?? [];
	return Buffer.concat([Buffer.from(start, 'hex'), randomBytes(3_000), Buffer.from(end, 'hex')]);
}

/** A WebP file, which tells its length at its beginning. */
function webp(): Buffer {
	const file = Buffer.concat([Buffer.from('RIFF----WEBPVP8 '), randomBytes(3_000)]);
	file.writeUInt32LE(file.length - 8, 4);
	return file;
}

describe('a picture that came within the reply (FAULTS B7)', () => {
	beforeAll(async () => await useBinaryMode('filesystem'));
	const uri = (bytes: Buffer) => `data:image/jpeg;base64,${bytes.toString('base64')}`;

	it('is stored as it is, under the type of its bytes', async () => {
		const { picture, bytes } = await fetchInEngine({ image: { url: uri(PNG) } });
		expect(bytes!.equals(PNG)).toBe(true);
		expect(picture).toMatchObject({ fileName: 'picture.png', contentType: 'image/png' });
	});

	it('is no picture where its bytes are none, and over the limit where they are too many', async () => {
		const none = await fetchInEngine({ image: { url: uri(Buffer.from('hello')) } });
		expect(none.problem?.reason).toBe('what lies there is not a picture');
		const large = await fetchInEngine({ image: { url: uri(PNG) }, maximumBytes: 4_000 });
		expect(large.problem?.reason).toContain('larger than Max Image Size');
		expect(large.problem).not.toHaveProperty('pictureUrl');
	});
});

describe('a picture that breaks off without a sign of it (FAULTS B4)', () => {
	beforeAll(async () => await useBinaryMode('filesystem'));

	const pictures = [
		...Object.keys(PARTS).map((kind) => [kind, pictureOf(kind)] as const),
		['webp', webp()] as const,
	];

	it.each(pictures)('is fetched again: %s', async (_kind, whole) => {
		const half = whole.subarray(0, 1_500);
		const { bytes } = await fetchFrom((response, nth) => sends(nth > 1 ? whole : half)(response));
		expect(bytes!.equals(whole)).toBe(true);
		expect(server!.requests).toHaveLength(2);
	});

	it.each(pictures)('is taken as it is where the same comes again: %s', async (_kind, whole) => {
		const half = whole.subarray(0, 1_500);
		const { bytes } = await fetchFrom(sends(half));
		expect(bytes!.equals(half)).toBe(true);
		expect(server!.requests).toHaveLength(2);
	});

	it.each(pictures)('is whole with something behind its end: %s', async (_kind, whole) => {
		const padded = Buffer.concat([whole, Buffer.alloc(200)]);
		const { bytes } = await fetchFrom(sends(padded));
		expect(bytes!.equals(padded)).toBe(true);
		expect(server!.requests).toHaveLength(1);
	});
});

/** A JPEG with a small one inside, as cameras put it there, and the length of all before the large one. */
function jpegWithThumbnail(): { whole: Buffer; head: number } {
	const thumbnail = pictureOf('jpg');
	const before = Buffer.concat([Buffer.from('ffd8ffe1', 'hex'), thumbnail]);
	return {
		whole: Buffer.concat([before, randomBytes(3_000), Buffer.from('ffd9', 'hex')]),
		head: before.length,
	};
}

/** A WebP file that tells another length than its own. */
function webpOf(told: number): Buffer {
	const file = webp();
	file.writeUInt32LE(told, 4);
	return file;
}

describe('an end that is hard to tell (FAULTS B4)', () => {
	beforeAll(async () => await useBinaryMode('filesystem'));
	const behind = Buffer.alloc(500, 0x41);

	it.each([
		['a JPEG with the data of its camera behind it', Buffer.concat([pictureOf('jpg'), behind])],
		['a PNG with a text behind it', Buffer.concat([pictureOf('png'), behind])],
		['a GIF with a text behind it', Buffer.concat([pictureOf('gif'), behind])],
		['a WebP that tells a greater length', webpOf(900_000)],
		['a WebP that was written as a stream', webpOf(0xffffffff)],
	])('costs one fetch more, and the picture is taken: %s', async (_name, odd) => {
		const { bytes } = await fetchFrom(sends(odd));
		expect(bytes!.equals(odd)).toBe(true);
		expect(server!.requests).toHaveLength(2);
	});

	it.each([
		['a WebP that tells no length', webpOf(0)],
		['a WebP that tells a smaller length', webpOf(1_000)],
		['a JPEG in a JPEG', jpegWithThumbnail().whole],
	])('costs none: %s', async (_name, odd) => {
		const { bytes } = await fetchFrom(sends(odd));
		expect(bytes!.equals(odd)).toBe(true);
		expect(server!.requests).toHaveLength(1);
	});

	it('is not that of a smaller picture inside', async () => {
		const { whole, head } = jpegWithThumbnail();
		const { bytes } = await fetchFrom((response, nth) =>
			sends(nth === 1 ? whole.subarray(0, head + 500) : whole)(response),
		);
		expect(bytes!.equals(whole)).toBe(true);
	});

	it.each([
		['two lengths, one after the other', [1_500, 1_800, Infinity], 3],
		['the same length around another', [1_500, 1_800, 1_500, Infinity], 4],
		['a few bytes', [9, Infinity], 2],
	])('does not come with %s', async (_name, lengths, tries) => {
		const whole = pictureOf('png');
		const { bytes } = await inHeldTime(
			async () =>
				await fetchFrom((response, nth) =>
					sends(whole.subarray(0, Math.min(whole.length, lengths[nth - 1]!)))(response),
				),
			STEP_MS,
		);
		expect(bytes!.equals(whole)).toBe(true);
		expect(server!.requests).toHaveLength(tries);
	});

	it('does not come with the same half twice, where the line broke between', async () => {
		const whole = pictureOf('png');
		const half = whole.subarray(0, 1_500);
		const { bytes } = await inHeldTime(
			async () =>
				await fetchFrom((response, nth) => {
					if (nth > 3) return sends(whole)(response);
					if (nth !== 2) return sends(half)(response);
					response.writeHead(200, { 'content-length': whole.length });
					response.write(half, () => response.socket?.destroy());
				}),
			STEP_MS,
		);
		expect(bytes!.equals(whole)).toBe(true);
		expect(server!.requests).toHaveLength(4);
	});
});

describe('a picture of an odd host', () => {
	beforeAll(async () => await useBinaryMode('filesystem'));

	it.each([
		['gzip', gzipSync],
		['br', brotliCompressSync],
		['deflate', deflateSync],
	])(
		'that packs it by %s all the same is whole, and one was asked for unpacked (FAULTS B3)',
		async (coding, pack) => {
			const { bytes } = await fetchFrom(sends(pack(PNG), { 'content-encoding': coding }));
			expect(bytes!.equals(PNG)).toBe(true);
			expect(server!.requests).toHaveLength(1);
			expect(server!.requests[0]!.headers['accept-encoding']).toBe('identity');
		},
	);

	it.each([201, 203, 206])('that answers HTTP %s is taken (FAULTS B8)', async (statusCode) => {
		const { bytes } = await fetchFrom((response) => response.writeHead(statusCode).end(PNG));
		expect(bytes!.equals(PNG)).toBe(true);
	});

	it.each([
		['image/avif', 'avif'],
		['image/bmp; charset=binary', 'bmp'],
		['IMAGE/JXL', 'jxl'],
		['image/x-tga', 'tga'],
	])(
		'of a kind that only the host knows, %s, is taken as it says (FAULTS B8)',
		async (type, extension) => {
			const odd = Buffer.concat([Buffer.from([0, 0, 0, 32]), randomBytes(500)]);
			const { picture } = await fetchFrom(sends(odd, { 'content-type': type }));
			expect(picture).toMatchObject({
				fileName: `picture.${extension}`,
				contentType: `image/${extension}`,
			});
		},
	);

	it.each(['application/octet-stream', 'binary/octet-stream', undefined])(
		'that calls an AVIF %s is taken by its bytes (FAULTS B8)',
		async (type) => {
			const avif = Buffer.concat([Buffer.from('\0\0\0\x1cftypavif', 'latin1'), randomBytes(500)]);
			const { picture, bytes } = await fetchFrom(sends(avif, type ? { 'content-type': type } : {}));
			expect(bytes!.equals(avif)).toBe(true);
			expect(picture).toMatchObject({ fileName: 'picture.avif', contentType: 'image/avif' });
		},
	);

	it.each([
		['image/svg+xml', '\ufeff<svg xmlns="http://www.w3.org/2000/svg"/>'],
		['image/avif', '  {"error": "gone, for good"}'],
		['image/webp', 'no picture here, for good'],
		['text/plain', '\0\0\0\0 no picture here'],
	])('that calls a text %s has no picture', async (type, text) => {
		const { problem } = await inHeldTime(
			async () =>
				await fetchFrom(sends(Buffer.from(text), { 'content-type': type }), {
					patienceMs: PATIENCE_MS,
				}),
			STEP_MS,
		);
		expect(problem?.reason).toContain('not a picture');
	});
});

it("a picture that n8n's store refuses is not fetched again (FAULTS B12)", async () => {
	server = await serve((response) => sends(PNG)(response));
	const { problem } = await fetchInEngine({
		image: { url: `${server.url}/image.png` },
		store: async () => await Promise.reject(new Error('ENOSPC: no space left on device')),
	});
	expect(problem).toMatchObject({ kind: 'notStored', reason: 'ENOSPC: no space left on device' });
	expect(server.requests).toHaveLength(1);
});
