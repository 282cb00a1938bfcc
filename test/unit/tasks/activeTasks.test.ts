import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { cancelQuietly } from '../../../nodes/FluxImage/tasks/activeTasks';
import { collectTask, obtainTask, unseen } from '../../../nodes/FluxImage/tasks/lifecycle';
import { Workbench } from './workbench';

let bench: Workbench;

beforeEach(() => (bench = new Workbench()));

describe('Stop', () => {
	it('cancels 50 tasks at once, and says of each what became of it', async () => {
		bench.queue.jobMs = Infinity;
		const room = bench.room();
		const work = Promise.allSettled(
			Array.from({ length: 50 }, (_, item) => bench.generate(room, bench.order(item))),
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
		const work = bench.generate(room);
		void bench.clock.sleep(1_000).then(() => bench.stop());
		await bench.problemOf(work);
		const stoppedMs = bench.clock.nowMs();
		await bench.clock.run(room.inFlight.close());
		expect(bench.clock.nowMs() - stoppedMs).toBeLessThanOrEqual(900);
		expect(bench.stopLog[0]).toContain('could not be cancelled');
	});

	it('tells of a create without an id', async () => {
		bench.queue.faults.create.push({ hang: true, accepted: true });
		const work = bench.generate();
		void bench.clock.sleep(10).then(() => bench.stop());
		const startedMs = bench.clock.nowMs();
		await bench.problemOf(work);
		expect(bench.clock.nowMs() - startedMs).toBe(1_010);
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
		await bench.problemOf(collectTask(room, made, bench.watch(), true));
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(1);
	});

	it('tells of a finished task, and does not cancel it', async () => {
		const room = bench.room();
		await bench.clock.run(bench.generate(room));
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
		await bench.problemOf(bench.generate(room));
		bench.stop();
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel')).toHaveLength(0);
	});

	it.each([
		[400, 'was already finished'],
		[404, 'is not known to the gateway'],
	])('tells what the gateway says of a cancel: HTTP %s', async (statusCode, words) => {
		bench.queue.faults.cancel.push(...Array.from({ length: 9 }, () => ({ reply: { statusCode } })));
		await createAndStop();
		expect(bench.stopLog.join()).toContain(words);
	});

	it('cancels a task that the gateway does not know yet', async () => {
		bench.queue.faults.cancel.push({ reply: { statusCode: 404 } });
		await createAndStop();
		expect(bench.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
		expect(bench.queue.tasks.get('task-1')!.cancelled).toBe(true);
	});

	it('sends a cancel again whose connection broke', async () => {
		bench.queue.faults.cancel.push({ network: 'interrupted' });
		await createAndStop();
		expect(bench.stopLog).toEqual(['Task task-1 at SeaArt Cloud: cancel requested']);
	});

	it('does not cancel the task of an earlier attempt that has failed', async () => {
		bench.queue.ending = 'failed';
		await bench.clock.run(obtainTask(bench.room(), bench.order()));
		await bench.clock.pass(10_000);
		bench.queue.ending = 'completed';
		const room = bench.room();
		await bench.clock.run(obtainTask(room, bench.order()));
		bench.stop();
		await bench.clock.run(room.inFlight.close());
		expect(bench.queue.sent('cancel').map(({ requestId }) => requestId)).toEqual(['task-2']);
	});

	it('sends no cancel to a gateway that has none', async () => {
		const room = bench.room();
		const session = { ...room.session, gateway: GATEWAYS.vtrix };
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
