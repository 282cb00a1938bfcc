import type { Order, SharedName } from '../../../nodes/FluxImage/tasks/order';
import { KEEPS_OWN_IDS, type Fault } from './fakeQueue';
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

describe('A test run of the same that another has begun, and of which no task is known', () => {
	const begun = (atMs: number, ownId?: string) =>
		harness.orders.rows.set(SAME.name, {
			...{ requestId: '', modelId: 'flux_kontext_max', request: '', atMs },
			...(ownId !== undefined && { ownId }),
		});
	const run = () => harness.execution({ executionId: '9', context: {}, gateway: KEEPS_OWN_IDS });
	const looks = () => harness.queue.sent('find').length;

	it('is looked up for as long as a lag may last, where it was begun just now', async () => {
		begun(harness.clock.dateMs(), 'n8n-1');
		const tookMs = await harness.timeOf(harness.create(run(), order()));
		expect(tookMs).toBeGreaterThan(5_000);
		expect(looks()).toBeGreaterThan(1);
	});

	it('is looked up once where it was begun long ago, and made anew', async () => {
		begun(harness.clock.dateMs() - 10_000, 'n8n-1');
		expect((await harness.create(run(), order())).requestId).toBe('task-1');
		expect(looks()).toBe(1);
	});

	it('is made anew without a look where its create carried no id', async () => {
		begun(harness.clock.dateMs());
		await harness.create(run(), order());
		expect([looks(), harness.paid]).toEqual([0, 1]);
	});

	it('is in doubt where the look is not answered, and nothing is sent', async () => {
		begun(0, 'n8n-1');
		harness.queue.faults.find.push({ reply: { statusCode: 422, body: { error: 'odd' } } });
		expect(await harness.problemOf(harness.generate(run(), order()))).toMatchObject({
			...{ kind: 'createUncertain', modelId: 'flux_kontext_max', reason: 'odd' },
		});
		expect(harness.paid).toBe(0);
	});

	it('is stopped where Stop ends the look', async () => {
		begun(0, 'n8n-1');
		harness.queue.faults.find.push({ hang: true });
		const execution = run();
		harness.after(200, harness.stopButton());
		expect(await harness.problemOf(harness.generate(execution, order()))).toEqual({
			kind: 'stopped',
		});
	});
});

it('A picture of a test run that the gateway lost after it was found has no patience for a lag', async () => {
	await paidBefore();
	const lost: Fault = { reply: { statusCode: 404, body: {} } };
	harness.queue.faults.status.push(undefined, ...Array.from({ length: 100 }, () => lost));
	const tookMs = await harness.timeOf(harness.generate(testRun(), order()));
	expect(tookMs).toBeLessThan(1_000);
});
