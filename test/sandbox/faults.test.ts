import { request } from 'undici';
import type { FaultRow } from '../../sandbox';
import { createdTaskOn } from './queueCalls';
import { Fixture, type JsonReply } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open({ jobSeconds: { min: 1, max: 1 } })));
afterAll(async () => await fixture.close());
afterEach(() => fixture.reset());

async function create(prompt = 'a stone'): Promise<JsonReply> {
	return await fixture.call('seaArtCloud', 'POST', '/v1/queue/flux_kontext_max', { prompt });
}

/** What comes back on a raw level: status, headers, text. */
async function rawStatusRead(
	patienceMs = 10_000,
): Promise<{ statusCode: number; location: unknown; text: string }> {
	const base = `${fixture.sandbox.baseUrls.seaArtCloud}/v1/queue/flux_kontext_max/requests`;
	const [task] = fixture.sandbox.ledger.taskRows();
	const { statusCode, headers, body } = await request(`${base}/${task?.id}/status`, {
		headers: { authorization: `Bearer ${fixture.sandbox.keys.valid}` },
		headersTimeout: patienceMs,
	});
	return { statusCode, location: headers.location, text: await body.text() };
}

/** The address of a finished picture. */
async function pictureUrl(prompt = 'a pebble'): Promise<string> {
	const { body } = await create(prompt);
	fixture.pass(2);
	return `${fixture.sandbox.pictureUrl}/pictures/${String(body.request_id)}/0.png`;
}

describe('faults on creates', () => {
	it('strike before acceptance by default: nothing is billed', async () => {
		fixture.sandbox.faults.add({
			call: 'create',
			fault: '429-seconds',
			retryAfterSeconds: 7,
			nth: 1,
		});
		const refused = await create();
		expect(refused.statusCode).toBe(429);
		expect(refused.headers['retry-after']).toBe('7');
		expect(refused.body).toMatchObject({ error: { code: 'RATE_LIMIT_EXCEEDED' } });
		expect(fixture.sandbox.ledger.billed()).toBe(0);
		expect((await create()).statusCode).toBe(200);
	});

	it('strike after acceptance on demand: the task is billed and its id lost', async () => {
		const fault: FaultRow = { call: 'create', when: 'afterAcceptance', fault: 'reset', times: 1 };
		fixture.sandbox.faults.add(fault);
		await expect(create()).rejects.toThrow(/ECONNRESET|other side closed|terminated/);
		expect(fixture.sandbox.ledger.requests).toMatchObject([
			{ call: 'create', accepted: true, billed: true, statusCode: null, fault: 'reset' },
		]);
		expect(fixture.sandbox.ledger.billed()).toBe(1);
	});

	it('know Retry-After as a date', async () => {
		fixture.sandbox.faults.add({ call: 'create', fault: '429-date', retryAfterSeconds: 60 });
		const { headers } = await create();
		expect(Date.parse(String(headers['retry-after']))).toBeGreaterThan(Date.now() + 50_000);
	});

	it('choose by prompt, by gateway and by count', async () => {
		fixture.sandbox.faults.add([
			{ call: 'create', fault: '500', promptIncludes: 'unlucky' },
			{ call: 'any', gateway: 'vtrix', fault: '500' },
			{ call: 'create', fault: '503', nth: 3, times: 2 },
		]);
		const statuses: number[] = [];
		for (const prompt of ['a', 'unlucky', 'b', 'c', 'd']) {
			statuses.push((await create(prompt)).statusCode);
		}
		expect(statuses).toEqual([200, 500, 503, 503, 200]);
	});

	it('choose by prompt on every call of a task', async () => {
		const lucky = await createdTaskOn(fixture, { prompt: 'a good day' });
		const unlucky = await createdTaskOn(fixture, { prompt: 'an unlucky day' });
		fixture.sandbox.faults.add({ call: 'any', fault: '500', promptIncludes: 'unlucky' });
		expect((await lucky.status()).statusCode).toBe(200);
		expect((await unlucky.status()).statusCode).toBe(500);
		expect((await unlucky.cancel()).statusCode).toBe(500);
	});

	it('come with the seeded probability', async () => {
		fixture.sandbox.faults.add({ call: 'create', fault: '500', probability: 0.5 });
		const replies = await Promise.all(Array.from({ length: 60 }, async () => await create()));
		const failed = replies.filter(({ statusCode }) => statusCode === 500).length;
		expect(failed).toBeGreaterThan(15);
		expect(failed).toBeLessThan(45);
	});

	it('are refused when they make no sense', () => {
		const row = { call: 'create', fault: 'earthquake' } as unknown as FaultRow;
		expect(() => fixture.sandbox.faults.add(row)).toThrow('Invalid');
	});
});

