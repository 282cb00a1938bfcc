import {
	cancelAfterDeadline,
	collectTask,
	generate,
	obtainTask,
	unseen,
} from '../../../nodes/FluxImage/tasks/lifecycle';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { cancelQuietly } from '../../../nodes/FluxImage/tasks/inFlight';
import { Workbench } from './workbench';

let bench: Workbench;

beforeEach(() => (bench = new Workbench()));

const watch = (forMs = 600_000) => ({ deadlineMs: bench.clock.nowMs() + forMs });
const make = (room = bench.room(), order = bench.order()) => generate(room, order, watch());
const paid = () => bench.queue.tasks.size;

describe('generate', () => {
	it('creates, watches, and gives the images', async () => {
		const state = await bench.clock.run(make());
		expect(state).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(state.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
		expect(bench.clock.sleeping).toBe(0);
	});

	it('keeps polling while the gateway uses a word that nobody knows', async () => {
		bench.queue.runningWord = 'PONDERING';
		expect(await bench.clock.run(make())).toMatchObject({ status: 'completed' });
	});

	it('polls in the interval that the person asks for', async () => {
		const room = bench.room();
		await bench.clock.run(generate(room, bench.order(), { ...watch(), pollIntervalMs: 700 }));
		expect(new Set(bench.gapsMs('status'))).toEqual(new Set([720]));
	});

	it('tells of the deadline with the task as it was last seen', async () => {
		bench.queue.jobMs = Infinity;
		const work = generate(bench.room(), bench.order(), watch(60_000));
		expect(await bench.problemOf(work)).toMatchObject({
			kind: 'deadlineReached',
			requestId: 'task-1',
		});
	});

	it('tells what the last read said where the deadline comes in bad weather', async () => {
		bench.queue.faults.status.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 500, body: 'storm' } })),
		);
		const problem = await bench.problemOf(generate(bench.room(), bench.order(), watch(60_000)));
		expect(problem).toMatchObject({ kind: 'deadlineReached', reason: 'the last read said: storm' });
	});

	it('reads the result again while it says that the task runs', async () => {
		bench.queue.faults.result.push({ reply: { statusCode: 202, body: { status: 'IN_PROGRESS' } } });
		expect((await bench.clock.run(make())).images).toHaveLength(1);
		expect(bench.queue.sent('result')).toHaveLength(2);
	});

	it('waits a short while for the images of a finished task, then says that there are none', async () => {
		const none = { reply: { statusCode: 200, body: { outputs: [] } } };
		bench.queue.faults.result.push(none, none);
		expect((await bench.clock.run(make())).images).toHaveLength(1);
		bench.queue.faults.result.push(...Array.from({ length: 99 }, () => none));
		expect(await bench.problemOf(make(bench.room(), bench.order(1)))).toMatchObject({
			kind: 'noImages',
			requestId: 'task-2',
		});
	});

	it('reads a failure that only the result tells, and forgets the task', async () => {
		const failed = { status: 'FAILED', error: { code: 'X', message: 'no' } };
		bench.queue.faults.result.push({ reply: { statusCode: 200, body: failed } });
		expect(await bench.problemOf(make())).toMatchObject({ kind: 'failed', requestId: 'task-1' });
		expect((await bench.clock.run(make())).requestId).toBe('task-2');
	});
});

