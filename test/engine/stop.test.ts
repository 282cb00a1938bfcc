import type { Gateway } from '../sandbox';
import type { Execution } from './engine';
import { Studio, type Ask } from './studio';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

const rows = (call: 'create' | 'cancel') => studio.sandbox.ledger.where({ call });

/** Waits until something holds; fails with the test's own time-out. */
async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const pause = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts, waits until that many tasks are made, and presses Stop; gives the moment of it. */
async function stopWith(
	tasks: number,
	ask: Ask,
): Promise<{ execution: Execution; stoppedAt: number }> {
	const execution = studio.start(ask);
	execution.finished.catch(() => undefined);
	await until(() => studio.taskIds().length === tasks);
	await pause(150);
	const stoppedAt = Date.now();
	execution.stop();
	return { execution, stoppedAt };
}

/** A read that was on the wire when Stop was pressed may arrive so much later, in milliseconds. */
const ON_ITS_WAY_MS = 500;

/** The kinds of calls that were begun after that moment. */
const callsAfter = (stoppedAt: number) =>
	studio.sandbox.ledger.requests
		.filter(({ atMs, call }) => atMs > stoppedAt + (call === 'cancel' ? 0 : ON_ITS_WAY_MS))
		.map(({ call }) => call);

const NEVER = (count: number) => Array.from({ length: count }, (_, row) => `${row} [never]`);

describe('Stop', () => {
	it('cancels 50 tasks within two seconds, and starts nothing else', async () => {
		const { execution, stoppedAt } = await stopWith(50, {
			prompts: NEVER(50),
			options: { maxConcurrentTasks: 50 },
		});
		await until(() => rows('cancel').length === 50);
		expect(Math.max(...rows('cancel').map(({ atMs }) => atMs)) - stoppedAt).toBeLessThan(2_000);
		await pause(1_000);
		expect(callsAfter(stoppedAt)).toEqual(Array.from({ length: 50 }, () => 'cancel'));
		const states = studio.sandbox.ledger.taskRows().map(({ state }) => state);
		expect(states.every((state) => state === 'cancelled')).toBe(true);
		const log = execution.log().join('\n');
		for (const id of studio.taskIds()) {
			expect(log).toContain(`Task ${id} at SeaArt Cloud: cancel requested`);
		}
	});

	it('leaves finished tasks alone, but names them, and starts no further item', async () => {
		const { execution, stoppedAt } = await stopWith(3, {
			prompts: ['[seconds=0]', ...NEVER(5)],
			options: { maxConcurrentTasks: 2 },
		});
		await until(() => rows('cancel').length === 2);
		await pause(500);
		expect(rows('create')).toHaveLength(3);
		expect(rows('cancel')).toHaveLength(2);
		expect(rows('create').every(({ atMs }) => atMs <= stoppedAt)).toBe(true);
		expect(execution.log().join('\n')).toContain(
			`Task ${studio.taskIds()[0]} at SeaArt Cloud: was already finished`,
		);
	});

	it('awaits a create that is in flight for its id, and cancels it', async () => {
		studio.sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: 'slowDrip',
			dripMs: 5,
		});
		const execution = studio.start({ prompts: NEVER(1) });
		await until(() => studio.taskIds().length === 1);
		execution.stop();
		await until(() => rows('cancel').length === 1);
		expect(rows('cancel')[0]!.taskId).toBe(studio.taskIds()[0]);
	});

	it('does not await it for ever: the log says that it may have been accepted', async () => {
		studio.sandbox.faults.add({ call: 'create', when: 'afterAcceptance', fault: 'hang' });
		const execution = studio.start({ prompts: NEVER(1) });
		await until(() => studio.taskIds().length === 1);
		const stoppedAt = Date.now();
		execution.stop();
		const told = () => execution.log().find((line) => line.includes('may have been accepted'));
		await until(() => told() !== undefined);
		expect(told()).toContain('item 0');
		expect(Date.now() - stoppedAt).toBeLessThan(2_000);
	});

	it('ends a read that hangs, and cancels its task', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'hang' });
		await stopWith(1, { prompts: NEVER(1) });
		await until(() => rows('cancel').length === 1);
	});

	it('cancels a task of Task > Wait, even while its first look hangs', async () => {
		const created = await studio.run({ operation: 'image > create', prompts: NEVER(1) });
		studio.sandbox.faults.add({ call: 'status', fault: 'hang' });
		await stopWith(1, {
			operation: 'task > wait',
			requestIds: [String(created.items[0]!.json.requestId)],
		});
		await until(() => rows('cancel').length === 1);
	});

	it('cancels nothing where Cancel on Stop is off, and the log says that the task runs on', async () => {
		const { execution } = await stopWith(2, {
			prompts: NEVER(2),
			options: { cancelOnStop: false },
		});
		await until(() => execution.log().filter((line) => line.includes('runs on')).length === 2);
		await pause(300);
		expect(rows('cancel')).toHaveLength(0);
		for (const id of studio.taskIds()) expect(execution.log().join('\n')).toContain(id);
	});

	it.each<Gateway>(['vtrix', 'toApis'])(
		'at %s, which has no cancel, tells in the log that the task runs on',
		async (gateway) => {
			const { execution } = await stopWith(1, { gateway, prompts: NEVER(1) });
			const [id] = studio.taskIds();
			await until(() =>
				execution.log().some((line) => / runs on/.test(line) && line.includes(`${id}`)),
			);
		},
	);

	it('tells in the log of a cancel that did not get through', async () => {
		studio.sandbox.faults.add({ call: 'cancel', fault: '500' });
		const { execution } = await stopWith(1, { prompts: NEVER(1) });
		await until(() => execution.log().some((line) => line.includes('could not be cancelled')));
		expect(execution.log().join('\n')).toContain(studio.taskIds()[0]);
	});

	it('sends a cancel again that was answered badly once', async () => {
		studio.sandbox.faults.add({
			call: 'cancel',
			fault: 'reset',
			when: 'beforeAcceptance',
			times: 1,
		});
		const { execution } = await stopWith(1, { prompts: NEVER(1) });
		await until(() => execution.log().some((line) => line.includes('cancel requested')));
		expect(studio.sandbox.ledger.taskRows()[0]!.state).toBe('cancelled');
	});

	it('between two attempts of Retry On Fail cancels what the first one paid for', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', promptIncludes: 'bad' });
		const execution = studio.start({
			prompts: ['0 [never]', 'bad [never]'],
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1_500 },
		});
		await until(() => studio.sandbox.ledger.where({ fault: 'redirect' }).length > 0);
		await pause(300);
		const stoppedAt = Date.now();
		execution.stop();
		await until(() => rows('cancel').length === 2);
		expect(callsAfter(stoppedAt)).toEqual(['cancel', 'cancel']);
	});
});
