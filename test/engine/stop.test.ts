import type { Gateway } from '../../sandbox';
import type { Execution } from '../../tooling/engine/engine';
import { HeldTime } from './heldTime';
import { Studio, type Ask } from './studio';

let studio: Studio;
let time: HeldTime;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => {
	studio.reset();
	time = new HeldTime();
});
afterEach(() => time.release());

/** A node that is to be stopped. */
interface Running {
	readonly execution: Execution;
	/** Its API calls in the order in which they were sent: `cancel`, or method and URL. */
	readonly sent: string[];
	/** Whether a line of its log has all of these words. */
	readonly told: (...words: string[]) => boolean;
	/** How many tasks it knows the ids of. */
	readonly made: () => number;
}

function start(ask: Ask): Running {
	const sent: string[] = [];
	const execution = studio.start({
		...ask,
		onCall: ({ method, url }) => void sent.push(method === 'PUT' ? 'cancel' : `${method} ${url}`),
	});
	execution.finished.catch(() => undefined);
	const lines = (...words: string[]) =>
		execution.log().filter((line) => words.every((word) => line.includes(word)));
	return {
		execution,
		sent,
		told: (...words) => lines(...words).length > 0,
		made: () => lines('was created at').length,
	};
}

/** Starts, and waits until the ids of that many tasks are known. */
async function startAndMake(tasks: number, ask: Ask): Promise<Running> {
	const node = start(ask);
	await time.passUntil(() => node.made() === tasks);
	return node;
}

/** Presses Stop; gives what is sent before the event loop turns, without any wait. */
async function stop({ execution, sent }: Running): Promise<string[]> {
	const before = sent.length;
	execution.stop();
	await new Promise((resolve) => setImmediate(resolve));
	return sent.slice(before);
}

/** So much of the node's time after Stop shows whether it goes on: many polls, in milliseconds. */
const LONG_AFTER_MS = 5_000;

/** How long a create is awaited at least, in milliseconds of the node's time. */
const CREATE_MS = 31_000;

const rows = (call: 'create' | 'status' | 'cancel') => studio.sandbox.ledger.where({ call });
const states = () => studio.sandbox.ledger.taskRows().map(({ state }) => state);

/** Cancels that are in flight together. */
const CANCELS_TOGETHER = 10;

const NEVER = (count: number) => Array.from({ length: count }, (_, row) => `${row} [never]`);
const CANCELS = (count: number) => Array.from({ length: count }, () => 'cancel');

