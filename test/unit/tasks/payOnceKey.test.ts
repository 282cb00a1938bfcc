import type { Execution } from '../../../nodes/FluxImage/tasks/execution';
import type { StaticData } from '../../../nodes/FluxImage/tasks/keptOrders';
import { cancelLate, obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { SharedName } from '../../../nodes/FluxImage/tasks/order';
import { KEY, TaskHarness } from './taskHarness';

const REFUSED = { reply: { statusCode: 422, body: { error: 'no' } } };

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const order = (timeoutMs?: number, item = 0) => harness.order(item, timeoutMs, KEY);

describe('Two workers with one key', () => {
	it('pay once at the same moment: the other says that it is ordered already', async () => {
		const both = [harness.worker(), harness.worker()].map((one) => harness.generate(one, order()));
		const endings = await harness.clock.run(Promise.all(both));
		expect(harness.paid).toBe(1);
		expect(endings.map(({ problem }) => problem?.kind)).toEqual([undefined, 'alreadyOrdered']);
	});

	it('pay once in a hundred pairs that come at random moments', async () => {
		const pairs = Array.from({ length: 100 }, async (_, number) => {
			const shared: SharedName = { kind: 'key', name: `key/node/${number}` };
			const pair = [harness.worker(), harness.worker()].map(async (one, index) => {
				await harness.clock.sleep(((number * 37 + index * 11) % 60) + index);
				return await harness.generate(one, harness.order(number, undefined, shared));
			});
			return await Promise.all(pair);
		});
		await harness.clock.run(Promise.all(pairs));
		expect(harness.paid).toBe(100);
	});

	it('do not both order anew what both have seen fail', async () => {
		harness.queue.ending = 'failed';
		await harness.clock.run(harness.generate(harness.worker(), order()));
		harness.queue.ending = 'completed';
		const both = [staticRow('task-1'), staticRow('task-1')].map((copy) =>
			harness.generate(harness.worker(copy), order()),
		);
		await harness.clock.run(Promise.all(both));
		expect(harness.paid).toBe(2);
	});
});

/** What n8n kept of an order whose task is known. */
const staticRow = (requestId: string): StaticData => ({
	fluxImageOrders: { node: { [KEY.name]: [requestId, 'flux_kontext_max', 'other', 1_000] } },
});

describe('A claim', () => {
	it('is given back after a refusal', async () => {
		harness.queue.faults.create.push(REFUSED);
		await harness.problemOf(harness.generate(harness.production(), order()));
		expect(harness.database.names.size).toBe(0);
		await harness.taskOf(harness.generate(harness.worker(), order()));
	});

	it('is given back where an image cannot be read, and nothing was sent', async () => {
		const broken = { ...order(), build: () => Promise.reject(new Error('gone')) };
		await expect(harness.clock.run(harness.generate(harness.production(), broken))).rejects.toThrow(
			'gone',
		);
		expect(harness.database.names.size).toBe(0);
		await harness.taskOf(harness.generate(harness.production(), order()));
	});

	it('is given back after a task that failed, and so is what was written', async () => {
		harness.queue.ending = 'failed';
		const data: StaticData = {};
		await harness.problemOf(harness.generate(harness.production(data), order()));
		expect(harness.database.names).not.toContain(KEY.name);
		expect(data).toEqual({ fluxImageOrders: { node: {} } });
	});

	it('is kept after a create whose fate nobody knows', async () => {
		harness.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await harness.problemOf(harness.generate(harness.production(), order()));
		expect(harness.database.names).toContain(KEY.name);
		expect(await harness.problemOf(harness.generate(harness.worker(), order()))).toMatchObject({
			kind: 'alreadyOrdered',
		});
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('that is not answered in time sends nothing', async () => {
		harness.database.answerMs = 60_000;
		expect(
			await harness.problemOf(harness.generate(harness.production(), order(5_000))),
		).toMatchObject({
			kind: 'notSentInTime',
			reason: expect.stringContaining('Pay Once Key'),
		});
		expect(harness.queue.calls).toHaveLength(0);
	});

	it('is not asked for where this process knows the task', async () => {
		await harness.taskOf(harness.generate(harness.production(), order()));
		harness.database.names.clear();
		const { reuse } = await harness.clock.run(harness.generate(harness.production(), order()));
		expect(reuse).toEqual({ kind: 'key', requestChanged: false });
		expect(harness.database.names.size).toBe(0);
	});

	it('of a key that is not of this kind is not asked for', async () => {
		const test: SharedName = { kind: 'testKey', name: 'testKey/1' };
		await harness.taskOf(harness.generate(harness.production(), harness.order(0, undefined, test)));
		expect(harness.database.names.size).toBe(0);
	});
});

describe('Who waits for a create of the same key', () => {
	it('gets its refusal, and only the next orders anew', async () => {
		harness.queue.faults.create.push(REFUSED);
		const both = [harness.production(), harness.production()].map((one) =>
			harness.generate(one, order()),
		);
		const endings = await harness.clock.run(Promise.all(both));
		expect(endings.map(({ problem }) => problem?.kind)).toEqual(['badParameters', 'badParameters']);
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('gets the end of a task that fails while it waits', async () => {
		harness.queue.ending = 'failed';
		const both = [harness.production(), harness.production()].map((one) =>
			harness.generate(one, order()),
		);
		const endings = await harness.clock.run(Promise.all(both));
		expect(endings.map(({ problem }) => problem?.kind)).toEqual(['failed', 'failed']);
		expect(harness.paid).toBe(1);
		harness.queue.ending = 'completed';
		await harness.taskOf(harness.generate(harness.production(), order()));
		expect(harness.paid).toBe(2);
	});

	it('goes on itself where the one that was sending is stopped before it sent', async () => {
		harness.database.answerMs = 500;
		const first = harness.production();
		const stopFirst = () => harness.stop();
		const one = harness.generate(first, order());
		stopFirst();
		const other = harness.generate(harness.production(), order());
		const [stopped, made] = await harness.clock.run(Promise.all([one, other]));
		expect(stopped.problem?.kind).toBe('stopped');
		expect(made.task?.status).toBe('completed');
		expect(harness.paid).toBe(1);
	});

	it('waits no longer than its own time', async () => {
		harness.queue.faults.create.push({ hang: true });
		const slow = harness.generate(harness.production(), order(60_000));
		const hasty = harness.generate(harness.production(), order(5_000));
		const tookMs = await harness.timeOf(hasty);
		expect(tookMs).toBe(5_000);
		// Not answered as ordered: the create may yet be refused, and then nobody would come again.
		expect((await hasty).problem).toMatchObject({ kind: 'createUncertain' });
		await harness.clock.run(slow);
	});
});

describe('Whoever waits', () => {
	const limited = { reply: { statusCode: 429 } };

	it('goes on itself where the time of the one that was sending ended in refusals that pass', async () => {
		harness.queue.faults.create.push(...Array.from({ length: 4 }, () => limited));
		const hasty = harness.generate(harness.production(), order(2_000));
		const patient = harness.generate(harness.production(), order(60_000));
		const [first, second] = await harness.clock.run(Promise.all([hasty, patient]));
		expect(first.problem?.kind).toBe('rateLimited');
		expect(second.task?.status).toBe('completed');
		expect(harness.paid).toBe(1);
	});

	it('for a create whose sender is stopped keeps the task', async () => {
		const first = harness.production();
		const stop = harness.stopButton();
		const one = harness.generate(first, order());
		const other = harness.generate(harness.production(), order());
		harness.after(45, stop);
		const [stopped, made] = await harness.clock.run(Promise.all([one, other]));
		await harness.clock.run(first.activeTasks.close());
		expect(stopped.problem?.kind).toBe('stopped');
		expect(made.task?.status).toBe('completed');
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it('in the same execution does not keep a stopped task', async () => {
		const one = harness.production();
		harness.queue.jobMs = Infinity;
		const both = [0, 1].map((item) => harness.generate(one, order(undefined, item)));
		harness.after(3_000, harness.stopButton());
		await harness.clock.run(Promise.all(both));
		await harness.clock.run(one.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});
});

describe('Of two rows of one key', () => {
	it('the later one counts: another process ordered anew what this one saw fail', async () => {
		harness.queue.ending = 'failed';
		await harness.clock.run(harness.create(harness.production(), order()));
		harness.queue.ending = 'completed';
		await harness.clock.run(harness.create(harness.worker(), { ...order(), key: other() }));
		await harness.clock.run(harness.clock.sleep(20_000));
		const later = harness.clock.dateMs() + 1;
		const row = ['task-2', 'flux_kontext_max', 'r', later];
		const data: StaticData = { fluxImageOrders: { node: { [KEY.name]: row } } };
		const ending = harness.generate(harness.production(data), order());
		expect((await harness.taskOf(ending)).requestId).toBe('task-2');
		expect(harness.paid).toBe(2);
		expect(data).toEqual({ fluxImageOrders: { node: { [KEY.name]: row } } });
	});

	it('a doubt of this process is not hidden by an older task', async () => {
		const data = staticRow('task-9');
		harness.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await harness.problemOf(harness.generate(harness.production(), order()));
		const again = harness.production(data);
		expect(await harness.problemOf(harness.generate(again, order()))).toMatchObject({
			kind: 'createUncertain',
		});
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	const other = () => harness.order(0, undefined, { kind: 'key', name: 'key/node/other' }).key;
});

it('A key in doubt in a test run is ordered anew by the next test run', async () => {
	const test: SharedName = { kind: 'testKey', name: 'testKey/1' };
	harness.queue.faults.create.push({ network: 'interrupted', accepted: true });
	await harness.problemOf(
		harness.generate(harness.production(), harness.order(0, undefined, test)),
	);
	await harness.taskOf(harness.generate(harness.production(), harness.order(0, undefined, test)));
});

describe('A task under a key that turns out to have failed', () => {
	it('is made anew by who comes later, also where this process has forgotten it', async () => {
		harness.queue.ending = 'failed';
		await harness.clock.run(harness.create(harness.production(), order()));
		await harness.clock.run(harness.clock.sleep(10_000));
		harness.queue.ending = 'completed';
		const later = harness.worker(staticRow('task-1'));
		const { task, reuse } = await harness.clock.run(harness.generate(later, order()));
		expect(task?.requestId).toBe('task-2');
		expect(reuse).toBeUndefined();
	});

	it('by moderation is the same error for the same request, and made anew for a changed one', async () => {
		harness.queue.ending = 'moderated';
		for (let delivery = 0; delivery < 3; delivery++) {
			const ending = harness.generate(harness.production(), order());
			expect(await harness.problemOf(ending)).toMatchObject({ kind: 'moderated' });
		}
		expect(harness.paid).toBe(1);
		harness.queue.ending = 'completed';
		const changed = harness.order(1, undefined, KEY);
		await harness.taskOf(harness.generate(harness.production(), changed));
		expect(harness.paid).toBe(2);
	});
});

describe('What is kept in the static data', () => {
	it('is the union of what stands there with what this process knows', async () => {
		const data: StaticData = {};
		await harness.taskOf(harness.generate(harness.production(data), order()));
		const older: StaticData = {
			fluxImageOrders: { another: { x: ['task-9', 'm', 'r', 1] }, node: {} },
		};
		const other: SharedName = { kind: 'key', name: 'key/node/8' };
		const later = harness.production(older);
		await harness.taskOf(harness.generate(later, harness.order(0, undefined, other)));
		const rows = older['fluxImageOrders'] as Record<string, object>;
		expect(Object.keys(rows['node']!).sort()).toEqual(['key/node/7', 'key/node/8']);
		expect(rows['another']).toEqual({ x: ['task-9', 'm', 'r', 1] });
	});

	it('goes after thirty days', async () => {
		const nowMs = harness.clock.dateMs();
		const row = (days: number) => ['task-9', 'm', 'r', nowMs - days * 24 * 3_600_000];
		const data: StaticData = { fluxImageOrders: { node: { old: row(31), young: row(29) } } };
		await harness.taskOf(harness.generate(harness.production(data), order()));
		const { node } = data['fluxImageOrders'] as Record<string, object>;
		expect(Object.keys(node!).sort()).toEqual(['key/node/7', 'young']);
	});

	it.each([
		['odd'],
		[null],
		[5],
		[{}],
		[[]],
		[[null, null, null, null]],
		[[5]],
		[[{}, 'm', 'r', 1]],
		[['task-9', 'm', 'r', '1']],
		[['task-9', 'm', 'r', 1, {}]],
	])('that is no row is none: %j', async (row) => {
		const data: StaticData = { fluxImageOrders: { node: { [KEY.name]: row, other: row } } };
		await harness.taskOf(harness.generate(harness.production(data), order()));
		expect(harness.paid).toBe(1);
	});

	it.each([[null], ['odd'], [[]], [{ node: null }]])(
		'whose field is %j is empty',
		async (field) => {
			const data: StaticData = { fluxImageOrders: field };
			await harness.taskOf(harness.generate(harness.production(data), order()));
			expect(harness.paid).toBe(1);
		},
	);

	it('has of other orders no row that is only begun: it would outlast a refusal', async () => {
		harness.queue.faults.create.push({ reply: { statusCode: 429 } }, undefined, REFUSED);
		const data: StaticData = {};
		const waiting = harness.generate(harness.production(), order());
		const other: SharedName = { kind: 'key', name: 'key/node/8' };
		const later = harness.production(data);
		await harness.clock.run(harness.generate(later, harness.order(0, undefined, other)));
		await harness.clock.run(waiting);
		const { node } = data['fluxImageOrders'] as Record<string, object>;
		expect(Object.keys(node!)).toEqual(['key/node/8']);
	});
});

describe('A task under a key', () => {
	const stopAndClose = async (execution: Execution) => {
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
	};

	it('that Stop has cancelled leaves the key free', async () => {
		harness.queue.jobMs = Infinity;
		const stopped = harness.production();
		await harness.create(stopped, order());
		await stopAndClose(stopped);
		expect(harness.database.names).not.toContain(KEY.name);
		expect((await harness.create(harness.production(), order())).requestId).toBe('task-2');
	});

	it('that had finished when Stop came keeps the key', async () => {
		harness.queue.jobMs = 0;
		const stopped = harness.production();
		await harness.create(stopped, order());
		await stopAndClose(stopped);
		expect(harness.stopLog).toEqual([expect.stringContaining('was already finished')]);
		expect((await harness.create(harness.production(), order())).requestId).toBe('task-1');
	});

	it('whose time was up leaves the key free where its cancel was requested', async () => {
		harness.queue.jobMs = Infinity;
		const late = harness.production();
		const task = await harness.create(late, order());
		await harness.clock.run(cancelLate(late, task, harness.wait(0)));
		expect(harness.database.names).not.toContain(KEY.name);
		await stopAndClose(late);
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});

	it.each([
		['had finished', { statusCode: 400, body: { status: 'ALREADY_COMPLETED' } }],
		['is not known', { statusCode: 404 }],
		['cannot be cancelled just now', { statusCode: 503 }],
	])('whose time was up keeps the key where it %s', async (_, reply) => {
		harness.queue.jobMs = 20_000;
		const late = harness.production();
		const task = await harness.create(late, order());
		harness.queue.faults.cancel.push(...Array.from({ length: 99 }, () => ({ reply })));
		await harness.clock.run(cancelLate(late, task, harness.wait(0)));
		expect(harness.database.names).toContain(KEY.name);
	});

	it('that another execution waits for is cancelled by neither Stop nor a time that is up', async () => {
		const first = harness.production();
		const task = await harness.create(first, order());
		const stop = harness.stopButton();
		const other = harness.generate(harness.production(), order());
		await harness.clock.pass(1_000);
		expect((await cancelLate(first, task, harness.wait(0))).problem).toEqual({
			kind: 'deadlineReached',
			reason: 'another item or execution waits for it, so it was not cancelled',
		});
		stop();
		await harness.clock.run(first.activeTasks.close());
		expect(harness.stopLog).toEqual([
			'Task task-1 at SeaArt Cloud: runs on, since another execution waits for it',
		]);
		expect((await harness.taskOf(other)).status).toBe('completed');
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it('is cancelled by Stop where the other waits for another task', async () => {
		harness.queue.jobMs = Infinity;
		const first = harness.production();
		await harness.create(first, order());
		const stop = harness.stopButton();
		const elsewhere: SharedName = { kind: 'key', name: 'key/node/8' };
		const waiting = harness.production();
		const other = harness.generate(waiting, harness.order(0, 5_000, elsewhere));
		await harness.clock.pass(1_000);
		stop();
		await harness.clock.run(first.activeTasks.close());
		expect(harness.queue.sent('cancel').map(({ requestId }) => requestId)).toEqual(['task-1']);
		harness.stop();
		await harness.clock.run(other);
	});

	it('that was moderated is the same error for Image > Create too, by the next attempt', async () => {
		harness.queue.ending = 'moderated';
		const context = {};
		const attempt = () => harness.production({}, { context, executionId: '1' });
		await harness.create(attempt(), order());
		await harness.clock.pass(10_000);
		expect(await harness.problemOf(obtainTask(attempt(), order()))).toMatchObject({
			kind: 'moderated',
			requestId: 'task-1',
		});
		expect(harness.paid).toBe(1);
	});
});
