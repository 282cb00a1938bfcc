import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import {
	cancelAfterDeadline,
	collectTask,
	generate,
	isSeen,
	obtainTask,
	unseen,
} from '../../../nodes/FluxImage/tasks/lifecycle';
import { fetchResult } from '../../../nodes/FluxImage/tasks/poll';
import { Workbench } from './workbench';

let bench: Workbench;

beforeEach(() => (bench = new Workbench()));

describe('generate', () => {
	it('creates, watches, and gives the images', async () => {
		const state = await bench.clock.run(bench.generate());
		expect(state).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(state.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
		expect(bench.clock.sleeping).toBe(0);
	});

	it('keeps polling while the gateway uses a word that nobody knows', async () => {
		bench.queue.runningWord = 'PONDERING';
		expect(await bench.clock.run(bench.generate())).toMatchObject({ status: 'completed' });
	});

	it('polls in the interval that the person asks for, whatever earlier tasks took', async () => {
		const room = bench.room();
		for (let item = 0; item < 6; item++) {
			await bench.clock.run(bench.generate(room, bench.order(item)));
		}
		bench.queue.calls.length = 0;
		const watch = { ...bench.watch(), pollIntervalMs: 700 };
		await bench.clock.run(generate(room, bench.order(6), watch));
		expect(new Set(bench.gapsMs('status'))).toEqual(new Set([720]));
	});

	it('tells of the deadline with the task as it was last seen', async () => {
		bench.queue.jobMs = Infinity;
		const startedMs = bench.clock.nowMs();
		const work = generate(bench.room(), bench.order(), bench.watch(60_000));
		expect(await bench.problemOf(work)).toMatchObject({
			kind: 'deadlineReached',
			requestId: 'task-1',
		});
		expect(bench.clock.nowMs() - startedMs).toBe(60_000);
	});

	it('times its polls by what the tasks before it took', async () => {
		const room = bench.room();
		const pollsOf = async (item: number) => {
			const before = bench.queue.sent('status').length;
			await bench.clock.run(bench.generate(room, bench.order(item)));
			return bench.queue.sent('status').length - before;
		};
		bench.queue.jobMs = 60_000;
		const blind = await pollsOf(0);
		for (let item = 1; item < 5; item++) expect(await pollsOf(item)).toBe(blind);
		expect(await pollsOf(5)).toBeLessThan(blind / 2);
	});

	it('reads no result where the status has the images', async () => {
		const room = bench.room();
		const images = [{ url: 'https://pictures.test/1.png' }];
		const completed = { requestId: 'task-9', modelId: '', status: 'completed', raw: {} } as const;
		const withImages = { ...completed, images };
		expect(await fetchResult(room.session, withImages, bench.watch())).toBe(withImages);
		expect(bench.queue.calls).toHaveLength(0);
		const problem = fetchResult(room.session, { ...completed, images: [] }, bench.watch(1_000));
		await bench.problemOf(problem);
		expect(bench.queue.sent('result').length).toBeGreaterThan(0);
	});

	it('tells what the last read said where the deadline comes in bad weather', async () => {
		bench.queue.faults.status.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 500, body: 'storm' } })),
		);
		const problem = await bench.problemOf(
			generate(bench.room(), bench.order(), bench.watch(60_000)),
		);
		expect(problem).toMatchObject({ kind: 'deadlineReached', reason: 'the last read said: storm' });
	});

	it('reads the result again while it says that the task runs', async () => {
		bench.queue.faults.result.push({ reply: { statusCode: 202, body: { status: 'IN_PROGRESS' } } });
		expect((await bench.clock.run(bench.generate())).images).toHaveLength(1);
		expect(bench.queue.sent('result')).toHaveLength(2);
	});

	it('waits a short while for the images of a finished task, then says that there are none', async () => {
		const none = { reply: { statusCode: 200, body: { outputs: [] } } };
		bench.queue.faults.result.push(none, none);
		expect((await bench.clock.run(bench.generate())).images).toHaveLength(1);
		bench.queue.faults.result.push(...Array.from({ length: 99 }, () => none));
		expect(await bench.problemOf(bench.generate(bench.room(), bench.order(1)))).toMatchObject({
			kind: 'noImages',
			requestId: 'task-2',
		});
	});

	it('does not call a task unfinished whose result cannot be read in time', async () => {
		bench.queue.faults.result.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 503, body: 'storm' } })),
		);
		const work = generate(bench.room(), bench.order(), bench.watch(60_000));
		expect(await bench.problemOf(work)).toMatchObject({
			kind: 'resultUnread',
			requestId: 'task-1',
			status: 'completed',
			reason: 'the last read said: storm',
		});
	});

	it('reads a failure that only the result tells, and forgets the task', async () => {
		const failed = { status: 'FAILED', error: { code: 'X', message: 'no' } };
		bench.queue.faults.result.push({ reply: { statusCode: 200, body: failed } });
		expect(await bench.problemOf(bench.generate())).toMatchObject({
			kind: 'failed',
			requestId: 'task-1',
		});
		expect((await bench.clock.run(bench.generate())).requestId).toBe('task-2');
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
	await expect(bench.clock.run(bench.generate(bench.room(), order))).rejects.toBe(broken);
});