describe('Stop', () => {
	it('cancels 50 tasks, ten at a time, the first at once, and starts nothing else', async () => {
		const node = await startAndMake(50, {
			prompts: NEVER(50),
			options: { maxConcurrentTasks: 50 },
		});
		await time.passUntil(() => rows('status').length > 0);
		const before = node.sent.length;
		expect(await stop(node)).toEqual(CANCELS(CANCELS_TOGETHER));
		await time.standUntil(() =>
			studio.taskIds().every((id) => node.told(`Task ${id} at SeaArt Cloud: cancel requested`)),
		);
		expect(states()).toEqual(Array.from({ length: 50 }, () => 'cancelled'));
		await time.pass(LONG_AFTER_MS);
		expect(node.sent.slice(before)).toEqual(CANCELS(50));
	});

	it('leaves finished tasks alone, but names them, and starts no further item', async () => {
		const node = await startAndMake(3, {
			prompts: ['[seconds=0]', ...NEVER(5)],
			options: { maxConcurrentTasks: 2 },
		});
		expect(await stop(node)).toEqual(CANCELS(2));
		expect(node.told(`Task ${studio.taskIds()[0]} at SeaArt Cloud: was already finished`)).toBe(
			true,
		);
		await time.standUntil(() => rows('cancel').length === 2);
		await time.pass(LONG_AFTER_MS);
		expect(rows('cancel')).toHaveLength(2);
		expect(rows('create')).toHaveLength(3);
	});

	it('cancels a timed-out task too while another runs, since its item does not come out', async () => {
		const items = [1, 600].map((timeout) => ({ json: { prompt: `${timeout} [never]`, timeout } }));
		const node = await startAndMake(2, {
			items,
			options: { timeout: '={{ $json.timeout }}', onTimeout: 'returnTask' },
		});
		await time.pass(LONG_AFTER_MS);
		expect(await stop(node)).toEqual(CANCELS(2));
		await time.standUntil(() =>
			studio.taskIds().every((id) => node.told(`Task ${id} at SeaArt Cloud: cancel requested`)),
		);
	});

	it('awaits a create that is in flight for its id, and cancels it', async () => {
		studio.sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: 'slowDrip',
			dripMs: 20,
		});
		const node = start({ prompts: NEVER(1) });
		await time.standUntil(() => studio.taskIds().length === 1);
		expect(node.made()).toBe(0);
		expect(await stop(node)).toEqual([]);
		await time.standUntil(() => rows('cancel').length === 1);
		expect(rows('cancel')[0]!.taskId).toBe(studio.taskIds()[0]);
	});

	it('awaits it as long as any create: then the log says that it may have been accepted', async () => {
		studio.sandbox.faults.add({ call: 'create', when: 'afterAcceptance', fault: 'hang' });
		const node = start({ prompts: NEVER(1) });
		await time.standUntil(() => studio.taskIds().length === 1);
		await stop(node);
		await time.pass(CREATE_MS);
		await time.standUntil(() => node.told('item 0', 'may have been accepted'));
	});

	it('ends a read that hangs, and cancels its task', async () => {
		studio.sandbox.faults.add({ call: 'status', fault: 'hang' });
		const node = await startAndMake(1, { prompts: NEVER(1) });
		await time.passUntil(() => rows('status').length === 1);
		expect(await stop(node)).toEqual(CANCELS(1));
		await time.standUntil(() => rows('cancel').length === 1);
	});

	it('cancels a task of Task > Wait, even while its first look hangs', async () => {
		const created = await studio.run({ operation: 'image > create', prompts: NEVER(1) });
		studio.sandbox.faults.add({ call: 'status', fault: 'hang' });
		const node = start({
			operation: 'task > wait',
			requestIds: [String(created.items[0]!.json.requestId)],
		});
		await time.passUntil(() => rows('status').length === 1);
		expect(await stop(node)).toEqual(CANCELS(1));
		await time.standUntil(() => rows('cancel').length === 1);
	});

	it('cancels nothing where Cancel on Stop is off, and the log says that the task runs on', async () => {
		const node = await startAndMake(2, {
			prompts: NEVER(2),
			options: { cancelOnStop: false },
		});
		expect(await stop(node)).toEqual([]);
		for (const id of studio.taskIds()) expect(node.told(id, 'runs on')).toBe(true);
		await time.pass(LONG_AFTER_MS);
		expect(rows('cancel')).toHaveLength(0);
	});

	it.each<Gateway>(['vtrix', 'toApis'])(
		'at %s, which has no cancel, tells in the log that the task runs on',
		async (gateway) => {
			const node = await startAndMake(1, { gateway, prompts: NEVER(1) });
			await stop(node);
			expect(node.told(studio.taskIds()[0]!, ' runs on')).toBe(true);
		},
	);

	it('tells in the log of a cancel that did not get through', async () => {
		studio.sandbox.faults.add({ call: 'cancel', fault: '500' });
		const node = await startAndMake(1, { prompts: NEVER(1) });
		await stop(node);
		await time.passUntil(() => node.told(studio.taskIds()[0]!, 'could not be cancelled'));
	});

	it('sends a cancel again that was answered badly once', async () => {
		studio.sandbox.faults.add({
			call: 'cancel',
			fault: 'reset',
			when: 'beforeAcceptance',
			times: 1,
		});
		const node = await startAndMake(1, { prompts: NEVER(1) });
		await stop(node);
		await time.passUntil(() => rows('cancel').length === 2);
		await time.standUntil(() => node.told('cancel requested'));
		expect(states()).toEqual(['cancelled']);
	});

	it('between two attempts of Retry On Fail cancels what the first one paid for', async () => {
		const attempts: Array<Promise<unknown>> = [];
		studio.sandbox.faults.add({ call: 'status', fault: 'redirect', promptIncludes: 'bad' });
		const node = start({
			prompts: ['0 [never]', 'bad [never]'],
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 },
			onRun: (attempt) => void attempts.push(attempt),
		});
		await time.standUntil(() => attempts.length === 1);
		const firstAttempt = attempts[0]!;
		// In the very turn in which it fails, so that no stall lets the second one begin before.
		expect(await time.during(firstAttempt.catch(async () => await stop(node)))).toEqual([]);
		const before = node.sent.length;
		await time.passUntil(() => rows('cancel').length === 2);
		expect(node.sent.slice(before)).toEqual(CANCELS(2));
	});
});
