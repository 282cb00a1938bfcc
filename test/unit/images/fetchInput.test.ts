import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { Outcome } from '../../../nodes/FluxImage/core/problem';
import { checkInputImage, fetchInputImage } from '../../../nodes/FluxImage/images/fetchInput';
import type { FetchedUrl } from '../../../nodes/FluxImage/images/checkedImage';
import { inHeldTime, nodePorts } from '../../engine/heldTime';
import { clientThrough, inExecution } from '../client/inExecution';
import { serve, type LocalServer, type SeenRequest } from '../client/localServer';

const PNG_END = Buffer.from('0000000049454e44ae426082', 'hex');
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(5_000), PNG_END]);
const MAXIMUM_BYTES = 20 * 1024 * 1024;
const PAGE = '<!DOCTYPE html><title>Sign in</title>';

let server: LocalServer | undefined;
afterEach(async () => {
	await server?.close();
	server = undefined;
});

type Handler = (response: ServerResponse, nth: number, request: SeenRequest) => void;

const sends =
	(bytes: Buffer | string, headers: Record<string, string | number> = {}): Handler =>
	(response) => {
		response.writeHead(200, headers);
		response.end(bytes);
	};

const answers =
	(statusCode: number, headers: Record<string, string> = {}): Handler =>
	(response) =>
		response.writeHead(statusCode, headers).end('no');

interface Ask {
	/** Path and query. */
	readonly path?: string;
	/** `user:pass@`. */
	readonly user?: string;
	/** When Stop comes, if ever: with the first request. */
	readonly isStopped?: boolean;
	/** Milliseconds from now. */
	readonly patienceMs?: number;
	readonly way?: typeof fetchInputImage | typeof checkInputImage;
}

/** Fetches an input image from what a handler serves, in n8n's engine, by its own helper. */
async function fetchFrom(handler: Handler, ask: Ask = {}): Promise<Outcome<string>> {
	const stopping = new AbortController();
	const started = await serve((response, request) => {
		if (ask.isStopped) stopping.abort();
		handler(response, started.requests.length, request);
	});
	server = started;
	const { path = '/photo.png', user = '', patienceMs = 600_000, way = fetchInputImage } = ask;
	const url = `http://${user}127.0.0.1:${started.port}${path}`;
	const image: FetchedUrl = {
		form: 'fetchedUrl',
		url,
		digest: url,
		name: 'Input Images 2',
		maximumBytes: MAXIMUM_BYTES,
	};
	return await inExecution('http://127.0.0.1:1', async ({ http }) => {
		const { client, clock } = clientThrough(http);
		const until = { deadlineMs: clock.nowMs() + patienceMs, signal: stopping.signal };
		const came = await way(client, image, until);
		if (came === undefined) return { value: 'good' };
		return 'kind' in came ? { problem: came } : came;
	});
}

/** The reason for which it is not taken. */
async function reasonOf(handler: Handler, ask?: Ask): Promise<string> {
	const { problem } = await fetchFrom(handler, ask);
	expect(problem?.kind).toBe('inputImageUnavailable');
	return problem?.reason ?? '';
}

