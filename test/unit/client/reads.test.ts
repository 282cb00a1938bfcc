import { readStatus } from '../../../nodes/FluxImage/tasks/poll';
import { obtainTask, type TaskRoom } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { TaskState } from '../../../nodes/FluxImage/core/task';
import { UNPACED } from '../../../tooling/limits/pacerOf10';
import type { Fault } from '../tasks/fakeQueue';
import { Workbench } from '../tasks/workbench';

let bench: Workbench;
let room: TaskRoom;
let task: TaskState;

/** A task at the gateway, and an execution that reads of it. */
async function setUp(random?: () => number): Promise<void> {
	bench = new Workbench(random);
	bench.queue.jobMs = Infinity;
	room = bench.room();
	task = await bench.clock.run(obtainTask(room, bench.order()));
}

beforeEach(async () => await setUp());

const repeated = (fault: Fault, times: number) => Array.from({ length: times }, () => fault);
const status = (statusCode: number, headers = {}): Fault => ({ reply: { statusCode, headers } });

/** Reads the status of a task; the patience is in milliseconds from now. */
async function read({ forMs = 600_000, isNew = true } = {}) {
	const nowMs = bench.clock.nowMs();
	return await readStatus(room.session, task, {
		deadlineMs: nowMs + forMs,
		mayLag: isNew,
	});
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
		bench.queue.faults.status.push(...repeated(fault, 3));
		const work = read();
		expect(await bench.clock.run(work)).toMatchObject({ status: 'running' });
	});

	it('is tried again with waits that double up to ten seconds', async () => {
		bench.queue.faults.status.push(...repeated(status(500), 8));
		await bench.clock.run(read());
		expect(bench.gapsMs('status').map((gapMs) => gapMs - 20)).toEqual([
			375, 750, 1_500, 3_000, 6_000, 7_500, 7_500, 7_500,
		]);
	});

	it.each([
		[0, 250],
		[1, 500],
	])('jitters its waits by half: random %s waits %s ms first', async (random, waitMs) => {
		await setUp(() => random);
		bench.queue.faults.status.push(status(500));
		await bench.clock.run(read());
		expect(bench.gapsMs('status')).toEqual([waitMs + 20]);
	});

	it('obeys Retry-After, also with 503', async () => {
		bench.queue.faults.status.push(status(503, { 'retry-after': '25' }));
		await bench.clock.run(read());
		expect(bench.gapsMs('status')).toEqual([25_020]);
	});

	it('is tried until the deadline and then tells its last problem', async () => {
		bench.queue.faults.status.push(...repeated(status(500), 999));
		const work = read({ forMs: 60_000 });
		expect(await bench.problemOf(work)).toMatchObject({ kind: 'gatewayFault', httpCode: 500 });
		expect(bench.queue.sent('status').length).toBeGreaterThan(8);
	});

	it('that hangs is cut after 30 seconds, well before the deadline', async () => {
		bench.queue.faults.status.push({ hang: true });
		await bench.clock.run(read());
		expect(bench.gapsMs('status')).toEqual([30_375]);
	});

	it('that hangs never outlasts the deadline', async () => {
		bench.queue.faults.status.push(...repeated({ hang: true }, 9));
		const work = read({ forMs: 12_000 });
		const startedMs = bench.clock.nowMs();
		expect(await bench.problemOf(work)).toMatchObject({ kind: 'requestTimedOut' });
		expect(bench.clock.nowMs() - startedMs).toBeLessThanOrEqual(12_020);
	});

	it.each([401, 403, 404])(
		'of a task that was just made outlasts HTTP %s for ten seconds, and no longer',
		async (statusCode) => {
			bench.queue.faults.status.push(...repeated(status(statusCode), 4));
			expect(await bench.clock.run(read())).toMatchObject({ status: 'running' });
			bench.queue.faults.status.push(...repeated(status(statusCode), 99));
			const work = read();
			const startedMs = bench.clock.nowMs();
			expect(await bench.problemOf(work)).toMatchObject({ httpCode: statusCode });
			expect(bench.clock.nowMs() - startedMs).toBeLessThan(10_100);
		},
	);

	it('that waited long for its turn has its ten seconds from the first refusal', async () => {
		const turn = async () => {
			await bench.clock.sleep(30_000);
			return true;
		};
		room = { ...room, session: { ...room.session, pacer: { ...UNPACED, turn } } };
		bench.queue.faults.status.push(status(404));
		expect(await bench.clock.run(read())).toMatchObject({ status: 'running' });
	});

	it('has its ten seconds from the first refusal also where the gateway was down before', async () => {
		bench.queue.faults.status.push(...repeated(status(500), 5), status(404));
		expect(await bench.clock.run(read())).toMatchObject({ status: 'running' });
	});

	it('takes a good reply as it is, also with Retry-After', async () => {
		bench.queue.faults.status.push({ ...status(200, { 'retry-after': '5' }), accepted: true });
		expect(await bench.clock.run(read())).toMatchObject({ status: 'running' });
		expect(bench.queue.sent('status')).toHaveLength(1);
	});

	it.each([401, 402, 403, 404, 400, 422, 302])(
		'of an older task is final at HTTP %s',
		async (statusCode) => {
			bench.queue.faults.status.push(status(statusCode));
			const work = read({ isNew: false });
			expect(await bench.problemOf(work)).toMatchObject({ httpCode: statusCode });
			expect(bench.queue.sent('status')).toHaveLength(1);
		},
	);

	it.each([400, 422, 302])('of a new task is final at HTTP %s, too', async (statusCode) => {
		bench.queue.faults.status.push(status(statusCode));
		expect(await bench.problemOf(read())).toMatchObject({ httpCode: statusCode });
		expect(bench.queue.sent('status')).toHaveLength(1);
	});

	it('whose turn does not come in time is not sent', async () => {
		const turn = jest.fn(async () => false);
		room = { ...room, session: { ...room.session, pacer: { ...UNPACED, turn } } };
		expect(await bench.problemOf(read({ forMs: 1_000 }))).toMatchObject({ kind: 'rateLimited' });
		expect(turn).toHaveBeenCalledWith('poll', expect.any(Number), room.session.halt);
		expect(bench.queue.sent('status')).toHaveLength(0);
	});

	it('ends with Stop at once', async () => {
		bench.queue.faults.status.push({ hang: true });
		const work = read();
		const startedMs = bench.clock.nowMs();
		void bench.clock.sleep(50).then(() => bench.stop());
		expect(await bench.problemOf(work)).toMatchObject({ kind: 'stopped' });
		expect(bench.clock.nowMs() - startedMs).toBeLessThanOrEqual(70);
	});
});
