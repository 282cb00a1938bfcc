import type { Outcome } from '../../tooling/engine/engine';
import { HeldTime, NODE_TIME } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;
let time: HeldTime;

beforeAll(async () => (harness = await NodeHarness.open(NODE_TIME)));
afterAll(async () => await harness.close());
beforeEach(() => {
	harness.reset();
	time = new HeldTime();
});
afterEach(() => time.release());

const run = async (ask: Ask): Promise<Outcome> => await time.during(harness.run(ask));

/** Time that passes in long steps, where seconds are to pass and no moment counts. */
function inLongSteps(stepMs: number): void {
	time.release();
	time = new HeldTime(stepMs);
}

const nowMs = () => NODE_TIME.nowMs!();
const rows = (call: 'create' | 'status' | 'cancel' | 'picture') =>
	harness.sandbox.ledger.where({ call });
const states = () => harness.sandbox.ledger.taskRows().map(({ state }) => state);
/** Polls as the schedule has them. */
const BY_SCHEDULE = { pollInterval: undefined } as unknown as NonNullable<Ask['options']>;

describe('a create that is answered late (FAULTS A5)', () => {
	it('after 33 s with Timeout 120, is a task like any other', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: 'slowDrip',
			dripMs: 50,
		});
		const running = harness.run({ options: { timeout: 120 } });
		await time.standUntil(() => harness.taskIds().length === 1);
		await time.pass(33_000);
		const { items, error } = await time.during(running);
		expect(error).toBeUndefined();
		expect(items[0]!.binary).toBeDefined();
		expect(rows('create')).toHaveLength(1);
	});
});

describe('the look before the deadline (FAULTS B2)', () => {
	it.each([
		['a timeout shorter than the first poll', { ...BY_SCHEDULE, timeout: 0.6 }],
		['a timeout of two seconds', { ...BY_SCHEDULE, timeout: 2 }],
		['a Poll Interval longer than the timeout', { pollInterval: 60, timeout: 2 }],
	])('delivers what is finished: %s', async (_name, options) => {
		const { items, error } = await run({ prompts: ['[seconds=0.06]'], options });
		expect(error).toBeUndefined();
		expect(items[0]!.binary).toBeDefined();
	});

	it('fetches a task that had finished when its cancel came', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: '500' });
		const { items, error } = await run({
			options: { timeout: 1, onTimeout: 'cancelTask' },
			onCall: ({ method }) => {
				if (method === 'PUT') harness.sandbox.faults.clear();
			},
		});
		expect(error).toBeUndefined();
		expect(items[0]!.binary).toBeDefined();
		expect(rows('cancel')).toHaveLength(1);
	});
});

describe('a picture that is late on its host (FAULTS B6)', () => {
	it('is fetched though it is not there for 8.5 s', async () => {
		inLongSteps(25);
		harness.sandbox.faults.add({ call: 'picture', fault: '404' });
		const running = harness.run({});
		await time.passUntil(() => rows('picture').length > 0);
		const thereMs = nowMs() + 8_500;
		await time.passUntil(() => nowMs() >= thereMs);
		harness.sandbox.faults.clear();
		const { items, error } = await time.during(running);
		expect(error).toBeUndefined();
		expect(items[0]!.binary).toBeDefined();
	});
});

describe('a poll that is told to wait longer than there is time (FAULTS B13)', () => {
	it.each([3_600, 30])('Retry-After: %d: one look before the deadline', async (wait) => {
		inLongSteps(50);
		harness.sandbox.faults.add({
			call: 'status',
			fault: '429-seconds',
			retryAfterSeconds: wait,
			times: 1,
		});
		const { items, error } = await run({ prompts: ['[seconds=5]'], options: { timeout: 12 } });
		expect(error).toBeUndefined();
		expect(items[0]!.binary).toBeDefined();
		expect(rows('status')).toHaveLength(2);
	});

	it('and with Cancel Task the cancel is sent all the same', async () => {
		inLongSteps(50);
		harness.sandbox.faults.add({ call: 'status', fault: '429-seconds', retryAfterSeconds: 3_600 });
		const { error } = await run({
			prompts: ['[never]'],
			options: { timeout: 5, onTimeout: 'cancelTask' },
		});
		expect(error!.message).toContain('its cancel was requested');
		expect(states()).toEqual(['cancelled']);
	});
});

describe('a timeout shorter than the jobs (FAULTS F9)', () => {
	it('sends the create, and hands the task on: what is served is answered, not finished', async () => {
		inLongSteps(500);
		const LONG = '[seconds=90]';
		const taught = await run({ prompts: [`first ${LONG}`], options: { timeout: 200 } });
		expect(taught.items[0]!.json.status).toBe('completed');
		const { items } = await run({
			prompts: ['second', 'third', 'fourth'].map((prompt) => `${prompt} ${LONG}`),
			options: { timeout: 50, onTimeout: 'returnTask' },
		});
		expect(items.map(({ json }) => json.status)).toEqual(['running', 'running', 'running']);
		expect(harness.sandbox.ledger.billed()).toBe(4);
	});
});