describe('an input image that the node fetches', () => {
	it('is its bytes as base64, fetched without the key', async () => {
		expect(await fetchFrom(sends(PNG))).toEqual({ value: PNG.toString('base64') });
		expect(server!.requests).toHaveLength(1);
		expect(server!.requests[0]!.headers).not.toHaveProperty('authorization');
	});

	it.each([1, 2, 3, 4, 5, 1_000])('is the same in pieces of %d bytes', async (size) => {
		const small = Buffer.concat([PNG.subarray(0, 60), PNG_END]);
		const { value } = await fetchFrom((response) => {
			response.writeHead(200);
			for (let at = 0; at < small.length; at += size) response.write(small.subarray(at, at + size));
			response.end();
		});
		expect(value).toBe(small.toString('base64'));
	});

	it('is found where a redirect leads', async () => {
		const { value } = await fetchFrom((response, nth) =>
			nth === 1
				? answers(302, { location: '/moved.png' })(response, nth, server!.requests[0]!)
				: response.end(PNG),
		);
		expect(value).toBe(PNG.toString('base64'));
	});

	it('is fetched again after it broke off, and after HTTP 503', async () => {
		const { value } = await inHeldTime(
			async () =>
				await fetchFrom((response, nth, request) => {
					if (nth === 1) return answers(503)(response, nth, request);
					if (nth === 2) return response.writeHead(200).end(PNG.subarray(0, 2_000));
					return response.end(PNG);
				}),
			50,
		);
		expect(value).toBe(PNG.toString('base64'));
	});

	it('may be another picture at the second read: what is sent is looked at again', async () => {
		const other = Buffer.concat([PNG.subarray(0, 500), PNG_END]);
		const way: typeof fetchInputImage = async (client, image, until) => {
			expect(await checkInputImage(client, image, until)).toBeUndefined();
			return await fetchInputImage(client, image, until);
		};
		const first = await fetchFrom((response, nth) => response.end(nth === 1 ? PNG : other), {
			way,
		});
		expect(first).toEqual({ value: other.toString('base64') });
		await server!.close();
		const then = await reasonOf((response, nth) => response.end(nth === 1 ? PNG : PAGE), { way });
		expect(then).toContain('a page, and not a picture');
	});

	it('by a user and a password is fetched with them, and goes no further with them', async () => {
		const elsewhere = await serve((response) => response.end(PNG));
		const { value } = await fetchFrom(
			answers(302, { location: `http://localhost:${elsewhere.port}/moved.png` }),
			{ user: 'ann:s3cret@' },
		);
		await elsewhere.close();
		expect(value).toBe(PNG.toString('base64'));
		expect(server!.requests[0]!.headers.authorization).toMatch(/^Basic /);
		expect(elsewhere.requests[0]!.headers).not.toHaveProperty('authorization');
	});
});

