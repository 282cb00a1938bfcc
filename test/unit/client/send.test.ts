import type { GatewayRequest } from '../../../nodes/FluxImage/gateways/gateway';
import { API_KEY, inExecution } from './inExecution';
import { json, serve, serveSockets, type LocalServer } from './localServer';

const STATUS: GatewayRequest = { method: 'GET', path: '/v1/status' };
const CREATE: GatewayRequest = { method: 'POST', path: '/v1/create', body: { prompt: 'Äpfel' } };

const servers: LocalServer[] = [];
afterEach(async () => {
	await Promise.all(servers.splice(0).map(async (server) => await server.close()));
});

const started = async (starting: Promise<LocalServer>) => {
	const server = await starting;
	servers.push(server);
	return server;
};

const limits = (timeoutMs = 5_000) => ({ timeoutMs, signal: new AbortController().signal });

const send = async (baseUrl: string, request = STATUS, timeoutMs?: number) =>
	await inExecution(baseUrl, async ({ http }) => await http.send(request, limits(timeoutMs)));

describe('an API call', () => {
	it('carries the key and the JSON to the base URL', async () => {
		const server = await started(serve((response) => json(response, 200, { fine: true })));
		const { value } = await send(`${server.url}/model/`, CREATE);
		expect(value).toMatchObject({ statusCode: 200, body: { fine: true } });
		const [seen] = server.requests;
		expect(seen!.line).toBe('POST /model/v1/create');
		expect(JSON.parse(seen!.body)).toEqual({ prompt: 'Äpfel' });
		expect(Buffer.from(seen!.headers.authorization!, 'latin1').toString()).toContain('Bearer key/');
	});

	it.each([
		'{}',
		'{"__proto__":{"a":1},"prompt":"x"}',
		'{"constructor":{"prototype":1}}',
		'{"list":[],"none":null,"off":false,"text":""}',
	])('carries the JSON %s as it stands (FAULTS E16)', async (text) => {
		const server = await started(serve((response) => json(response, 200, {})));
		const body = JSON.parse(text) as NonNullable<GatewayRequest['body']>;
		await send(server.url, { method: 'POST', path: '/v1/create', body });
		const [seen] = server.requests;
		expect(seen!.body).toBe(text);
		expect(seen!.headers).toMatchObject({
			'content-type': 'application/json',
			'content-length': String(text.length),
		});
	});

	it('carries a file as multipart/form-data', async () => {
		const server = await started(serve((response) => json(response, 200, {})));
		const file = {
			fieldName: 'file',
			fileName: 'a"b\r\n.png',
			contentType: 'image/png',
			bytes: Buffer.from('the bytes'),
		};
		await send(server.url, { method: 'POST', path: '/upload', file });
		const { headers, body } = server.requests[0]!;
		const form = await new Response(body, {
			headers: { 'content-type': headers['content-type']! },
		}).formData();
		const received = form.get('file') as File;
		expect([received.name, received.type, await received.text()]).toEqual([
			'a_b__.png',
			'image/png',
			'the bytes',
		]);
	});

	it.each([
		['JSON under another type', 'text/plain', '{"a": 1}', { a: 1 }],
		['a text under the type of JSON', 'application/json', 'not json', 'not json'],
		['JSON that breaks off', 'application/json', '{"a": ', '{"a": '],
		['a page', 'text/html', '<html></html>', '<html></html>'],
	])('reads %s', async (_name, type, text, body) => {
		const server = await started(
			serve((response) => response.writeHead(200, { 'content-type': type }).end(text)),
		);
		expect((await send(server.url)).value?.body).toEqual(body);
	});

	it.each([400, 401, 404, 422, 429, 500, 504])('hands over HTTP %d with its body', async (code) => {
		const server = await started(serve((response) => json(response, code, { detail: 'why' })));
		const { value } = await send(server.url);
		expect(value).toMatchObject({ statusCode: code, body: { detail: 'why' } });
	});

	it('hands over Retry-After and other headers in lower case', async () => {
		const server = await started(
			serve((response) => json(response, 429, {}, { 'Retry-After': '7', 'X-Request-Id': 'r1' })),
		);
		expect((await send(server.url)).value?.headers).toMatchObject({
			'retry-after': '7',
			'x-request-id': 'r1',
		});
	});

	it('cuts a reply without an end at 100 MB, and holds no more of it (FAULTS D10)', async () => {
		const chunk = Buffer.alloc(1 << 20, 'a');
		let isCut: () => void = () => undefined;
		const cut = new Promise<void>((resolve) => (isCut = resolve));
		const server = await started(
			serve((response) => {
				const more = () => {
					while (!response.destroyed && response.write(chunk));
				};
				response.on('drain', more).on('close', isCut);
				more();
			}),
		);
		const { problem } = await send(server.url, STATUS, 60_000);
		expect(problem).toEqual({
			kind: 'unreadable',
			httpCode: 200,
			reason: 'its answer was larger than 100 MB',
		});
		await cut;
	});

	it('takes four large pictures as base64 in one reply', async () => {
		const b64_json = Buffer.alloc(16_000_000).toString('base64');
		const pictures = Array.from({ length: 4 }, () => ({ b64_json }));
		const server = await started(serve((response) => json(response, 200, { pictures })));
		const { value } = await send(server.url, STATUS, 60_000);
		expect((value!.body as { pictures: unknown[] }).pictures).toHaveLength(4);
	});

	it('hands over 204 without a body', async () => {
		const server = await started(serve((response) => response.writeHead(204).end()));
		expect((await send(server.url)).value).toMatchObject({ statusCode: 204 });
	});
});

