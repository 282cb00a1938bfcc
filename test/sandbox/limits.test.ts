import { request } from 'undici';
import type { LimitRow } from '../../sandbox';
import { Fixture, type JsonReply } from './fixture';

let fixture: Fixture;

beforeAll(async () => (fixture = await Fixture.open({ jobSeconds: { min: 4, max: 4 } })));
afterAll(async () => await fixture.close());
afterEach(() => {
	fixture.reset();
	fixture.sandbox.limits.clear();
	fixture.pass(60);
});

const limit = (...rows: LimitRow[]) => fixture.sandbox.limits.set(rows);

async function create(model = 'flux_pro_11', prompt = 'a bee'): Promise<JsonReply> {
	return await fixture.call('odiRouter', 'POST', `/v1/queue/${model}`, { prompt });
}

async function createAtToApis(): Promise<JsonReply> {
	const body = { model: 'flux-kontext-max', prompt: 'a bee' };
	return await fixture.call('toApis', 'POST', '/v1/images/generations', body);
}

async function readAtToApis(id: unknown): Promise<JsonReply> {
	return await fixture.call('toApis', 'GET', `/v1/images/generations/${String(id)}`);
}

/** The statuses of so many calls, one after the other. */
async function statuses(count: number, call: () => Promise<JsonReply>): Promise<number[]> {
	const found: number[] = [];
	for (let made = 0; made < count; made++) found.push((await call()).statusCode);
	return found;
}

const refusedOf = (found: readonly number[]) => found.filter((status) => status === 429).length;

describe('so many tasks at a time', () => {
	it('refuses the creates above, and takes one as soon as one has ended', async () => {
		limit({ kind: 'tasks', most: 2 });
		expect(await statuses(3, create)).toEqual([200, 200, 429]);
		fixture.pass(4);
		expect(await statuses(3, create)).toEqual([200, 200, 429]);
	});

	it('holds where creates come together', async () => {
		limit({ kind: 'tasks', most: 3 });
		const replies = await Promise.all(Array.from({ length: 10 }, async () => await create()));
		expect(refusedOf(replies.map(({ statusCode }) => statusCode))).toBe(7);
		expect(fixture.sandbox.ledger.billed()).toBe(3);
	});

	it('refuses no read', async () => {
		const { body } = await createAtToApis();
		limit({ kind: 'tasks', most: 1 });
		expect((await readAtToApis(body.id)).statusCode).toBe(200);
	});

	it('counts no create that was refused for another reason', async () => {
		limit({ kind: 'tasks', most: 1 });
		expect(await statuses(1, async () => await create('flux_pro_11', ''))).toEqual([422]);
		expect(await statuses(1, create)).toEqual([200]);
	});

	it.each([
		['a place that a cancel has freed', 'cancel'],
		['a place whose task has failed', 'failure'],
	])('gives %s to the next', async (_what, how) => {
		limit({ kind: 'tasks', most: 1 });
		const { body } = await create('flux_pro_11', how === 'failure' ? 'a bee [failed]' : 'a bee');
		const task = `/v1/queue/flux_pro_11/requests/${String(body.request_id)}`;
		if (how === 'cancel') await fixture.call('odiRouter', 'PUT', `${task}/cancel`);
		else fixture.pass(4);
		expect((await create()).statusCode).toBe(200);
	});

	it('may be one for a model, beside one for all', async () => {
		limit({ kind: 'tasks', most: 1, model: 'flux_pro_11' }, { kind: 'tasks', most: 2 });
		expect(await statuses(2, create)).toEqual([200, 429]);
		expect(await statuses(2, async () => await create('flux_2_pro'))).toEqual([200, 429]);
	});

	it('may be told in words of its own', async () => {
		limit({ kind: 'tasks', most: 0, body: { error: 'Too much at once' } });
		expect(await create()).toMatchObject({ statusCode: 429, body: { error: 'Too much at once' } });
	});
});

