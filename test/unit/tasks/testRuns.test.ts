import type { Order, SharedName } from '../../../nodes/FluxImage/tasks/order';
import type { Fault } from './fakeQueue';
import { TaskHarness } from './taskHarness';

/** What makes two test runs ask for the same. */
const SAME: SharedName = { kind: 'testRun', name: 'testRun/1' };

let harness: TaskHarness;
let runs: number;

beforeEach(() => {
	harness = new TaskHarness();
	runs = 0;
});

const order = (): Order => harness.order(0, undefined, SAME);

/** A test run of its own, in the same process. */
const testRun = () => harness.execution({ executionId: String(++runs), context: {} });

/** What an earlier test run has paid for, with its picture. */
async function paidBefore(): Promise<void> {
	await harness.taskOf(harness.generate(testRun(), order()));
}

describe('The same in a later test run', () => {
	it('is not paid again: its task is fetched', async () => {
		await paidBefore();
		const { task, reuse } = await harness.clock.run(harness.generate(testRun(), order()));
		expect(task).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(reuse).toEqual({ kind: 'testRun', requestChanged: false });
		expect(harness.paid).toBe(1);
	});

	it('is waited for where its task still runs', async () => {
		await harness.create(testRun(), order());
		const { task } = await harness.clock.run(harness.generate(testRun(), order()));
		expect(task).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(harness.paid).toBe(1);
	});

	it.each<[string, Fault]>([
		['401: another key', { reply: { statusCode: 401, body: {} } }],
		['403: not allowed', { reply: { statusCode: 403, body: {} } }],
		['404: gone', { reply: { statusCode: 404, body: {} } }],
	])('is made anew where the gateway has it no more (%s)', async (_, fault) => {
		await paidBefore();
		harness.queue.faults.status.push(...Array.from({ length: 100 }, () => fault));
		const obtained = harness.clock.run(harness.create(testRun(), order()));
		expect((await obtained).requestId).toBe('task-2');
	});

	it('is not made anew for a look that went wrong otherwise', async () => {
		await paidBefore();
		harness.queue.faults.status.push({ reply: { statusCode: 422, body: { error: 'odd' } } });
		const { requestId } = await harness.clock.run(harness.create(testRun(), order()));
		expect(requestId).toBe('task-1');
		expect(harness.paid).toBe(1);
	});

	it.each(['failed', 'moderated'] as const)('is made anew where its end is: %s', async (ending) => {
		harness.queue.ending = ending;
		await harness.create(testRun(), order());
		await harness.clock.run(harness.clock.sleep(10_000));
		harness.queue.ending = 'completed';
		const { task, reuse } = await harness.clock.run(harness.generate(testRun(), order()));
		expect(task?.requestId).toBe('task-2');
		expect(reuse).toBeUndefined();
	});

	it('is made anew where nobody knows whether the gateway took it', async () => {
		harness.queue.faults.create.push({ network: 'interrupted', accepted: true });
		await harness.problemOf(harness.generate(testRun(), order()));
		const { requestId } = await harness.taskOf(harness.generate(testRun(), order()));
		expect(requestId).toBe('task-2');
	});
});
