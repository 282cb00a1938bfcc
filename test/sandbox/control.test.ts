import { request } from 'undici';
import { Fixture } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open({ rateLimit: { requestsPerSecond: 5 } })));
afterAll(async () => await fixture.close());
afterEach(() => {
	fixture.reset();
	fixture.pass(10);
});

async function control(
	method: 'GET' | 'POST' | 'DELETE',
	page: string,
	body?: unknown,
): Promise<{ statusCode: number; text: string }> {
	const response = await request(`${fixture.sandbox.url}/sandbox${page}`, {
		method,
		headers: body === undefined ? {} : { 'content-type': 'application/json' },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	return { statusCode: response.statusCode, text: await response.body.text() };
}

async function create(parameters: object) {
	return await fixture.call('odiRouter', 'POST', '/v1/queue/flux_pro_11', parameters);
}

describe('the ledger', () => {
	it('tells every request and task, also over HTTP', async () => {
		const { body } = await create({ prompt: 'a bee' });
		await create({ prompt: 7 });
		const { requests, tasks, billed } = JSON.parse((await control('GET', '/ledger')).text) as {
			requests: unknown[];
			tasks: unknown[];
			billed: number;
		};
		const row = { gateway: 'odiRouter', call: 'create', method: 'POST', authorization: true };
		expect(requests).toMatchObject([
			{ ...row, statusCode: 200, accepted: true, billed: true, taskId: body.request_id },
			{ ...row, statusCode: 422, accepted: false, billed: false, body: { prompt: 7 } },
		]);
		expect(tasks).toMatchObject([{ id: body.request_id, model: 'flux_pro_11', billed: 1 }]);
		expect(billed).toBe(1);
	});

	it('keeps digests of long texts only', async () => {
		await create({ prompt: 'x', image_prompt: 'A'.repeat(4_000) });
		expect(JSON.stringify(fixture.sandbox.ledger.requests)).toContain('<4000 characters, sha256 ');
	});

	it('can be emptied, and the tasks live on', async () => {
		const { body } = await create({ prompt: 'a wasp' });
		await control('DELETE', '/ledger');
		expect(fixture.sandbox.ledger.taskRows()).toEqual([]);
		const path = `/v1/queue/flux_pro_11/requests/${String(body.request_id)}/status`;
		expect((await fixture.call('odiRouter', 'GET', path)).statusCode).toBe(200);
	});

	it('records calls to paths that the gateway does not have', async () => {
		expect((await fixture.call('vtrix', 'GET', '/v2/other')).statusCode).toBe(404);
		expect(
			fixture.sandbox.ledger.where({ call: 'other', path: '/vtrix/model/v2/other' }),
		).toHaveLength(1);
	});
});

describe('control over HTTP', () => {
	it('sets and clears faults', async () => {
		const row = { call: 'create', fault: '500' };
		expect(JSON.parse((await control('POST', '/faults', row)).text)).toEqual([row]);
		expect((await create({ prompt: 'x' })).statusCode).toBe(500);
		expect((await control('DELETE', '/faults')).text).toBe('[]');
		expect((await control('POST', '/faults', { call: 'nap' })).statusCode).toBe(400);
	});

	it('sets and resets quirks', async () => {
		await control('POST', '/quirks', { jpegIsPng: true });
		expect(fixture.sandbox.quirks.current.jpegIsPng).toBe(true);
		await control('DELETE', '/quirks');
		expect(fixture.sandbox.quirks.current.jpegIsPng).toBe(false);
		expect((await control('POST', '/quirks', { colour: 1 })).statusCode).toBe(400);
	});

	it('tells people how to use the sandbox', async () => {
		const { text } = await control('GET', '');
		for (const base of Object.values(fixture.sandbox.baseUrls)) expect(text).toContain(base);
		expect(text).toContain('[moderated]');
	});
});

describe('the rate limit', () => {
	it('answers 429 with Retry-After above it, and lets calls through again after a while', async () => {
		const call = async (): Promise<number> => (await create({ prompt: 'x' })).statusCode;
		const statuses = await Promise.all(Array.from({ length: 8 }, call));
		expect(statuses.filter((status) => status === 429)).toHaveLength(3);
		fixture.pass(0.2);
		expect(await call()).toBe(200);
		expect((await create({ prompt: 'x' })).headers['retry-after']).toBe('1');
	});

	it('is counted for each gateway apart', async () => {
		await Promise.all(Array.from({ length: 5 }, async () => await create({ prompt: 'x' })));
		expect((await fixture.call('vtrix', 'GET', '/v1/generation/task/x')).statusCode).toBe(404);
	});
});
