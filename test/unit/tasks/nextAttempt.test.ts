import { obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { Fault } from './fakeQueue';
import { Workbench } from './workbench';

const DOWN: Fault = { reply: { statusCode: 503 } };

let bench: Workbench;

beforeEach(() => (bench = new Workbench()));

describe('the next attempt', () => {
	it('of the same execution waits for the task that is paid', async () => {
		const first = bench.generate();
		void bench.clock.sleep(1_000).then(() => bench.fail());
		expect(await bench.problemOf(first)).toMatchObject({ kind: 'stopped', requestId: 'task-1' });
		expect((await bench.clock.run(bench.generate())).requestId).toBe('task-1');
		expect(bench.paid).toBe(1);
	});

	it('looks at it at once, and only fetches what is finished', async () => {
		await bench.clock.run(bench.generate());
		const startedMs = bench.clock.nowMs();
		await bench.clock.run(bench.generate());
		expect(bench.clock.nowMs() - startedMs).toBeLessThan(100);
		expect(bench.paid).toBe(1);
	});

	it('makes a task anew that failed', async () => {
		bench.queue.ending = 'failed';
		await bench.problemOf(bench.generate());
		bench.queue.ending = 'completed';
		expect((await bench.clock.run(bench.generate())).requestId).toBe('task-2');
	});

	it('makes a task anew that was cancelled meanwhile, and once only', async () => {
		void bench.clock.sleep(1_000).then(() => bench.fail());
		await bench.problemOf(bench.generate());
		bench.queue.tasks.get('task-1')!.cancelled = true;
		expect((await bench.clock.run(bench.generate())).requestId).toBe('task-2');
		expect(bench.paid).toBe(2);
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
			await bench.clock.run(bench.generate(bench.room(), { ...order, identity: other }));
		}
		expect(bench.paid).toBe(4);
	});

	it('does not send a create again that may have been accepted; a new execution does', async () => {
		bench.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await bench.problemOf(bench.generate());
		expect(await bench.problemOf(bench.generate())).toMatchObject({
			kind: 'mayHaveBeenAccepted',
			modelId: 'flux_kontext_max',
		});
		expect(bench.queue.sent('create')).toHaveLength(1);
		expect((await bench.clock.run(bench.generate(bench.room('2')))).requestId).toBe('task-2');
	});

	it('does not make anew what it cannot read about', async () => {
		await bench.clock.run(bench.generate());
		bench.queue.faults.status.push({ reply: { statusCode: 302 } });
		expect(await bench.problemOf(bench.generate())).toMatchObject({
			kind: 'redirected',
			requestId: 'task-1',
			status: 'queued',
		});
		expect(bench.paid).toBe(1);
	});

	it('reads of a task that it only hands on until the time is up, and outlasts a lag', async () => {
		await bench.clock.run(obtainTask(bench.room(), bench.order()));
		bench.queue.faults.status.push({ reply: { statusCode: 404 } });
		const again = obtainTask(bench.room(), bench.order());
		expect((await bench.clock.run(again)).requestId).toBe('task-1');

		bench.queue.faults.status.push(...Array.from({ length: 99 }, () => DOWN));
		const startedMs = bench.clock.nowMs();
		const inVain = obtainTask(bench.room(), bench.order(0, 60_000));
		expect(await bench.problemOf(inVain)).toMatchObject({
			kind: 'gatewayFault',
			requestId: 'task-1',
		});
		expect(bench.clock.nowMs() - startedMs).toBeLessThanOrEqual(60_000);
		expect(bench.paid).toBe(1);
	});

	it('sends a create again that was refused', async () => {
		bench.queue.faults.create.push({ reply: { statusCode: 401 } });
		expect(await bench.problemOf(bench.generate())).toMatchObject({
			kind: 'badKey',
			modelId: 'flux_kontext_max',
		});
		expect((await bench.clock.run(bench.generate())).requestId).toBe('task-1');
	});

	it('of a doubtful create says why it is not sent', async () => {
		bench.queue.faults.create.push({ network: 'interrupted' });
		await bench.problemOf(bench.generate());
		expect((await bench.problemOf(bench.generate())).reason).toContain('sent it already');
	});

	it('remembers through what n8n saves', async () => {
		await bench.clock.run(bench.generate());
		const saved = JSON.parse(JSON.stringify(bench.context)) as object;
		for (const name of Object.keys(bench.context)) delete bench.context[name];
		Object.assign(bench.context, saved);
		await bench.clock.run(bench.generate(bench.room('2')));
		expect(bench.paid).toBe(1);
	});
});