describe('two buckets', () => {
	/** docs/contracts/toapis.md#limits */
	const buckets = (given: Partial<LimitRow & { kind: 'bucket' }>): LimitRow[] => [
		{ kind: 'bucket', of: 'creates', perSecond: 5, burst: 50, ...given },
		{ kind: 'bucket', of: 'reads', perSecond: 50, burst: 500, ...given },
	];

	it('count creates and reads apart, and fill again', async () => {
		limit(...buckets({}));
		const { body } = await createAtToApis();
		expect(refusedOf(await statuses(51, createAtToApis))).toBe(2);
		expect((await readAtToApis(body.id)).statusCode).toBe(200);
		fixture.pass(1);
		expect(await statuses(6, createAtToApis)).toEqual([200, 200, 200, 200, 200, 429]);
	});

	it('say in every reply what is left of its own bucket, where they have headers', async () => {
		limit(...buckets({ headers: true }));
		const { body, headers } = await createAtToApis();
		expect(headers).toMatchObject({
			'x-ratelimit-limit': '50',
			'x-ratelimit-remaining': '49',
			'x-ratelimit-reset': '0',
			'x-ratelimit-category': 'async_submit',
		});
		expect((await readAtToApis(body.id)).headers).toMatchObject({
			'x-ratelimit-remaining': '499',
			'x-ratelimit-category': 'async_query',
		});
		await statuses(49, createAtToApis);
		expect((await createAtToApis()).headers).toMatchObject({
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': '1',
			'retry-after': '1',
		});
	});

	it('say nothing of time where they should not', async () => {
		limit(...buckets({ retryAfter: false, perSecond: 1, burst: 1 }));
		await createAtToApis();
		const { statusCode, headers } = await createAtToApis();
		expect(statusCode).toBe(429);
		expect(headers).not.toHaveProperty('retry-after');
		expect(headers).not.toHaveProperty('x-ratelimit-reset');
	});
});

describe('a share of creates refused', () => {
	it('is about that share, with Retry-After, and spares reads', async () => {
		limit({ kind: 'share', of: 'creates', share: 0.3, retryAfterSeconds: 1 });
		const replies: JsonReply[] = [];
		for (let made = 0; made < 100; made++) replies.push(await createAtToApis());
		const refused = replies.filter(({ statusCode }) => statusCode === 429);
		expect(refused.length).toBeGreaterThan(15);
		expect(refused.length).toBeLessThan(45);
		expect(refused[0]?.headers['retry-after']).toBe('1');
		const { id } = replies.find(({ statusCode }) => statusCode === 200)!.body;
		expect(refusedOf(await statuses(30, async () => await readAtToApis(id)))).toBe(0);
	});

	it('is the same for the same seed', async () => {
		const run = async () => {
			limit({ kind: 'share', of: 'creates', share: 0.5 });
			return await statuses(20, create);
		};
		expect(await run()).toEqual(await run());
	});
});

describe('a fixed window', () => {
	it('takes so many calls of any kind, then none until the next begins', async () => {
		limit({ kind: 'window', most: 3, seconds: 60 });
		const { body } = await createAtToApis();
		fixture.pass(50);
		expect(await statuses(3, async () => await readAtToApis(body.id))).toEqual([200, 200, 429]);
		fixture.pass(10);
		expect(await statuses(4, async () => await readAtToApis(body.id))).toEqual([
			200, 200, 200, 429,
		]);
	});
});

describe('a gateway that is closed for a while', () => {
	it('refuses everything in that time, and nothing after', async () => {
		limit({ kind: 'closed', fromSeconds: 10, seconds: 25 });
		expect((await create()).statusCode).toBe(200);
		fixture.pass(10);
		expect((await create()).statusCode).toBe(429);
		fixture.pass(24.9);
		expect((await create()).statusCode).toBe(429);
		fixture.pass(0.1);
		expect((await create()).statusCode).toBe(200);
	});
});

describe('limits', () => {
	it('count a call that one of them refuses in none', async () => {
		limit({ kind: 'bucket', perSecond: 1, burst: 2 }, { kind: 'tasks', most: 1 });
		expect(await statuses(4, create)).toEqual([200, 429, 429, 429]);
		const { statusCode } = await fixture.call('odiRouter', 'GET', '/v2/other');
		expect(statusCode).toBe(404);
	});

	it('may be those of one gateway alone', async () => {
		limit({ kind: 'tasks', most: 0, gateway: 'toApis' });
		expect((await create()).statusCode).toBe(200);
		expect((await createAtToApis()).statusCode).toBe(429);
	});

	it('are set and cleared over HTTP', async () => {
		const page = `${fixture.sandbox.url}/sandbox/limits`;
		const set = async (body: unknown) =>
			await request(page, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
		const reply = await set({ kind: 'tasks', most: 0 });
		expect(await reply.body.json()).toEqual([{ kind: 'tasks', most: 0 }]);
		expect((await create()).statusCode).toBe(429);
		const wrong = await set({ kind: 'nap' });
		await wrong.body.dump();
		expect(wrong.statusCode).toBe(400);
		await (await request(page, { method: 'DELETE' })).body.dump();
		expect((await create()).statusCode).toBe(200);
	});
});