describe('faults on reads', () => {
	it.each([
		['502-html', 502, /^<!DOCTYPE html>/],
		['504-html', 504, /^<!DOCTYPE html>/],
		['html200', 200, /^<!DOCTYPE html>/],
		['503', 503, /Injected/],
		['401', 401, /UNAUTHORIZED/],
		['403', 403, /FORBIDDEN/],
		['404', 404, /NOT_FOUND/],
		['cutJson', 200, /^\{"status":"IN_QUEUE"[^}]*$/],
		['slowDrip', 200, /^\{"status":"IN_QUEUE".*\}$/],
	] as const)('%s', async (fault, statusCode, pattern) => {
		await create();
		fixture.sandbox.faults.add({ call: 'status', fault, dripMs: 1 });
		const reply = await rawStatusRead();
		expect(reply.statusCode).toBe(statusCode);
		expect(reply.text).toMatch(pattern);
	});

	it('hang until the caller gives up', async () => {
		await create();
		fixture.sandbox.faults.add({ call: 'status', fault: 'hang' });
		await expect(rawStatusRead(300)).rejects.toThrow('Headers Timeout');
	});

	it('redirect to another origin', async () => {
		await create();
		fixture.sandbox.faults.add({ call: 'status', fault: 'redirect' });
		const { statusCode, location } = await rawStatusRead();
		expect(statusCode).toBe(302);
		expect(location).toBe(`${fixture.sandbox.pictureUrl}/trap`);
	});

	it('give any reply that the row spells out', async () => {
		await create();
		fixture.sandbox.faults.add({ call: 'status', fault: { statusCode: 200, body: [null, 7] } });
		expect(await rawStatusRead()).toMatchObject({ statusCode: 200, text: '[null,7]' });
	});
});

describe('faults on pictures', () => {
	it.each(['truncated', 'cutChunked'] as const)('%s breaks off', async (fault) => {
		const url = await pictureUrl();
		fixture.sandbox.faults.add({ call: 'picture', fault, times: 1 });
		await expect(fixture.bytesAt(url)).rejects.toThrow();
		expect((await fixture.bytesAt(url)).length).toBeGreaterThan(0);
		expect(fixture.sandbox.ledger.where({ call: 'picture' })).toMatchObject([
			{ fault, accepted: false },
			{ fault: null, accepted: true },
		]);
	});

	it.each([
		['half', true],
		['halfUnknownLength', false],
	] as const)('%s is the first half, and looks whole', async (fault, hasLength) => {
		const url = await pictureUrl();
		const whole = await fixture.bytesAt(url);
		fixture.sandbox.faults.add({ call: 'picture', fault, times: 1 });
		const { statusCode, headers, body } = await request(url);
		const half = Buffer.from(await body.arrayBuffer());
		expect(statusCode).toBe(200);
		expect(half).toEqual(whole.subarray(0, whole.length / 2));
		expect(headers['content-length']).toBe(hasLength ? String(half.length) : undefined);
		expect(await fixture.bytesAt(url)).toEqual(whole);
	});

	it.each([
		['html', 200, 'text/html; charset=utf-8'],
		['wrongType', 200, 'text/plain'],
		['expired', 403, 'application/xml'],
		['unknownLength', 200, 'image/png'],
	])('%s may come with the prompt', async (fault, statusCode, type) => {
		const url = await pictureUrl(`[picture=${fault}]`);
		const reply = await request(url);
		await reply.body.dump();
		expect(reply.statusCode).toBe(statusCode);
		expect(reply.headers['content-type']).toBe(type);
		expect(reply.headers['content-length'] === undefined).toBe(fault === 'unknownLength');
	});

	it('endless goes on until the caller hangs up', async () => {
		const url = await pictureUrl();
		fixture.sandbox.faults.add({ call: 'picture', fault: 'endless' });
		const { body } = await request(url);
		let received = 0;
		for await (const piece of body as AsyncIterable<Buffer>) {
			received += piece.length;
			if (received > 4_000_000) break;
		}
		expect(received).toBeGreaterThan(4_000_000);
	});

	it('redirect leads to the same picture at another origin', async () => {
		const url = await pictureUrl();
		fixture.sandbox.faults.add({ call: 'picture', fault: 'redirect', times: 1 });
		const { statusCode, headers, body } = await request(url);
		await body.dump();
		expect(statusCode).toBe(302);
		expect(String(headers.location)).toContain(`${fixture.sandbox.url}/sandbox/moved/`);
		expect(await fixture.bytesAt(headers.location)).toEqual(await fixture.bytesAt(url));
	});
});

it('a sandbox closes although a call hangs', async () => {
	const other = await Fixture.open();
	const { faults, ledger } = other.sandbox;
	faults.add({ call: 'status', fault: 'hang' });
	const hanging = expect(other.call('vtrix', 'GET', '/v1/generation/task/x')).rejects.toThrow();
	while (ledger.requests.length === 0) await new Promise(setImmediate);
	await other.close();
	await hanging;
});
