import { obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { Fault } from './fakeQueue';
import { TaskHarness } from './taskHarness';

const DOWN: Fault = { reply: { statusCode: 503 } };

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

describe('the next attempt', () => {
	it('of the same execution waits for the task that is paid', async () => {
		const first = harness.generate();
		void harness.clock.sleep(1_000).then(() => harness.fail());
		expect(await harness.problemOf(first)).toMatchObject({ kind: 'stopped', requestId: 'task-1' });
		expect((await harness.taskOf(harness.generate())).requestId).toBe('task-1');
		expect(harness.paid).toBe(1);
	});

	it('looks at it at once, and only fetches what is finished', async () => {
		await harness.taskOf(harness.generate());
		const startedMs = harness.clock.nowMs();
		await harness.taskOf(harness.generate());
		expect(harness.clock.nowMs() - startedMs).toBeLessThan(100);
		expect(harness.paid).toBe(1);
	});

	it('makes a task anew that failed', async () => {
		harness.queue.ending = 'failed';
		await harness.problemOf(harness.generate());
		harness.queue.ending = 'completed';
		expect((await harness.taskOf(harness.generate())).requestId).toBe('task-2');
	});

	it('makes a task anew that was cancelled meanwhile, and once only', async () => {
		void harness.clock.sleep(1_000).then(() => harness.fail());
		await harness.problemOf(harness.generate());
		harness.queue.tasks.get('task-1')!.cancelled = true;
		expect((await harness.taskOf(harness.generate())).requestId).toBe('task-2');
		expect(harness.paid).toBe(2);
	});

	it('is another create in another turn of a loop and for another item, and none with another payload', async () => {
		const { key, ...order } = harness.order();
		const others = [
			key,
			{ ...key, runIndex: 1 },
			{ ...key, itemIndex: 1 },
			{ ...key, payload: 'other', origin: 'other' },
		];
		for (const other of others) {
			await harness.taskOf(harness.generate(harness.execution(), { ...order, key: other }));
		}
		expect(harness.paid).toBe(3);
	});

	it('does not send a create again that may have been accepted; a new execution does', async () => {
		harness.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await harness.problemOf(harness.generate());
		expect(await harness.problemOf(harness.generate())).toMatchObject({
			kind: 'createUncertain',
			modelId: 'flux_kontext_max',
		});
		expect(harness.queue.sent('create')).toHaveLength(1);
		expect(
			(await harness.taskOf(harness.generate(harness.execution({ executionId: '2' })))).requestId,
		).toBe('task-2');
	});

	it('does not make anew what it cannot read about', async () => {
		await harness.taskOf(harness.generate());
		harness.queue.faults.status.push({ reply: { statusCode: 302 } });
		expect(await harness.problemOf(harness.generate())).toMatchObject({
			kind: 'redirected',
			requestId: 'task-1',
		});
		expect(harness.paid).toBe(1);
	});

	it('reads of a task that it only hands on until the time is up, and outlasts a lag', async () => {
		await harness.taskOf(obtainTask(harness.execution(), harness.order()));
		harness.queue.faults.status.push({ reply: { statusCode: 404 } });
		const again = obtainTask(harness.execution(), harness.order());
		expect((await harness.taskOf(again)).requestId).toBe('task-1');

		harness.queue.faults.status.push(...Array.from({ length: 99 }, () => DOWN));
		const startedMs = harness.clock.nowMs();
		const inVain = obtainTask(harness.execution(), harness.order(0, 60_000));
		expect(await harness.problemOf(inVain)).toMatchObject({
			kind: 'gatewayFault',
			requestId: 'task-1',
		});
		expect(harness.clock.nowMs() - startedMs).toBeLessThanOrEqual(60_020);
		expect(harness.paid).toBe(1);
	});

	it('sends a create again that was refused', async () => {
		harness.queue.faults.create.push({ reply: { statusCode: 401 } });
		expect(await harness.problemOf(harness.generate())).toMatchObject({
			kind: 'badKey',
			modelId: 'flux_kontext_max',
		});
		expect((await harness.taskOf(harness.generate())).requestId).toBe('task-1');
	});

	it('of a doubtful create says why it is not sent', async () => {
		harness.queue.faults.create.push({ network: 'interrupted' });
		await harness.problemOf(harness.generate());
		expect((await harness.problemOf(harness.generate())).reason).toContain('sent it already');
	});

	it('remembers through what n8n saves', async () => {
		await harness.taskOf(harness.generate());
		const saved = JSON.parse(JSON.stringify(harness.context)) as object;
		for (const name of Object.keys(harness.context)) delete harness.context[name];
		Object.assign(harness.context, saved);
		await harness.taskOf(harness.generate(harness.execution({ executionId: '2' })));
		expect(harness.paid).toBe(1);
	});
});