describe('a connection that never opened', () => {
	it('is told where it was refused', async () => {
		const server = await serve(() => undefined);
		await server.close();
		expect((await send(server.url)).problem).toMatchObject({
			kind: 'neverConnected',
			code: 'ECONNREFUSED',
		});
	});

	it('is told where there is no such host', async () => {
		const { problem } = await send('http://no-such-host.invalid');
		expect(problem?.kind).toBe('neverConnected');
		expect(problem?.code).toMatch(/ENOTFOUND|EAI_AGAIN/);
	});

	it('is told where TLS is not spoken', async () => {
		const server = await started(serve((response) => json(response, 200, {})));
		const { problem } = await send(server.url.replace('http:', 'https:'), CREATE);
		expect(problem?.kind).toBe('neverConnected');
		expect(server.requests).toHaveLength(0);
	});

	it('is told where the handshake of TLS is cut', async () => {
		const server = await started(
			serveSockets((socket) => socket.once('data', () => socket.destroy())),
		);
		const { problem } = await send(server.url.replace('http:', 'https:'), CREATE);
		expect(problem?.kind).toBe('neverConnected');
	});
});

describe('a connection that broke', () => {
	const requestSeen = (then: Parameters<typeof serveSockets>[0]) =>
		serveSockets((socket) => socket.once('data', () => then(socket)));

	it('is told after a reset', async () => {
		const server = await started(requestSeen((socket) => socket.resetAndDestroy()));
		expect((await send(server.url, CREATE)).problem).toMatchObject({ kind: 'interrupted' });
	});

	it('is told after a close without a reply', async () => {
		const server = await started(requestSeen((socket) => socket.end()));
		expect((await send(server.url, CREATE)).problem).toMatchObject({ kind: 'interrupted' });
	});

	it('is told after words that are no HTTP', async () => {
		const server = await started(requestSeen((socket) => socket.end('garbage\r\n\r\n')));
		expect((await send(server.url, CREATE)).problem).toMatchObject({ kind: 'interrupted' });
	});

	it('is told after a body that was cut off', async () => {
		const server = await started(
			serve((response) => {
				response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
				response.write('{"request_id": "mm', () => response.socket?.destroy());
			}),
		);
		expect((await send(server.url)).problem).toMatchObject({ kind: 'interrupted' });
	});
});

describe('a call that takes too long', () => {
	it('is cut where nothing comes', async () => {
		const server = await started(serve(() => undefined));
		expect((await send(server.url, CREATE, 60)).problem).toEqual({
			kind: 'requestTimedOut',
			reason: 'no whole answer came within 0.1 s',
		});
	});

	it('is cut where the reply only drips', async () => {
		const server = await started(
			serve((response) => {
				response.writeHead(200, { 'content-type': 'application/json' });
				const drip = setInterval(() => response.write(' '), 5);
				response.once('close', () => clearInterval(drip));
			}),
		);
		expect((await send(server.url, STATUS, 80)).problem?.kind).toBe('requestTimedOut');
	});

	it('is cut at once by its signal', async () => {
		const server = await started(serve(() => controller.abort()));
		const controller = new AbortController();
		const outcome = await inExecution(
			server.url,
			async ({ http }) => await http.send(STATUS, { timeoutMs: 20_000, signal: controller.signal }),
		);
		expect(outcome.problem).toEqual({ kind: 'stopped' });
	});

	it('is not sent where its signal has come before', async () => {
		const server = await started(serve((response) => json(response, 200, {})));
		const outcome = await inExecution(
			server.url,
			async ({ http }) =>
				await http.send(STATUS, { timeoutMs: 1_000, signal: AbortSignal.abort() }),
		);
		expect(outcome.problem).toEqual({ kind: 'stopped' });
		expect(server.requests).toHaveLength(0);
	});
});

describe('after Stop', () => {
	it('a call with a signal of its own still goes out, with the key', async () => {
		const server = await started(
			serve((response) => json(response, 202, { status: 'CANCELLATION_REQUESTED' })),
		);
		const outcome = await inExecution(server.url, async ({ context, http, stop }) => {
			stop();
			while (!context.getExecutionCancelSignal()?.aborted) await Promise.resolve();
			return await http.send({ method: 'PUT', path: '/cancel' }, limits());
		});
		expect(outcome.value?.statusCode).toBe(202);
		expect(server.requests[0]!.headers.authorization).toBeDefined();
	});
});

describe('a redirect of the API', () => {
	it.each([301, 302, 303, 307, 308])('%d is handed over, and followed nowhere', async (code) => {
		const elsewhere = await started(serve((response) => json(response, 200, {})));
		const server = await started(
			serve((response) =>
				response.writeHead(code, { location: `${elsewhere.url}/trap?key=${API_KEY.length}` }).end(),
			),
		);
		for (const request of [STATUS, CREATE]) {
			expect((await send(server.url, request)).value?.statusCode).toBe(code);
		}
		expect(server.requests).toHaveLength(2);
		expect(elsewhere.requests).toHaveLength(0);
	});
});