it('a task is seen once a reply has told of it', async () => {
	const task = { requestId: 'task-1', modelId: 'm' };
	expect(isSeen(unseen(task))).toBe(false);
	expect(isSeen({ ...unseen(task), raw: {} })).toBe(true);
});

describe('the first look', () => {
	const firstLookMs = () =>
		bench.queue.sent('status')[0]!.atMs - bench.queue.sent('create')[0]!.atMs;

	it('at a new task comes after a while', async () => {
		await bench.clock.run(bench.generate());
		expect(firstLookMs()).toBeGreaterThan(500);
	});

	it('at a task of another node comes at once', async () => {
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		await bench.clock.run(collectTask(room, task, bench.watch(), true));
		expect(firstLookMs()).toBe(20);
	});
});

describe('collectTask', () => {
	it('outlasts a gateway that refuses a read for want of credit for a moment', async () => {
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		bench.queue.faults.status.push({
			reply: { statusCode: 403, body: { error: 'insufficient balance' } },
		});
		expect(await bench.clock.run(collectTask(room, task, bench.watch(), true))).toMatchObject({
			status: 'completed',
		});
	});

	it('outlasts a gateway that does not know its new task yet', async () => {
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		bench.queue.faults.status.push({ reply: { statusCode: 404 } });
		expect(await bench.clock.run(collectTask(room, task, bench.watch(), true))).toMatchObject({
			status: 'completed',
		});
	});

	it('is an error with the reason where the task failed', async () => {
		bench.queue.ending = 'failed';
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		expect(await bench.problemOf(collectTask(room, task, bench.watch(), true))).toMatchObject({
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
			problem: { kind: 'resultUnread', reason: 'the cancel came too late' },
		});
	});

	it('ends with Stop, which cancels by itself', async () => {
		bench.queue.jobMs = Infinity;
		bench.queue.faults.cancel.push({ hang: true });
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		void bench.clock.sleep(500).then(() => bench.stop());
		const startedMs = bench.clock.nowMs();
		await bench.clock.run(cancelAfterDeadline(room, task));
		expect(bench.clock.nowMs() - startedMs).toBe(500);
		await bench.clock.run(room.inFlight.close());
		expect(bench.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it("is not cut by another item's failure", async () => {
		bench.queue.jobMs = Infinity;
		const room = bench.room();
		const task = await bench.clock.run(obtainTask(room, bench.order()));
		bench.fail();
		expect(await bench.clock.run(cancelAfterDeadline(room, task))).toMatchObject({
			problem: { kind: 'deadlineCancelled' },
		});
	});

	it('says that there is no such task', async () => {
		bench.queue.faults.cancel.push(
			...Array.from({ length: 99 }, () => ({ reply: { statusCode: 404, body: '' } })),
		);
		expect(await cancel()).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the cancel found no such task' },
		});
	});

	it('says that the gateway has none', async () => {
		const { session, ...room } = bench.room();
		const atVtrix = { ...room, session: { ...session, gateway: GATEWAYS.vtrix } };
		const task = unseen({ requestId: 'task-9', modelId: '' });
		expect(await cancelAfterDeadline(atVtrix, task)).toMatchObject({
			problem: { kind: 'deadlineReached', reason: 'the gateway cannot cancel' },
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