describe('what lies where an input image should be', () => {
	it.each([
		['a page', sends(PAGE, { 'content-type': 'image/png' }), 'a page, and not a picture'],
		['a page after blanks', sends(`\n  ${PAGE}`), 'a page, and not a picture'],
		['JSON', sends('{"error": "gone"}'), 'no PNG, JPEG, WebP or GIF'],
		['nothing', sends(''), 'empty'],
		['HEIC', sends(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1')), 'HEIC, which must be'],
		['AVIF', sends(Buffer.from('\0\0\0\x1cftypavif\0\0\0\0', 'latin1')), 'AVIF, which must be'],
		['an SVG', sends('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'no PNG, JPEG, WebP or GIF'],
	])('is told where it is %s, and asked for once', async (_name, handler, words) => {
		const reason = await reasonOf(handler);
		expect(reason).toContain(`Input Images 2, at 127.0.0.1:${server!.port}: what lies there is`);
		expect(reason).toContain(words);
		expect(server!.requests).toHaveLength(1);
	});

	it('is told where a redirect leads to a page', async () => {
		const reason = await reasonOf((response, nth, request) =>
			nth === 1 ? answers(302, { location: '/login' })(response, nth, request) : response.end(PAGE),
		);
		expect(reason).toContain('a page, and not a picture');
	});

	it.each([400, 401, 403, 404, 410, 451])(
		'is told where the host answers HTTP %d, and asked for once',
		async (statusCode) => {
			expect(await reasonOf(answers(statusCode))).toContain(`HTTP ${statusCode}`);
			expect(server!.requests).toHaveLength(1);
		},
	);

	it('is not read where 200 MB are announced', async () => {
		const reason = await reasonOf((response) => {
			response.writeHead(200, { 'content-length': 200_000_000 });
			response.write(PNG);
		});
		expect(reason).toContain('it is larger than 20 MB');
	});

	it('is cut where it does not end', async () => {
		const reason = await reasonOf((response) => {
			response.writeHead(200);
			response.write(PNG);
			const piece = Buffer.alloc(1_000_000);
			const more = setInterval(() => response.write(piece), 1);
			response.once('close', () => clearInterval(more));
		});
		expect(reason).toContain('it is larger than 20 MB');
	});

	it.each([fetchInputImage, checkInputImage])(
		'shows nothing of its address but the host, whatever goes wrong (%#)',
		async (way) => {
			const ask = { path: '/photo.png?sig=s3cret', user: 'ann:s3cret@', way };
			for (const handler of [answers(404), sends(PAGE), answers(302, { location: 'http://[' })]) {
				const reason = await inHeldTime(async () => await reasonOf(handler, ask), 100);
				expect(reason).toContain('at 127.0.0.1:');
				expect(reason).not.toMatch(/s3cret|ann|photo/);
				await server!.close();
				server = undefined;
			}
		},
	);
});

describe('a host of an input image', () => {
	/** The node's own milliseconds that a fetch in vain takes. */
	const timeOf = async (handler: Handler, ask: Ask = {}) =>
		await inHeldTime(async () => {
			const { clock } = nodePorts();
			const startMs = clock.nowMs();
			const reason = await reasonOf(handler, ask);
			return { reason, tookMs: clock.nowMs() - startMs };
		}, 500);

	it('that is down is given up after a quarter of a minute', async () => {
		const { reason, tookMs } = await timeOf(answers(503));
		expect(reason).toContain('HTTP 503');
		expect(tookMs).toBeGreaterThan(10_000);
		expect(tookMs).toBeLessThan(25_000);
	});

	it.each<[string, Handler, string]>([
		['redirects in a circle', answers(302, { location: '/photo.png' }), 'redirects'],
		['redirects to a file', answers(302, { location: 'file:///etc/passwd' }), 'protocol file:'],
		['redirects nowhere', answers(302, { location: 'http://[' }), ''],
		['does not pack as it says', sends(PNG, { 'content-encoding': 'gzip' }), 'header check'],
	])('that %s is given up at once', async (_what, handler, words) => {
		const { reason, tookMs } = await timeOf(handler);
		expect(reason).toContain(words);
		expect(tookMs).toBeLessThan(5_000);
		expect(server!.requests.length).toBeLessThan(30);
	});

	it('that breaks off in a packed picture is asked again', async () => {
		const packed = gzipSync(PNG);
		const { value } = await fetchFrom((response, nth, request) => {
			const bytes = nth === 1 ? packed.subarray(0, 2_000) : packed;
			sends(bytes, { 'content-encoding': 'gzip' })(response, nth, request);
		});
		expect(value).toBe(PNG.toString('base64'));
	});

	it('that never answers is given up after two minutes, and at the deadline', async () => {
		const { reason, tookMs } = await timeOf(() => undefined);
		expect(reason).toContain('no whole answer came within 120 s');
		expect(tookMs).toBeLessThan(140_000);
		await server!.close();
		const soon = await timeOf(() => undefined, { patienceMs: 8_000 });
		expect(soon.tookMs).toBeLessThan(15_000);
	});

	it('that hangs is left at once on Stop', async () => {
		const { problem } = await fetchFrom(() => undefined, { isStopped: true });
		expect(problem?.kind).toBe('stopped');
	});

	it('that hangs in the middle of the picture is left at once on Stop', async () => {
		const { problem } = await fetchFrom((response) => void response.write(PNG.subarray(0, 900)), {
			isStopped: true,
		});
		expect(problem?.kind).toBe('stopped');
	});
});

it('a look beforehand keeps nothing, and finds the same', async () => {
	expect(await fetchFrom(sends(PNG), { way: checkInputImage })).toEqual({ value: 'good' });
	expect(await reasonOf(sends(PAGE), { way: checkInputImage })).toContain('a page');
});
