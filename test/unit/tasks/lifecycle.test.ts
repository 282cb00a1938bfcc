import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import {
	cancelLate,
	collect,
	generate,
	obtainTask,
} from '../../../nodes/FluxImage/tasks/lifecycle';
import { readResult } from '../../../nodes/FluxImage/tasks/poll';
import { TaskHarness } from './taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

describe('generate', () => {
	it('creates, watches, and gives the images', async () => {
		const state = await harness.taskOf(harness.generate());
		expect(state).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(state.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
		expect(harness.clock.sleeping).toBe(0);
	});

	it('keeps polling while the gateway uses a word that nobody knows', async () => {
		harness.queue.runningWord = 'PONDERING';
		expect(await harness.taskOf(harness.generate())).toMatchObject({ status: 'completed' });
	});

	it('polls in the interval that the person asks for, whatever earlier tasks took', async () => {
		const execution = harness.execution();
		for (let item = 0; item < 6; item++) {
			await harness.taskOf(harness.generate(execution, harness.order(item)));
		}
		harness.queue.calls.length = 0;
		const watch = { ...harness.wait(), pollIntervalMs: 700 };
		await harness.clock.run(generate(execution, harness.order(6), watch));
		expect(new Set(harness.gapsMs('status'))).toEqual(new Set([720]));
	});

	it('tells of the deadline with the task as it was last seen', async () => {
		harness.queue.jobMs = Infinity;
		const startedMs = harness.clock.nowMs();
		const work = generate(harness.execution(), harness.order(), harness.wait(60_000));
		expect(await harness.problemOf(work)).toMatchObject({
			kind: 'deadlineReached',
			requestId: 'task-1',
		});
		// And the time of the look at the deadline itself.
		expect(harness.clock.nowMs() - startedMs).toBe(60_020);
	});

	it('looks once more when the time is up, also where the machine slept over it (FAULTS F11, B2)', async () => {
		harness.queue.jobMs = 30_000;
		const wait = { ...harness.wait(60_000), pollIntervalMs: 20_000 };
		const work = generate(harness.execution(), harness.order(), wait);
		harness.after(19_000, () => harness.clock.leap(3_600_000));
		expect(await harness.taskOf(work)).toMatchObject({ status: 'completed', images: [{}] });
	});

	it.each([
		['ten seconds more, and no longer', 999, { problem: { kind: 'resultUnread' } }],
		['a few seconds more', 3, { task: { status: 'completed', images: [{}] } }],
	])('gives a task that the last look finds finished %s', async (_name, storms, ending) => {
		harness.queue.jobMs = 60_000;
		harness.queue.faults.result.push(
			...Array.from({ length: storms }, () => ({ reply: { statusCode: 503 } })),
		);
		const wait = { ...harness.wait(60_000), pollIntervalMs: 59_990 };
		const startedMs = harness.clock.nowMs();
		const work = generate(harness.execution(), harness.order(), wait);
		expect(await harness.clock.run(work)).toMatchObject(ending);
		const tookMs = harness.clock.nowMs() - startedMs;
		expect(tookMs).toBeGreaterThan(60_020);
		expect(tookMs).toBeLessThanOrEqual(70_060);
	});

	it.each([2_000, 500])('sees a short job though the time is %s ms', async (forMs) => {
		harness.queue.jobMs = 60;
		const work = generate(harness.execution(), harness.order(), harness.wait(forMs));
		expect(await harness.taskOf(work)).toMatchObject({ status: 'completed' });
	});

	it('times its polls by what the tasks before it took', async () => {
		const execution = harness.execution();
		const pollsOf = async (item: number) => {
			const before = harness.queue.sent('status').length;
			await harness.taskOf(harness.generate(execution, harness.order(item)));
			return harness.queue.sent('status').length - before;
		};
		harness.queue.jobMs = 60_000;
		const blind = await pollsOf(0);
		for (let item = 1; item < 5; item++) expect(await pollsOf(item)).toBeLessThanOrEqual(blind);
		expect(await pollsOf(5)).toBeLessThan(blind);
	});

	it('reads no result where the status has the images', async () => {
		const execution = harness.execution();
		const images = [{ url: 'https://pictures.test/1.png' }];
		const completed = { requestId: 'task-9', modelId: '', status: 'completed', raw: {} } as const;
		const withImages = { ...completed, images };
		expect((await readResult(execution, withImages, harness.wait())).task).toBe(withImages);
		expect(harness.queue.calls).toHaveLength(0);
		await harness.problemOf(
			readResult(execution, { ...completed, images: [] }, harness.wait(1_000)),
		);
		expect(harness.queue.sent('result').length).toBeGreaterThan(0);
	});

	it('tells what the last read said where the deadline comes in bad weather', async () => {
		harness.queue.faults.status.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 500, body: 'storm' } })),
		);
		const problem = await harness.problemOf(
			generate(harness.execution(), harness.order(), harness.wait(60_000)),
		);
		expect(problem).toMatchObject({ kind: 'deadlineReached', reason: 'the last read said: storm' });
	});

	it('reads the result again while it says that the task runs', async () => {
		harness.queue.faults.result.push({
			reply: { statusCode: 202, body: { status: 'IN_PROGRESS' } },
		});
		expect((await harness.taskOf(harness.generate())).images).toHaveLength(1);
		expect(harness.queue.sent('result')).toHaveLength(2);
	});

	it('waits a short while for the images of a finished task, then says that there are none', async () => {
		const none = { reply: { statusCode: 200, body: { outputs: [] } } };
		harness.queue.faults.result.push(none, none);
		expect((await harness.taskOf(harness.generate())).images).toHaveLength(1);
		harness.queue.faults.result.push(...Array.from({ length: 99 }, () => none));
		expect(
			await harness.problemOf(harness.generate(harness.execution(), harness.order(1))),
		).toMatchObject({
			kind: 'noImages',
			requestId: 'task-2',
		});
	});

	it('names the last word of the gateway where the time is up (FAULTS B1)', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.runningWord = 'PONDERING';
		const work = generate(harness.execution(), harness.order(), harness.wait(10_000));
		expect(await harness.problemOf(work)).toMatchObject({
			kind: 'deadlineReached',
			reason: 'its last status was PONDERING',
		});
	});

	describe('where a word of success stands beside an error, without a picture (FAULTS A6)', () => {
		const failing = { status: 'completed', error: { code: 'X', message: 'no' } };
		const finished = {
			status: 'completed',
			output: [{ content: [{ url: 'https://p.test/1.png' }] }],
		};
		const replied = (body: object) => ({ reply: { statusCode: 200, body } });
		const collected = () => {
			const execution = harness.execution({ gateway: GATEWAYS.vtrix });
			return collect(execution, { requestId: 't', modelId: '' }, harness.wait(), false);
		};

		it('looks again, and takes the pictures that come', async () => {
			harness.queue.faults.status.push(replied(failing), replied(failing), replied(finished));
			expect(await harness.taskOf(collected())).toMatchObject({
				status: 'completed',
				images: [{}],
			});
		});

		it('takes the error for the truth once it has stood for ten seconds', async () => {
			harness.queue.faults.status.push(...Array.from({ length: 99 }, () => replied(failing)));
			const startedMs = harness.clock.nowMs();
			expect(await harness.problemOf(collected())).toMatchObject({ kind: 'failed', reason: 'no' });
			expect(harness.clock.nowMs() - startedMs).toBeGreaterThanOrEqual(10_000);
			expect(harness.clock.nowMs() - startedMs).toBeLessThan(20_000);
		});
	});

	it('does not call a task unfinished whose result cannot be read in time', async () => {
		harness.queue.faults.result.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 503, body: 'storm' } })),
		);
		const work = generate(harness.execution(), harness.order(), harness.wait(60_000));
		expect(await harness.problemOf(work)).toMatchObject({
			kind: 'resultUnread',
			requestId: 'task-1',
			status: 'completed',
			reason: 'the last read said: storm',
		});
	});

	it('reads a failure that only the result tells, and forgets the task', async () => {
		const failed = { status: 'FAILED', error: { code: 'X', message: 'no' } };
		harness.queue.faults.result.push({ reply: { statusCode: 200, body: failed } });
		expect(await harness.problemOf(harness.generate())).toMatchObject({
			kind: 'failed',
			requestId: 'task-1',
		});
		expect((await harness.taskOf(harness.generate())).requestId).toBe('task-2');
	});
});

