import type { Execution } from '../../tooling/engine/engine';
import { HeldTime, NODE_TIME } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;
let time: HeldTime;

beforeAll(async () => (harness = await NodeHarness.open(NODE_TIME)));
afterAll(async () => await harness.close());
beforeEach(() => {
	harness.reset();
	time = new HeldTime(50);
});
afterEach(() => time.release());

const TASKS = 20;
const NEVER = (count: number) => Array.from({ length: count }, (_, item) => `${item} [never]`);

function start(ask: Ask): Execution {
	const execution = harness.start(ask);
	execution.finished.catch(() => undefined);
	return execution;
}

/** How many lines of the log have these words. */
const told = (execution: Execution, words: string) =>
	execution.log().filter((line) => line.includes(words)).length;

/** Starts tasks that never end, and presses Stop when the ids of all are known. */
async function startAndStop(tasks: number): Promise<Execution> {
	const execution = start({ prompts: NEVER(tasks), options: { maxConcurrentTasks: tasks } });
	await time.passUntil(() => told(execution, 'was created at') === tasks);
	execution.stop();
	return execution;
}

const states = () => harness.sandbox.ledger.taskRows().map(({ state }) => state);
const rows = (call: 'create' | 'cancel') => harness.sandbox.ledger.where({ call });
const CANCELLED = (count: number) => Array.from({ length: count }, () => 'cancelled');

describe('Stop while the gateway refuses cancels for now (FAULTS A2)', () => {
	it.each([
		['429-seconds', 1, 2],
		['429-seconds', 10, 2],
		['503', 3, 2],
	] as const)('%s with Retry-After: %d, %d times: all come through', async (fault, wait, times) => {
		harness.sandbox.faults.add({
			call: 'cancel',
			when: 'beforeAcceptance',
			fault,
			retryAfterSeconds: wait,
			perTask: true,
			times,
		});
		const execution = await startAndStop(TASKS);
		await time.passUntil(() => told(execution, 'cancel requested') === TASKS);
		expect(states()).toEqual(CANCELLED(TASKS));
		expect(rows('create')).toHaveLength(TASKS);
	});

	it('gives up after a minute of the time, and names each task that may run on', async () => {
		harness.sandbox.faults.add({ call: 'cancel', when: 'beforeAcceptance', fault: '429' });
		const execution = await startAndStop(3);
		const stoppedMs = NODE_TIME.nowMs!();
		await time.passUntil(() => told(execution, 'could not be cancelled and may run on') === 3);
		const tookMs = NODE_TIME.nowMs!() - stoppedMs;
		expect(tookMs).toBeGreaterThan(50_000);
		expect(tookMs).toBeLessThan(70_000);
	});
});

describe('Stop while creates are on their way (FAULTS A3)', () => {
	it('reads the ids of creates that take 2.5 s, cancels these tasks, and sends no other', async () => {
		const answered = { call: 'create', when: 'afterAcceptance', fault: 'slowDrip' } as const;
		harness.sandbox.faults.add({ ...answered, dripMs: 50 });
		const execution = start({ prompts: NEVER(6), options: { maxConcurrentTasks: 3 } });
		await time.standUntil(() => harness.taskIds().length === 3);
		expect(told(execution, 'was created at')).toBe(0);
		execution.stop();
		await time.pass(2_500);
		await time.passUntil(() => told(execution, 'cancel requested') === 3);
		expect(states()).toEqual(CANCELLED(3));
		expect(rows('create')).toHaveLength(3);
	});
});

describe('a cancel after a time-out that failed (FAULTS A14)', () => {
	it('is tried again on Stop', async () => {
		const timeouts = [1, 600];
		const items = timeouts.map((timeout) => ({ json: { prompt: `${timeout} [never]`, timeout } }));
		harness.sandbox.faults.add({ call: 'cancel', when: 'beforeAcceptance', fault: '500' });
		const execution = start({
			items,
			options: { timeout: '={{ $json.timeout }}', onTimeout: 'cancelTask' },
			settings: { onError: 'continueRegularOutput' },
		});
		await time.passUntil(() => rows('cancel').length > 0);
		const lateMs = NODE_TIME.nowMs!();
		await time.passUntil(() => NODE_TIME.nowMs!() > lateMs + 15_000);
		const before = rows('cancel').length;
		harness.sandbox.faults.clear();
		execution.stop();
		await time.passUntil(() => told(execution, 'cancel requested') === 2);
		expect(rows('cancel').length).toBe(before + 2);
		expect(states()).toEqual(CANCELLED(2));
	});
});
