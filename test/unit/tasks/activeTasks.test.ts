import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { cancelQuietly } from '../../../nodes/FluxImage/tasks/activeTasks';
import { collect, obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import { TaskHarness } from './taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

describe('Stop', () => {
	it('cancels 50 tasks at once, and says of each what became of it', async () => {
		harness.queue.jobMs = Infinity;
		const execution = harness.execution();
		const work = Promise.allSettled(
			Array.from({ length: 50 }, (_, item) => harness.generate(execution, harness.order(item))),
		);
		const stopped = harness.clock.sleep(7_000).then(() => harness.stop());
		await harness.clock.run(work);
		await stopped;
		const stoppedMs = harness.clock.nowMs();
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.clock.nowMs() - stoppedMs).toBeLessThan(100);
		expect(harness.queue.sent('cancel')).toHaveLength(50);
		expect(harness.stopLog).toHaveLength(50);
		expect(harness.stopLog[0]).toBe('Task task-1 at SeaArt Cloud: cancel requested');
	});

	it('tries a cancel that goes wrong for a minute (FAULTS A2)', async () => {
		harness.queue.jobMs = Infinity;
		const busy = { reply: { statusCode: 503, headers: { 'retry-after': '10' } } };
		harness.queue.faults.cancel.push(busy, busy, busy);
		const execution = harness.execution();
		const work = harness.generate(execution);
		harness.after(1_000, () => harness.stop());
		await harness.problemOf(work);
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it('gives it up after that, and says so', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.faults.cancel.push(...Array.from({ length: 99 }, () => ({ hang: true })));
		const execution = harness.execution();
		const work = harness.generate(execution);
		harness.after(1_000, () => harness.stop());
		await harness.problemOf(work);
		const tookMs = await harness.timeOf(execution.activeTasks.close());
		expect(tookMs).toBeGreaterThanOrEqual(60_000);
		expect(tookMs).toBeLessThanOrEqual(65_000);
		expect(harness.stopLog[0]).toContain('could not be cancelled');
	});

	it('tells of a create without an id, once it has been awaited as long as any create', async () => {
		harness.queue.faults.create.push({ hang: true, accepted: true });
		const order = harness.order(0, 20_000);
		const work = harness.generate(harness.execution(), order);
		harness.after(10, () => harness.stop());
		const startedMs = harness.clock.nowMs();
		await harness.problemOf(work);
		expect(harness.clock.nowMs() - startedMs).toBe(30_000);
		expect(harness.stopLog.join()).toContain(
			'A task of item 0 may have been accepted by SeaArt Cloud',
		);
	});

	/** Creates and stops, and lets the cancels have their answers. */
	async function createAndStop(cancelOnStop = true): Promise<void> {
		const execution = harness.execution();
		await harness.clock.run(obtainTask(execution, { ...harness.order(), cancelOnStop }));
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
	}

	it('cancels what Image > Create has made, while the node still runs', async () => {
		await createAndStop();
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});

	it('cancels nothing where Cancel on Stop is off', async () => {
		await createAndStop(false);
		expect(harness.queue.sent('cancel')).toHaveLength(0);
		expect(harness.stopLog).toEqual([
			'Task task-1 at SeaArt Cloud: runs on, since Cancel on Stop is off',
		]);
	});

	it('cancels a task whose id comes after it', async () => {
		const execution = harness.execution();
		const work = obtainTask(execution, harness.order());
		void harness.clock.sleep(10).then(() => harness.stop());
		await harness.clock.run(work);
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});

	it('cancels a task of Task > Wait', async () => {
		const before = harness.execution();
		const made = await harness.create(before);
		await before.activeTasks.close();
		const execution = harness.execution();
		void harness.clock.sleep(10).then(() => harness.stop());
		await harness.problemOf(collect(execution, made, harness.wait(), true));
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});

	it('tells of a finished task, and does not cancel it', async () => {
		const execution = harness.execution();
		await harness.clock.run(harness.generate(execution));
		expect(harness.stopLog).toEqual([]);
		harness.stop();
		expect(harness.stopLog).toEqual([
			'Task task-1 at SeaArt Cloud: was already finished; Task > Get Result fetches its picture',
		]);
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it('tells where the pictures are of a finished task without an id, but not one in the reply itself', () => {
		const { activeTasks } = harness.execution();
		const task = { requestId: '', modelId: '', status: 'completed', raw: null } as const;
		const images = ['https://pictures.test/1.png', 'data:image/png;base64,AAAA'];
		activeTasks.complete({ ...task, images: images.map((url) => ({ url })) });
		activeTasks.complete(task);
		harness.stop();
		const finished =
			'Task without an ID at SeaArt Cloud: was already finished and cannot be asked for again; its pictures:';
		expect(harness.stopLog).toEqual([`${finished} https://pictures.test/1.png`, finished]);
	});

	it('does not cancel a task that failed', async () => {
		harness.queue.ending = 'failed';
		const execution = harness.execution();
		await harness.problemOf(harness.generate(execution));
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it.each([
		[400, 'was already finished'],
		[404, 'is not known to the gateway'],
	])('tells what the gateway says of a cancel: HTTP %s', async (statusCode, words) => {
		harness.queue.faults.cancel.push(
			...Array.from({ length: 9 }, () => ({ reply: { statusCode } })),
		);
		await createAndStop();
		expect(harness.stopLog.join()).toContain(words);
	});

	it('cancels a task that the gateway does not know yet', async () => {
		harness.queue.faults.cancel.push({ reply: { statusCode: 404 } });
		await createAndStop();
		expect(harness.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
		expect(harness.queue.tasks.get('task-1')!.cancelled).toBe(true);
	});

	it('sends a cancel again whose connection broke', async () => {
		harness.queue.faults.cancel.push({ network: 'interrupted' });
		await createAndStop();
		expect(harness.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it('does not cancel the task of an earlier attempt that has failed', async () => {
		harness.queue.ending = 'failed';
		await harness.clock.run(obtainTask(harness.execution(), harness.order()));
		await harness.clock.pass(10_000);
		harness.queue.ending = 'completed';
		const execution = harness.execution();
		await harness.clock.run(obtainTask(execution, harness.order()));
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel').map(({ requestId }) => requestId)).toEqual(['task-2']);
	});

	it('sends no cancel to a gateway that has none', async () => {
		const { client, abortSignal } = harness.execution({ gateway: GATEWAYS.vtrix });
		const task = { requestId: 'task-9', modelId: '' };
		expect(await cancelQuietly(client, task, Infinity, abortSignal)).toBe('notOffered');
		expect(harness.queue.calls).toHaveLength(0);
	});

	it('leaves tasks alone that this node has handed on', async () => {
		const execution = harness.execution();
		await harness.clock.run(obtainTask(execution, harness.order()));
		await harness.clock.run(execution.activeTasks.close());
		harness.stop();
		await harness.clock.pass(1_000);
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it('cancels a task once, though it is taken in twice', async () => {
		const execution = harness.execution();
		harness.queue.jobMs = Infinity;
		const task = await harness.create(execution);
		harness.stop();
		execution.activeTasks.add(task, true);
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});
});