describe('obtainTask', () => {
	const obtain = (execution = harness.execution()) =>
		harness.taskOf(obtainTask(execution, harness.order()));

	it('gives the same task to the next attempt, in its state of then', async () => {
		expect(await obtain()).toMatchObject({ requestId: 'task-1', status: 'queued' });
		expect(await obtain()).toMatchObject({ requestId: 'task-1', status: 'running' });
	});

	it('outlasts a gateway that does not know it yet', async () => {
		await obtain();
		harness.queue.faults.status.push({ reply: { statusCode: 404 } });
		expect(await obtain()).toMatchObject({ requestId: 'task-1' });
	});

	it('makes one anew that has failed', async () => {
		harness.queue.ending = 'failed';
		await obtain();
		await harness.clock.pass(10_000);
		expect(await obtain()).toMatchObject({ requestId: 'task-2' });
	});
});

it('a fault of our own, before anything is sent, goes up as it is', async () => {
	const broken = new TypeError('no such file');
	const order = { ...harness.order(), build: () => Promise.reject(broken) };
	await expect(harness.clock.run(harness.generate(harness.execution(), order))).rejects.toBe(
		broken,
	);
});

describe('the first look', () => {
	const firstLookMs = () =>
		harness.queue.sent('status')[0]!.atMs - harness.queue.sent('create')[0]!.atMs;

	it('at a new task comes after a while', async () => {
		await harness.taskOf(harness.generate());
		expect(firstLookMs()).toBeGreaterThan(500);
	});

	it('at a task of another node comes at once', async () => {
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		await harness.taskOf(collect(execution, task, harness.wait(), true));
		expect(firstLookMs()).toBe(20);
	});
});