describe('the next attempt', () => {
	it('of the same execution waits for the task that is paid', async () => {
		const first = make();
		void bench.clock.sleep(1_000).then(() => bench.fail());
		expect(await bench.problemOf(first)).toMatchObject({ kind: 'stopped', requestId: 'task-1' });
		expect((await bench.clock.run(make())).requestId).toBe('task-1');
		expect(paid()).toBe(1);
	});

	it('looks at it at once, and only fetches what is finished', async () => {
		await bench.clock.run(make());
		const startedMs = bench.clock.nowMs();
		await bench.clock.run(make());
		expect(bench.clock.nowMs() - startedMs).toBeLessThan(100);
		expect(paid()).toBe(1);
	});

	it('makes a task anew that failed', async () => {
		bench.queue.ending = 'failed';
		await bench.problemOf(make());
		bench.queue.ending = 'completed';
		expect((await bench.clock.run(make())).requestId).toBe('task-2');
	});

	it('makes a task anew that was cancelled meanwhile, and once only', async () => {
		void bench.clock.sleep(1_000).then(() => bench.fail());
		await bench.problemOf(make());
		bench.queue.tasks.get('task-1')!.cancelled = true;
		expect((await bench.clock.run(make())).requestId).toBe('task-2');
		expect(paid()).toBe(2);
	});

	it('is another create in another turn of a loop, for another item, with another payload', async () => {
		const { identity, ...order } = bench.order();
		const others = [
			identity,
			{ ...identity, runIndex: 1 },
			{ ...identity, itemIndex: 1 },
			{ ...identity, payload: 'other' },
		];
		for (const other of others) {
			await bench.clock.run(make(bench.room(), { ...order, identity: other }));
		}
		expect(paid()).toBe(4);
	});

	it('does not send a create again that may have been accepted; a new execution does', async () => {
		bench.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await bench.problemOf(make());
		expect(await bench.problemOf(make())).toMatchObject({
			kind: 'mayHaveBeenAccepted',
			modelId: 'flux_kontext_max',
		});
		expect(bench.queue.sent('create')).toHaveLength(1);
		expect((await bench.clock.run(make(bench.room('2')))).requestId).toBe('task-2');
	});

	it('does not make anew what it cannot read about', async () => {
		await bench.clock.run(make());
		bench.queue.faults.status.push({ reply: { statusCode: 302 } });
		expect(await bench.problemOf(make())).toMatchObject({
			kind: 'redirected',
			requestId: 'task-1',
			status: 'queued',
		});
		expect(paid()).toBe(1);
	});

	it('sends a create again that was refused', async () => {
		bench.queue.faults.create.push({ reply: { statusCode: 401 } });
		expect(await bench.problemOf(make())).toMatchObject({
			kind: 'badKey',
			modelId: 'flux_kontext_max',
		});
		expect((await bench.clock.run(make())).requestId).toBe('task-1');
	});

	it('of a doubtful create says why it is not sent', async () => {
		bench.queue.faults.create.push({ network: 'interrupted' });
		await bench.problemOf(make());
		expect((await bench.problemOf(make())).reason).toContain('sent it already');
	});

	it('remembers through what n8n saves', async () => {
		await bench.clock.run(make());
		const saved = JSON.parse(JSON.stringify(bench.context)) as object;
		for (const name of Object.keys(bench.context)) delete bench.context[name];
		Object.assign(bench.context, saved);
		await bench.clock.run(make(bench.room('2')));
		expect(paid()).toBe(1);
	});
});

describe('obtainTask', () => {
	const obtain = (room = bench.room()) => bench.clock.run(obtainTask(room, bench.order()));

	it('gives the same task to the next attempt, in its state of then', async () => {
		expect(await obtain()).toMatchObject({ requestId: 'task-1', status: 'queued' });
		expect(await obtain()).toMatchObject({ requestId: 'task-1', status: 'running' });
	});

	it('outlasts a gateway that does not know it yet', async () => {
		await obtain();
		bench.queue.faults.status.push({ reply: { statusCode: 404 } });
		expect(await obtain()).toMatchObject({ requestId: 'task-1' });
	});

	it('makes one anew that has failed', async () => {
		bench.queue.ending = 'failed';
		await obtain();
		await bench.clock.pass(10_000);
		expect(await obtain()).toMatchObject({ requestId: 'task-2' });
	});
});

it('a fault of our own, before anything is sent, goes up as it is', async () => {
	const broken = new TypeError('no such file');
	const order = { ...bench.order(), submit: () => Promise.reject(broken) };
	await expect(bench.clock.run(make(bench.room(), order))).rejects.toBe(broken);
});

describe('the first look', () => {
	const firstLookMs = () =>
		bench.queue.sent('status')[0]!.atMs - bench.queue.sent('create')[0]!.atMs;

	it('at a new task comes after a while', async () => {
		await bench.clock.run(make());
		expect(firstLookMs()).toBeGreaterThan(500);
	});

	it('at a task of another node comes at once', async () => {
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		await bench.clock.run(collectTask(room, task, watch(), true));
		expect(firstLookMs()).toBe(20);
	});
});

describe('collectTask', () => {
	it('outlasts a gateway that does not know its new task yet', async () => {
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		bench.queue.faults.status.push({ reply: { statusCode: 404 } });
		expect(await bench.clock.run(collectTask(room, task, watch(), true))).toMatchObject({
			status: 'completed',
		});
	});

	it('is an error with the reason where the task failed', async () => {
		bench.queue.ending = 'failed';
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		expect(await bench.problemOf(collectTask(room, task, watch(), true))).toMatchObject({
			kind: 'failed',
			code: 'INFERENCE_FAILURE',
			reason: 'it broke',
			requestId: 'task-1',
		});
	});
});

describe('a cancel after the deadline', () => {
	const cancel = async (jobMs = Infinity) => {
		bench.queue.jobMs = jobMs;
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		return await bench.clock.run(cancelAfterDeadline(room, task));
	};

	it('says that it was requested', async () => {
		expect(await cancel()).toMatchObject({ problem: { kind: 'deadlineCancelled' } });
	});

	it('says that it came too late', async () => {
		expect(await cancel(0)).toMatchObject({
			problem: { kind: 'deadlineReached', reason: expect.stringContaining('finished') },
		});
	});

	it('says that it did not get through', async () => {
		bench.queue.faults.cancel.push(
			...Array.from({ length: 99 }, () => ({ network: 'interrupted' as const })),
		);
		expect(await cancel()).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the cancel did not get through' },
		});
	});
});

