import type { Execution } from '../../../nodes/FluxImage/tasks/execution';
import type { TaskState } from '../../../nodes/FluxImage/core/task';
import { FREE_TURN } from '../../../nodes/FluxImage/client/limiter';
import type { Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

let harness: TaskHarness;
let execution: Execution;
let task: TaskState;

/** A task at the gateway, and an execution that reads of it. */
async function setUp(random?: () => number): Promise<void> {
	harness = new TaskHarness(random);
	harness.queue.jobMs = Infinity;
	execution = harness.execution();
	task = await harness.create(execution);
}

beforeEach(async () => await setUp());

const repeated = (fault: Fault, times: number) => Array.from({ length: times }, () => fault);
const status = (statusCode: number, headers = {}): Fault => ({ reply: { statusCode, headers } });

/** Reads the status of a task; the patience is in milliseconds from now. */
async function read({ forMs = 600_000, isNew = true } = {}) {
	return await execution.client.status(task, { ...harness.wait(forMs), retryNotFound: isNew });
}

describe('a read', () => {
	const passing: ReadonlyArray<readonly [string, Fault]> = [
		['HTTP 429', status(429)],
		['HTTP 500', status(500)],
		['HTTP 502 with a page', { reply: { statusCode: 502, body: '<html></html>' } }],
		['HTTP 503', status(503)],
		['HTTP 408', status(408)],
		['HTML under HTTP 200', { reply: { body: '<html></html>' } }],
		['JSON that breaks off', { reply: { body: '{"status": "IN_PRO' } }],
		['null', { reply: { body: null } }],
		['a broken connection', { network: 'interrupted' }],
		['a connection that never opened', { network: 'neverConnected' }],
		['no answer', { hang: true }],
	];

	it.each(passing)('is tried again after %s', async (_name, fault) => {
		harness.queue.faults.status.push(...repeated(fault, 3));
		const work = read();
		expect(await harness.clock.run(work)).toMatchObject({ value: { status: 'running' } });
	});

	it('is tried again with waits that double up to ten seconds', async () => {
		harness.queue.faults.status.push(...repeated(status(500), 8));
		await harness.clock.run(read());
		expect(harness.gapsMs('status').map((gapMs) => gapMs - 20)).toEqual([
			375, 750, 1_500, 3_000, 6_000, 7_500, 7_500, 7_500,
		]);
	});

	it.each([
		[0, 250],
		[1, 500],
	])('jitters its waits by half: random %s waits %s ms first', async (random, waitMs) => {
		await setUp(() => random);
		harness.queue.faults.status.push(status(500));
		await harness.clock.run(read());
		expect(harness.gapsMs('status')).toEqual([waitMs + 20]);
	});

	it('obeys Retry-After, also with 503', async () => {
		harness.queue.faults.status.push(status(503, { 'retry-after': '25' }));
		await harness.clock.run(read());
		// A tenth to a fifth later, since all who were told so come back at the same moment.
		expect(harness.gapsMs('status')).toEqual([28_770]);
	});

	it('looks once more at the deadline, though Retry-After is far beyond it (FAULTS B13)', async () => {
		harness.queue.faults.status.push(status(429, { 'retry-after': '3600' }));
		expect(await harness.clock.run(read({ forMs: 60_000 }))).toMatchObject({
			value: { status: 'running' },
		});
		expect(harness.gapsMs('status')).toEqual([60_000]);
	});

	it('is tried until the deadline and then tells its last problem', async () => {
		harness.queue.faults.status.push(...repeated(status(500), 999));
		const work = read({ forMs: 60_000 });
		expect(await harness.problemOf(work)).toMatchObject({ kind: 'gatewayFault', httpCode: 500 });
		expect(harness.queue.sent('status').length).toBeGreaterThan(8);
	});

	it('has five seconds at least, so that a look at the deadline can be answered', async () => {
		harness.queue.faults.status.push({ hang: true });
		expect(await harness.timeOf(read({ forMs: 0 }))).toBe(5_000);
		expect((await harness.clock.run(read({ forMs: 0 }))).value).toMatchObject({
			status: 'running',
		});
	});
	it('is tried once more at the deadline though Retry-After asks for longer', async () => {
		harness.queue.faults.status.push(status(503, { 'retry-after': '900' }));
		const work = read({ forMs: 60_000 });
		expect(await harness.timeOf(work)).toBe(60_020);
		expect((await work).value).toMatchObject({ status: 'running' });
	});
	it('that hangs is cut after 30 seconds, well before the deadline', async () => {
		harness.queue.faults.status.push({ hang: true });
		await harness.clock.run(read());
		expect(harness.gapsMs('status')).toEqual([30_375]);
	});

	it('that hangs outlasts the deadline by no more than a call needs', async () => {
		harness.queue.faults.status.push(...repeated({ hang: true }, 9));
		const work = read({ forMs: 12_000 });
		const startedMs = harness.clock.nowMs();
		expect(await harness.problemOf(work)).toMatchObject({ kind: 'requestTimedOut' });
		expect(harness.clock.nowMs() - startedMs).toBeLessThanOrEqual(12_000 + 5_020);
	});

	it.each([401, 403, 404, 400, 409, 422])(
		'of a task that was just made outlasts HTTP %s for ten seconds, and no longer (FAULTS B11)',
		async (statusCode) => {
			harness.queue.faults.status.push(...repeated(status(statusCode), 4));
			expect(await harness.clock.run(read())).toMatchObject({ value: { status: 'running' } });
			harness.queue.faults.status.push(...repeated(status(statusCode), 99));
			const work = read();
			const startedMs = harness.clock.nowMs();
			expect(await harness.problemOf(work)).toMatchObject({ httpCode: statusCode });
			expect(harness.clock.nowMs() - startedMs).toBeLessThanOrEqual(10_040);
		},
	);

	it('that waited long for its turn has its ten seconds from the first refusal', async () => {
		const acquire = async () => {
			await harness.clock.sleep(30_000);
			return FREE_TURN;
		};
		execution = harness.execution({ limiter: { acquire } });
		harness.queue.faults.status.push(status(404));
		expect(await harness.clock.run(read())).toMatchObject({ value: { status: 'running' } });
	});

	it('has its ten seconds from the first refusal also where the gateway was down before', async () => {
		harness.queue.faults.status.push(...repeated(status(500), 5), status(404));
		expect(await harness.clock.run(read())).toMatchObject({ value: { status: 'running' } });
	});

	it('takes a good reply as it is, also with Retry-After', async () => {
		harness.queue.faults.status.push({ ...status(200, { 'retry-after': '5' }), accepted: true });
		expect(await harness.clock.run(read())).toMatchObject({ value: { status: 'running' } });
		expect(harness.queue.sent('status')).toHaveLength(1);
	});

	it.each([401, 402, 403, 404, 400, 422, 302])(
		'of an older task is final at HTTP %s',
		async (statusCode) => {
			harness.queue.faults.status.push(status(statusCode));
			const work = read({ isNew: false });
			expect(await harness.problemOf(work)).toMatchObject({ httpCode: statusCode });
			expect(harness.queue.sent('status')).toHaveLength(1);
		},
	);

	it('of a new task is final at HTTP 302, too', async () => {
		harness.queue.faults.status.push(status(302));
		expect(await harness.problemOf(read())).toMatchObject({ httpCode: 302 });
		expect(harness.queue.sent('status')).toHaveLength(1);
	});

	it('whose turn does not come in time is not sent', async () => {
		const acquire = jest.fn(async () => undefined);
		execution = harness.execution({ limiter: { acquire } });
		expect(await harness.problemOf(read({ forMs: 1_000 }))).toMatchObject({ kind: 'rateLimited' });
		expect(acquire).toHaveBeenCalledWith(
			expect.objectContaining({ kind: 'poll', modelId: 'flux_kontext_max', tasks: 0 }),
			expect.anything(),
		);
		expect(harness.queue.sent('status')).toHaveLength(0);
	});

	it('ends with Stop at once', async () => {
		harness.queue.faults.status.push({ hang: true });
		const work = read();
		const startedMs = harness.clock.nowMs();
		void harness.clock.sleep(50).then(() => harness.stop());
		expect(await harness.problemOf(work)).toMatchObject({ kind: 'stopped' });
		expect(harness.clock.nowMs() - startedMs).toBeLessThanOrEqual(70);
	});
});
