import { createRule, CREATE_RULES } from '../../../nodes/FluxImage/client/retry';
import type { ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { Limiter } from '../../../nodes/FluxImage/client/limiter';
import type { Order } from '../../../nodes/FluxImage/tasks/order';
import type { Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const limited = (retryAfter?: string): Fault => ({
	reply: { statusCode: 429, ...(retryAfter && { headers: { 'retry-after': retryAfter } }) },
});

/** Creates; the time is in milliseconds from now, less than a call may take where it is not said. */
const create = async (timeoutMs = 20_000, changed: Partial<Order> = {}) => {
	const { client } = harness.execution();
	return await client.create({ ...harness.order(), ...changed }, harness.wait(timeoutMs));
};

describe('a create', () => {
	it('is one POST where all goes well', async () => {
		const { value: task } = await harness.clock.run(create());
		expect(task).toMatchObject({
			requestId: 'task-1',
			status: 'queued',
			modelId: 'flux_kontext_max',
		});
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	const doubtful: ReadonlyArray<readonly [string, Fault]> = [
		['HTTP 500', { reply: { statusCode: 500 } }],
		['HTTP 503 with Retry-After', { reply: { statusCode: 503, headers: { 'retry-after': '1' } } }],
		['HTTP 408', { reply: { statusCode: 408 } }],
		['a success without an id', { reply: { body: {} } }],
		['a page of HTML', { reply: { body: '<html><title>Hello</title></html>' } }],
		['a connection that broke', { network: 'interrupted' }],
		['no answer', { hang: true }],
	];

	it.each(
		doubtful.flatMap(([name, fault]) =>
			[true, false].map((accepted) => [name, accepted, fault] as const),
		),
	)('after %s (accepted: %s) is not sent again', async (_name, accepted, fault) => {
		harness.queue.faults.create.push({ ...fault, accepted });
		expect(await harness.problemOf(create())).toMatchObject({ kind: 'createUncertain' });
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	const refused: ReadonlyArray<readonly [number, ProblemKind]> = [
		[400, 'badParameters'],
		[401, 'badKey'],
		[402, 'noCredit'],
		[403, 'notAllowed'],
		[404, 'notFound'],
		[422, 'badParameters'],
		[307, 'redirected'],
	];

	it.each(refused)('refused with HTTP %s is not sent again: %s', async (statusCode, kind) => {
		harness.queue.faults.create.push({ reply: { statusCode } });
		expect(await harness.problemOf(create())).toMatchObject({ kind });
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('is awaited for 30 seconds at least, and as long as its item has time (FAULTS A5)', async () => {
		for (const [timeoutMs, awaitedMs] of [
			[2_000, 30_000],
			[120_000, 120_000],
		] as const) {
			harness.queue.faults.create.push({ hang: true });
			expect(await harness.timeOf(create(timeoutMs))).toBe(awaitedMs);
		}
	});

	it('has more time where it carries large images', async () => {
		harness.queue.faults.create.push({ hang: true });
		const { build } = harness.order();
		const images = ['x'.repeat(10_000_000), 'y'.repeat(15_000_000)];
		const withImages = async () => {
			const { value } = await build();
			return { value: { ...value!, parameters: { ...value!.parameters, images } } };
		};
		// 30 s, and 25 MB at 2 Mbit/s.
		expect(await harness.timeOf(create(20_000, { build: withImages }))).toBe(130_000);
	});

	it('that speaks of a limit in words of its own is sent again whatever its status (FAULTS F5)', () => {
		for (const httpCode of [200, 400, 402, 403, 503]) {
			const problem = { kind: 'rateLimited', httpCode, limit: 'tasks' } as const;
			expect(createRule(problem).retry).toBe('always');
		}
	});

	it('whose images cannot be had is not sent, and tells of them as they are', async () => {
		const interrupted = { problem: { kind: 'interrupted', reason: 'no upload' } } as const;
		const build = jest.fn(async () => interrupted);
		expect(await harness.clock.run(create(20_000, { build }))).toEqual(interrupted);
		expect(build).toHaveBeenCalledTimes(1);
		expect(harness.queue.calls).toHaveLength(0);
	});

	it('whose code may be a rate limit, without HTTP 429 or words of one, is not sent again', async () => {
		harness.queue.faults.create.push({
			reply: { statusCode: 400, body: { error: { code: 1002, message: 'no' } } },
		});
		expect(await harness.problemOf(create())).toMatchObject({ kind: 'rateLimited' });
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it.each([
		['as long as', 20_000],
		['longer than', 21_000],
	])('whose images take %s its item has is not sent', async (_which, tookMs) => {
		const { build } = harness.order();
		const slow = async () => {
			await harness.clock.sleep(tookMs);
			return await build();
		};
		expect(await harness.problemOf(create(20_000, { build: slow }))).toEqual({
			kind: 'notSentInTime',
			reason: 'its images were not ready before',
		});
		expect(harness.queue.calls).toHaveLength(0);
	});

	it('whose last try comes too late is told what the tries before came to', async () => {
		const { build } = harness.order();
		const slow = async () => {
			await harness.clock.sleep(10);
			return await build();
		};
		harness.queue.faults.create.push(
			...Array.from({ length: 99 }, () => ({ network: 'neverConnected' as const })),
		);
		expect(await harness.problemOf(create(2_000, { build: slow }))).toMatchObject({
			kind: 'neverConnected',
		});
	});

	it('keeps the reason of a doubt', async () => {
		harness.queue.faults.create.push({
			reply: { statusCode: 500, body: { error: 'the disk is full' } },
		});
		expect(await harness.problemOf(create())).toMatchObject({
			kind: 'createUncertain',
			reason: 'the disk is full',
			httpCode: 500,
		});
	});
});

describe('a create that was not accepted', () => {
	it('is sent again with waits that double, from half a second to ten', async () => {
		harness.queue.faults.create.push(...Array.from({ length: 8 }, () => limited()));
		await harness.clock.run(create(600_000));
		expect(harness.gapsMs('create')).toEqual(
			[375, 750, 1_500, 3_000, 6_000, 7_500, 7_500, 7_500].map((waitMs) => waitMs + 20),
		);
	});

	it.each([
		['in seconds', '7'],
		['as a date', new Date(Date.UTC(2026, 0, 1) + 7_000).toUTCString()],
	])('waits as long as Retry-After asks, %s', async (_form, retryAfter) => {
		harness.queue.faults.create.push(limited(retryAfter));
		await harness.clock.run(create());
		// A tenth to a fifth later, since all who were told so come back at the same moment.
		expect(harness.gapsMs('create')[0]).toBeGreaterThanOrEqual(7_700);
		expect(harness.gapsMs('create')[0]).toBeLessThan(8_450);
	});

	it('is not awaited beyond the deadline', async () => {
		harness.queue.faults.create.push(limited('61'));
		const startedMs = harness.clock.nowMs();
		expect(await harness.problemOf(create(60_000))).toMatchObject({ kind: 'rateLimited' });
		expect(harness.clock.nowMs() - startedMs).toBe(20);
	});

	it('is sent again right up to the deadline', async () => {
		harness.queue.faults.create.push(limited('51'));
		expect(await harness.clock.run(create(60_000))).toMatchObject({
			value: { requestId: 'task-1' },
		});
	});

	it('is told within seconds where the host cannot be reached', async () => {
		harness.queue.faults.create.push(
			...Array.from({ length: 99 }, () => ({ network: 'neverConnected' as const })),
		);
		const startedMs = harness.clock.nowMs();
		expect(await harness.problemOf(create())).toMatchObject({ kind: 'neverConnected' });
		expect(harness.clock.nowMs() - startedMs).toBeLessThanOrEqual(15_000);
		expect(harness.queue.sent('create')).toHaveLength(0);
	});

	it('is accepted once the host is back', async () => {
		harness.queue.faults.create.push({ network: 'neverConnected' }, { network: 'neverConnected' });
		await harness.clock.run(create());
		expect(harness.queue.tasks.size).toBe(1);
	});

	it('has its time for an unreachable host from the first such failure', async () => {
		const down = Array.from({ length: 2 }, () => ({ network: 'neverConnected' as const }));
		harness.queue.faults.create.push(limited('30'), ...down);
		expect((await harness.clock.run(create(600_000))).value).toMatchObject({
			requestId: 'task-1',
		});
	});

	it('builds what it sends anew each time, so that images are not kept', async () => {
		harness.queue.faults.create.push(limited());
		const build = jest.fn(harness.order().build);
		await harness.clock.run(create(20_000, { build }));
		expect(build).toHaveBeenCalledTimes(2);
	});
});

describe('Stop during a create', () => {
	it('lets the answer come, for its id (FAULTS A3)', async () => {
		const work = create();
		const stopped = harness.clock.sleep(10).then(() => harness.stop());
		expect(await harness.clock.run(work)).toMatchObject({ value: { requestId: 'task-1' } });
		await stopped;
	});

	it('waits for it as long as ever', async () => {
		harness.queue.faults.create.push({ hang: true, accepted: true });
		const startedMs = harness.clock.nowMs();
		harness.after(10, () => harness.stop());
		expect(await harness.problemOf(create())).toMatchObject({ kind: 'createUncertain' });
		expect(harness.clock.nowMs() - startedMs).toBe(30_000);
	});

	it('ends the wait for the next try', async () => {
		harness.queue.faults.create.push(limited('10'));
		void harness.clock.sleep(100).then(() => harness.stop());
		const startedMs = harness.clock.nowMs();
		expect(await harness.problemOf(create())).toMatchObject({ kind: 'stopped' });
		expect(harness.clock.nowMs() - startedMs).toBe(100);
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('before it sends nothing, and reads no images for it', async () => {
		const build = jest.fn(harness.order().build);
		const work = create(20_000, { build });
		harness.stop();
		expect(await harness.problemOf(work)).toMatchObject({ kind: 'stopped' });
		expect(harness.queue.calls).toHaveLength(0);
		expect(build).not.toHaveBeenCalled();
	});

	it('while its images are read sends nothing', async () => {
		const build: Order['build'] = async () => {
			await harness.clock.sleep(1_000);
			return await harness.order().build();
		};
		harness.after(500, () => harness.stop());
		expect(await harness.problemOf(create(20_000, { build }))).toMatchObject({ kind: 'stopped' });
		expect(harness.queue.calls).toHaveLength(0);
	});

	it('leaves no sleeper behind, and a later Stop wakes none', async () => {
		await harness.clock.run(create());
		harness.stop();
		expect(harness.clock.sleeping).toBe(0);
	});
});

it('a create whose turn does not come in time is not sent', async () => {
	const acquire = jest.fn(async () => undefined);
	const { client } = harness.execution({ limiter: { acquire } });
	const work = client.create(harness.order(), harness.wait(20_000));
	expect(await harness.problemOf(work)).toMatchObject({ kind: 'rateLimited' });
	expect(acquire).toHaveBeenCalledWith(
		expect.objectContaining({ kind: 'create', modelId: 'flux_kontext_max', tasks: 1 }),
		expect.anything(),
	);
	expect(harness.queue.calls).toHaveLength(0);
});

describe('the place of a task among the tasks at a time', () => {
	/** A limiter that notes what becomes of each turn. */
	function recording() {
		const events: string[] = [];
		const acquire: Limiter['acquire'] = async ({ kind }) => ({
			accepted: () => void events.push(`${kind} accepted`),
			refused: ({ meaning }) => void events.push(`${kind} refused: ${meaning}`),
			end: () => void events.push(`${kind} ended`),
		});
		return { events, limiter: { acquire } };
	}

	it('is held until a status says that it has ended', async () => {
		const { events, limiter } = recording();
		const { client } = harness.execution({ limiter });
		const { value: task } = await harness.clock.run(client.create(harness.order(), harness.wait()));
		await harness.clock.run(client.status(task!, harness.wait()));
		expect(events).not.toContain('create ended');
		await harness.clock.pass(10_000);
		await harness.clock.run(client.status(task!, harness.wait()));
		expect(events.at(-1)).toBe('create ended');
	});

	it('is held by no task that its create already tells finished', async () => {
		const { events, limiter } = recording();
		const failed = { request_id: 'task-9', status: 'FAILED', error: 'no' };
		harness.queue.faults.create.push({ reply: { statusCode: 200, body: failed } });
		const { client } = harness.execution({ limiter });
		const { value } = await harness.clock.run(client.create(harness.order(), harness.wait()));
		expect(value?.status).toBe('failed');
		expect(events).toEqual(['create accepted', 'create ended']);
	});

	it('is not held by a task that is left to another node', async () => {
		const { events, limiter } = recording();
		const { client } = harness.execution({ limiter });
		const order = { ...harness.order(), isLeft: true };
		await harness.clock.run(client.create(order, harness.wait()));
		expect(events).toEqual(['create accepted', 'create ended']);
	});

	it('is free once its cancel is answered', async () => {
		const { events, limiter } = recording();
		const { client } = harness.execution({ limiter });
		const { value: task } = await harness.clock.run(client.create(harness.order(), harness.wait()));
		await harness.clock.run(client.cancel(task!, harness.wait()));
		expect(events).toContain('create ended');
	});

	it('is free once its wait has ended, though its task runs on: after Stop', async () => {
		const { events, limiter } = recording();
		const execution = harness.execution({ limiter });
		harness.after(500, () => harness.stop());
		const order = { ...harness.order(), cancelOnStop: false };
		const ending = await harness.clock.run(harness.generate(execution, order));
		expect(ending.problem?.kind).toBe('stopped');
		expect(events).toEqual(['create accepted', 'create ended']);
	});

	it('is free once its gateway knows the task no more', async () => {
		const { events, limiter } = recording();
		harness.queue.faults.status.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 404 } })),
		);
		const ending = await harness.clock.run(harness.generate(harness.execution({ limiter })));
		expect(ending.problem?.kind).toBe('notFound');
		expect(events.at(-1)).toBe('create ended');
	});

	it('is given back where what is to be sent cannot be read', async () => {
		const { events, limiter } = recording();
		const { client } = harness.execution({ limiter });
		const build = async () => await Promise.reject(new Error('no such file'));
		const work = client.create({ ...harness.order(), build }, harness.wait());
		await expect(harness.clock.run(work)).rejects.toThrow('no such file');
		expect(events).toEqual(['create ended']);
	});

	it.each<[string, Fault, string]>([
		['a refusal', { reply: { statusCode: 401 } }, 'create accepted'],
		['a limit', limited('99'), 'create refused: unknown'],
		['a broken line', { network: 'interrupted' }, 'create ended'],
	])('is given back after %s', async (_name, fault, first) => {
		harness.queue.faults.create.push(fault);
		const { events, limiter } = recording();
		const { client } = harness.execution({ limiter });
		await harness.clock.run(client.create(harness.order(), harness.wait(20_000)));
		expect(events[0]).toBe(first);
		expect(events.at(-1)).toBe('create ended');
	});

	it('is given back where Stop comes with the turn', async () => {
		const { events, limiter } = recording();
		const { client } = harness.execution({
			limiter: {
				acquire: async (...call) => {
					const turn = await limiter.acquire(...call);
					harness.stop();
					return turn;
				},
			},
		});
		const work = client.create(harness.order(), harness.wait());
		expect(await harness.problemOf(work)).toMatchObject({ kind: 'stopped' });
		expect(events).toEqual(['create ended']);
		expect(harness.queue.calls).toHaveLength(0);
	});
});

it("another item's failure does not cut a create: its id is needed", async () => {
	const work = create();
	void harness.clock.sleep(10).then(() => harness.fail());
	expect(await harness.clock.run(work)).toMatchObject({ value: { requestId: 'task-1' } });
});

it('the money rule gives a reason in each row', () => {
	for (const { because } of Object.values(CREATE_RULES)) expect(because).toMatch(/\w+ \w+/);
	const resent = Object.entries(CREATE_RULES).filter(([, { retry }]) => retry !== 'never');
	expect(resent.map(([kind]) => kind)).toEqual(['rateLimited', 'neverConnected']);
});

it('the money rule doubts what it does not know, and refuses what speaks of a rate without HTTP 429', () => {
	expect(createRule({ kind: 'noImages' }).uncertain).toBe(true);
	expect(createRule({ kind: 'rateLimited', httpCode: 400 }).retry).toBe('never');
	expect(createRule({ kind: 'rateLimited', httpCode: 429 }).retry).toBe('always');
	for (const problem of [{ kind: 'noImages' }, { kind: 'rateLimited' }] as const) {
		expect(createRule(problem).because).toMatch(/\w+ \w+/);
	}
});