describe('collect', () => {
	it('outlasts a gateway that refuses a read for want of credit for a moment', async () => {
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		harness.queue.faults.status.push({
			reply: { statusCode: 403, body: { error: 'insufficient balance' } },
		});
		expect(await harness.taskOf(collect(execution, task, harness.wait(), true))).toMatchObject({
			status: 'completed',
		});
	});

	it('outlasts a gateway that does not know its new task yet', async () => {
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		harness.queue.faults.status.push({ reply: { statusCode: 404 } });
		expect(await harness.taskOf(collect(execution, task, harness.wait(), true))).toMatchObject({
			status: 'completed',
		});
	});

	it('is an error with the reason where the task failed', async () => {
		harness.queue.ending = 'failed';
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		expect(await harness.problemOf(collect(execution, task, harness.wait(), true))).toMatchObject({
			kind: 'failed',
			code: 'INFERENCE_FAILURE',
			reason: 'it broke',
			requestId: 'task-1',
		});
	});
});

describe('a cancel after the deadline', () => {
	const cancel = async (jobMs = Infinity) => {
		harness.queue.jobMs = jobMs;
		const execution = harness.execution();
		const task = await harness.create(execution);
		return await harness.clock.run(cancelLate(execution, task, harness.wait(0)));
	};

	it('says that it was requested', async () => {
		expect(await cancel()).toMatchObject({ problem: { kind: 'deadlineCancelled' } });
	});

	it('fetches the pictures of a task that had finished meanwhile (FAULTS B2)', async () => {
		const { task } = await cancel(0);
		expect(task).toMatchObject({ status: 'completed', images: [{}] });
	});

	it('leaves a task for Stop to cancel where it did not get through (FAULTS A14)', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.faults.cancel.push(
			...Array.from({ length: 9 }, () => ({ network: 'interrupted' as const })),
		);
		const execution = harness.execution();
		const task = await harness.create(execution);
		await harness.clock.run(cancelLate(execution, task, harness.wait(0)));
		harness.queue.faults.cancel.length = 0;
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it('ends with Stop, which cancels by itself', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.faults.cancel.push({ hang: true });
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		void harness.clock.sleep(500).then(() => harness.stop());
		const startedMs = harness.clock.nowMs();
		await harness.clock.run(cancelLate(execution, task, harness.wait()));
		expect(harness.clock.nowMs() - startedMs).toBe(500);
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it("is not cut by another item's failure", async () => {
		harness.queue.jobMs = Infinity;
		const execution = harness.execution();
		const task = await harness.taskOf(obtainTask(execution, harness.order()));
		harness.fail();
		expect(await harness.clock.run(cancelLate(execution, task, harness.wait()))).toMatchObject({
			problem: { kind: 'deadlineCancelled' },
		});
	});

	it('says that there is no such task', async () => {
		harness.queue.faults.cancel.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 404, body: '' } })),
		);
		expect(await cancel()).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the cancel found no such task' },
		});
	});

	it('says that the gateway has none', async () => {
		const execution = harness.execution({ gateway: GATEWAYS.vtrix });
		const task = { requestId: 'task-9', modelId: '' };
		expect(await cancelLate(execution, task, harness.wait(0))).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the gateway cannot cancel' },
		});
	});

	it('says that it did not get through', async () => {
		harness.queue.faults.cancel.push(
			...Array.from({ length: 99 }, () => ({ network: 'interrupted' as const })),
		);
		expect(await cancel()).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the cancel did not get through' },
		});
	});
});