describe('Stop', () => {
	it('cancels 50 tasks at once, and says of each what became of it', async () => {
		bench.queue.jobMs = Infinity;
		const room = bench.room();
		const work = Promise.allSettled(
			Array.from({ length: 50 }, (_, item) => make(room, bench.order(item))),
		);
		const stopped = bench.clock.sleep(7_000).then(() => bench.stop());
		await bench.clock.run(work);
		await stopped;
		const stoppedMs = bench.clock.nowMs();
		await bench.clock.run(room.inFlight.close());
		expect(bench.clock.nowMs() - stoppedMs).toBeLessThan(100);
		expect(bench.queue.sent('cancel')).toHaveLength(50);
		expect(bench.stopLog).toHaveLength(50);
		expect(bench.stopLog[0]).toBe('Task task-1 at SeaArt Cloud: cancel requested');
	});

	it('gives a cancel that goes wrong less than a second', async () => {
		bench.queue.jobMs = Infinity;
		bench.queue.faults.cancel.push({ hang: true });
		const room = bench.room();
		const work = make(room);
		void bench.clock.sleep(1_000).then(() => bench.stop());
		await bench.problemOf(work);
		const stoppedMs = bench.clock.nowMs();
		await bench.clock.run(room.inFlight.close());
		expect(bench.clock.nowMs() - stoppedMs).toBeLessThanOrEqual(900);
		expect(bench.stopLog[0]).toContain('could not be cancelled');
	});

	it('tells of a create without an id', async () => {
		bench.queue.faults.create.push({ hang: true, accepted: true });
		const work = make();
		void bench.clock.sleep(10).then(() => bench.stop());
		await bench.problemOf(work);
		expect(bench.stopLog.join()).toContain(
			'A task of item 0 may have been accepted by SeaArt Cloud',
		);
	});

	/** Creates and stops, and lets the cancels have their answers. */
	async function createAndStop(cancelOnStop = true): Promise<void> {
		const room = bench.room();
		await bench.clock.run(obtainTask(room, { ...bench.order(), cancelOnStop }));
		bench.stop();
		await bench.clock.run(room.inFlight.close());
	}

	it('cancels what Image > Create has made, while the node still runs', async () => {
		await createAndStop();
		expect(bench.queue.sent('cancel')).toHaveLength(1);
	});

	it('cancels nothing where Cancel on Stop is off', async () => {
		await createAndStop(false);
		expect(bench.queue.sent('cancel')).toHaveLength(0);
		expect(bench.stopLog).toEqual([
			'Task task-1 at SeaArt Cloud: runs on, since Cancel on Stop is off',
		]);
	});

	it('cancels a task whose id comes after it', async () => {
		const room = bench.room();
		const work = obtainTask(room, bench.order());
		void bench.clock.sleep(10).then(() => bench.stop());
		await bench.clock.run(work);
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(1);
	});

	it('cancels a task of Task > Wait', async () => {
		const made = await bench.clock.run(obtainTask(bench.room(), bench.order()));
		const room = bench.room();
		void bench.clock.sleep(10).then(() => bench.stop());
		await bench.problemOf(collectTask(room, made, watch(), true));
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(1);
	});

	it('tells of a finished task, and does not cancel it', async () => {
		const room = bench.room();
		await bench.clock.run(make(room));
		expect(bench.stopLog).toEqual([]);
		bench.stop();
		expect(bench.stopLog).toEqual([
			'Task task-1 at SeaArt Cloud: was already finished; Task > Get Result fetches its picture',
		]);
		expect(bench.queue.sent('cancel')).toHaveLength(0);
	});

	it('does not cancel a task that failed', async () => {
		bench.queue.ending = 'failed';
		const room = bench.room();
		await bench.problemOf(make(room));
		bench.stop();
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(0);
	});

	it.each([
		[400, 'was already finished'],
		[404, 'is not known to the gateway'],
	])('tells what the gateway says of a cancel: HTTP %s', async (statusCode, words) => {
		bench.queue.faults.cancel.push({ reply: { statusCode } });
		await createAndStop();
		expect(bench.stopLog.join()).toContain(words);
	});

	it('sends no cancel to a gateway that has none', async () => {
		const room = bench.room();
		const session = { ...room.session, gateway: GATEWAYS['vtrix']! };
		const task = { requestId: 'task-9', modelId: '' };
		expect(await cancelQuietly(session, task, Infinity)).toBe('notOffered');
		expect(bench.queue.calls).toHaveLength(0);
	});

	it('leaves tasks alone that this node has handed on', async () => {
		const room = bench.room();
		await bench.clock.run(obtainTask(room, bench.order()));
		await bench.clock.run(room.inFlight.close());
		bench.stop();
		await bench.clock.pass(1_000);
		expect(bench.queue.sent('cancel')).toHaveLength(0);
	});

	it('cancels a task once, though it is taken in twice', async () => {
		const room = bench.room();
		bench.queue.jobMs = Infinity;
		const task = unseen(await bench.clock.run(obtainTask(room, bench.order())));
		bench.stop();
		room.inFlight.add(task, true);
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(1);
	});
});
