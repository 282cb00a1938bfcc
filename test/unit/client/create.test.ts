import { createTask } from '../../../nodes/FluxImage/tasks/create';
import { UNPACED } from '../../../tooling/limits/pacerOf10';
import { createRule, CREATE_RULES } from '../../../nodes/FluxImage/tasks/rules';
import type { ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { Fault } from '../tasks/fakeQueue';
import { Workbench } from '../tasks/workbench';

let bench: Workbench;

beforeEach(() => (bench = new Workbench()));

const limited = (retryAfter?: string): Fault => ({
	reply: { statusCode: 429, ...(retryAfter && { headers: { 'retry-after': retryAfter } }) },
});

const create = async (timeoutMs = 600_000) => {
	const { session } = bench.room();
	return await createTask(session, bench.order().submit, bench.clock.nowMs() + timeoutMs);
};

describe('a create', () => {
	it('is one POST where all goes well', async () => {
		const task = await bench.clock.run(create());
		expect(task).toMatchObject({
			requestId: 'task-1',
			status: 'queued',
			modelId: 'flux_kontext_max',
		});
		expect(bench.queue.sent('create')).toHaveLength(1);
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
		bench.queue.faults.create.push({ ...fault, accepted });
		expect(await bench.problemOf(create())).toMatchObject({ kind: 'mayHaveBeenAccepted' });
		expect(bench.queue.sent('create')).toHaveLength(1);
	});

	const refused: ReadonlyArray<readonly [number, ProblemKind]> = [
		[400, 'badParameters'],
		[401, 'badKey'],
		[402, 'noCredit'],
		[403, 'notAllowed'],
		[404, 'notFound'],
		[422, 'badParameters'],
		[302, 'redirected'],
	];

	it.each(refused)('refused with HTTP %s is not sent again: %s', async (statusCode, kind) => {
		bench.queue.faults.create.push({ reply: { statusCode } });
		expect(await bench.problemOf(create())).toMatchObject({ kind });
		expect(bench.queue.sent('create')).toHaveLength(1);
	});

	it('is cut after 30 seconds without an answer', async () => {
		bench.queue.faults.create.push({ hang: true });
		const startedMs = bench.clock.nowMs();
		await bench.problemOf(create());
		expect(bench.clock.nowMs() - startedMs).toBe(30_000);
	});

	it('has more time where it carries large images', async () => {
		bench.queue.faults.create.push({ hang: true });
		const startedMs = bench.clock.nowMs();
		const submit = async () => {
			const submission = await bench.order().submit();
			const images = ['x'.repeat(10_000_000), 'y'.repeat(15_000_000)];
			return { ...submission, parameters: { ...submission.parameters, images } };
		};
		await bench.problemOf(createTask(bench.room().session, submit, Infinity));
		// 30 s, and 25 MB at 2 Mbit/s.
		expect(bench.clock.nowMs() - startedMs).toBe(130_000);
	});

	it('that may have been accepted is not sent again though the clock is set back meanwhile', async () => {
		bench.queue.faults.create.push({ network: 'interrupted', accepted: true });
		const { session } = bench.room();
		let setBackMs = 0;
		const clock = {
			nowMs: () => bench.clock.nowMs() - setBackMs,
			sleep: bench.clock.sleep.bind(bench.clock),
		};
		void bench.clock.sleep(10).then(() => (setBackMs = 3_600_000));
		const work = createTask({ ...session, clock }, bench.order().submit, Infinity);
		expect(await bench.problemOf(work)).toMatchObject({ kind: 'mayHaveBeenAccepted' });
		expect(bench.queue.sent('create')).toHaveLength(1);
	});

	it('that speaks of a rate limit without HTTP 429 is not sent again', async () => {
		bench.queue.faults.create.push({
			reply: { statusCode: 400, body: { error: 'rate limit of this plan' } },
		});
		expect(await bench.problemOf(create())).toMatchObject({ kind: 'rateLimited' });
		expect(bench.queue.sent('create')).toHaveLength(1);
	});

	it('keeps the reason of a doubt', async () => {
		bench.queue.faults.create.push({
			reply: { statusCode: 500, body: { error: 'the disk is full' } },
		});
		expect(await bench.problemOf(create())).toMatchObject({
			kind: 'mayHaveBeenAccepted',
			reason: 'the disk is full',
			httpCode: 500,
		});
	});
});

describe('a create that was not accepted', () => {
	it('is sent again with waits that double, from half a second to ten', async () => {
		bench.queue.faults.create.push(...Array.from({ length: 8 }, () => limited()));
		await bench.clock.run(create());
		expect(bench.gapsMs('create')).toEqual(
			[375, 750, 1_500, 3_000, 6_000, 7_500, 7_500, 7_500].map((waitMs) => waitMs + 20),
		);
	});

	it.each([
		['in seconds', '7'],
		['as a date', new Date(Date.UTC(2026, 0, 1) + 7_000).toUTCString()],
	])('waits as long as Retry-After asks, %s', async (_form, retryAfter) => {
		bench.queue.faults.create.push(limited(retryAfter));
		await bench.clock.run(create());
		expect(bench.gapsMs('create')[0]).toBeGreaterThanOrEqual(7_000);
		expect(bench.gapsMs('create')[0]).toBeLessThan(7_100);
	});

	it('is not awaited beyond the deadline', async () => {
		bench.queue.faults.create.push(limited('61'));
		const startedMs = bench.clock.nowMs();
		expect(await bench.problemOf(create(60_000))).toMatchObject({ kind: 'rateLimited' });
		expect(bench.clock.nowMs() - startedMs).toBe(20);
	});

	it('is sent again right up to the deadline', async () => {
		bench.queue.faults.create.push(limited('59'));
		expect(await bench.clock.run(create(60_000))).toMatchObject({ requestId: 'task-1' });
	});

	it('is told within seconds where the host cannot be reached', async () => {
		bench.queue.faults.create.push(
			...Array.from({ length: 99 }, () => ({ network: 'neverConnected' as const })),
		);
		const startedMs = bench.clock.nowMs();
		expect(await bench.problemOf(create())).toMatchObject({ kind: 'neverConnected' });
		expect(bench.clock.nowMs() - startedMs).toBeLessThanOrEqual(15_000);
		expect(bench.queue.sent('create')).toHaveLength(0);
	});

	it('is accepted once the host is back', async () => {
		bench.queue.faults.create.push({ network: 'neverConnected' }, { network: 'neverConnected' });
		await bench.clock.run(create());
		expect(bench.queue.tasks.size).toBe(1);
	});

	it('builds what it sends anew each time, so that images are not kept', async () => {
		bench.queue.faults.create.push(limited());
		const submit = jest.fn(bench.order().submit);
		const { session } = bench.room();
		await bench.clock.run(createTask(session, submit, Infinity));
		expect(submit).toHaveBeenCalledTimes(2);
	});
});

describe('Stop during a create', () => {
	it('lets the answer come for a second, for its id', async () => {
		const work = create();
		const stopped = bench.clock.sleep(10).then(() => bench.stop());
		expect(await bench.clock.run(work)).toMatchObject({ requestId: 'task-1' });
		await stopped;
	});

	it('does not wait longer than that', async () => {
		bench.queue.faults.create.push({ hang: true, accepted: true });
		const startedMs = bench.clock.nowMs();
		void bench.clock.sleep(10).then(() => bench.stop());
		expect(await bench.problemOf(create())).toMatchObject({ kind: 'mayHaveBeenAccepted' });
		expect(bench.clock.nowMs() - startedMs).toBe(1_010);
	});

	it('ends the wait for the next try', async () => {
		bench.queue.faults.create.push(limited('30'));
		void bench.clock.sleep(100).then(() => bench.stop());
		const startedMs = bench.clock.nowMs();
		expect(await bench.problemOf(create())).toMatchObject({ kind: 'stopped' });
		expect(bench.clock.nowMs() - startedMs).toBe(100);
		expect(bench.queue.sent('create')).toHaveLength(1);
	});

	it('before it sends nothing, and reads no images for it', async () => {
		const submit = jest.fn(bench.order().submit);
		const work = createTask(bench.room().session, submit, Infinity);
		bench.stop();
		expect(await bench.problemOf(work)).toMatchObject({ kind: 'stopped' });
		expect(bench.queue.calls).toHaveLength(0);
		expect(submit).not.toHaveBeenCalled();
	});

	it('leaves no sleeper behind, and a later Stop wakes none', async () => {
		await bench.clock.run(create());
		bench.stop();
		expect(bench.clock.sleeping).toBe(0);
	});
});

it('a create whose turn does not come in time is not sent', async () => {
	const { session } = bench.room();
	const turn = jest.fn(async () => false);
	const paced = { ...session, pacer: { ...UNPACED, turn } };
	const work = createTask(paced, bench.order().submit, Infinity);
	expect(await bench.problemOf(work)).toMatchObject({ kind: 'rateLimited' });
	expect(turn).toHaveBeenCalledWith('create', Infinity, session.halt);
	expect(bench.queue.calls).toHaveLength(0);
});

it("another item's failure does not cut a create: its id is needed", async () => {
	const work = create();
	void bench.clock.sleep(10).then(() => bench.fail());
	expect(await bench.clock.run(work)).toMatchObject({ requestId: 'task-1' });
});

it('the money rule gives a reason in each row', () => {
	for (const { because } of Object.values(CREATE_RULES)) expect(because).toMatch(/\w+ \w+/);
	const resent = Object.entries(CREATE_RULES).filter(([, { then }]) => then === 'resend');
	expect(resent.map(([kind]) => kind)).toEqual(['rateLimited', 'neverConnected']);
});

it('the money rule doubts what it does not know, and refuses what speaks of a rate without HTTP 429', () => {
	expect(createRule({ kind: 'noImages' }).then).toBe('doubtful');
	expect(createRule({ kind: 'rateLimited', httpCode: 400 }).then).toBe('final');
	expect(createRule({ kind: 'rateLimited', httpCode: 429 }).then).toBe('resend');
	for (const problem of [{ kind: 'noImages' }, { kind: 'rateLimited' }] as const) {
		expect(createRule(problem).because).toMatch(/\w+ \w+/);
	}
});
