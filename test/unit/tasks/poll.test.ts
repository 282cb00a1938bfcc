import { Limits } from '../../../nodes/FluxImage/accounts/limits';
import { unlimited, type Limiter } from '../../../nodes/FluxImage/client/limiter';
import { generate } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { Ending } from '../../../nodes/FluxImage/tasks/poll';
import { TaskHarness } from './taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

/** One item of so many seconds, whose execution has that limiter; each look 3 s after the last. */
async function generated(limiter: Limiter, seconds = 10): Promise<Ending> {
	const wait = { ...harness.wait(seconds * 1_000), pollIntervalMs: 3_000 };
	const order = harness.order(0, seconds * 1_000);
	return await harness.clock.run(generate(harness.execution({ limiter }), order, wait));
}

/** Calls of another execution that are refused, so that the account rests for so long. */
async function rest(limits: Limits, retryAfterMs: number): Promise<void> {
	const call = {
		kind: 'poll',
		modelId: 'flux_kontext_max',
		execution: {},
		tasks: 0,
		isTestRun: false,
		itemDeadlineMs: Infinity,
	} as const;
	const signal = new AbortController().signal;
	for (let refused = 0; refused < 3; refused++) {
		const turn = await limits.acquire(call, { deadlineMs: Infinity, signal });
		turn?.refused({ meaning: 'calls', retryAfterMs });
		turn?.end();
	}
}

describe('the look at the deadline', () => {
	it('is made though the account rests on the word of another (DESIGN, rule 7)', async () => {
		const limits = new Limits(harness.clock);
		harness.queue.jobMs = 8_000;
		harness.after(500, () => void rest(limits, 60_000));
		const startedMs = harness.clock.nowMs();
		expect((await generated(limits)).task).toMatchObject({ status: 'completed', images: [{}] });
		expect(harness.queue.sent('status').map(({ atMs }) => atMs - startedMs)).toEqual([10_000]);
	});

	it('is made once where the gateway refuses it too', async () => {
		const limits = new Limits(harness.clock);
		harness.queue.jobMs = 8_000;
		harness.after(500, () => void rest(limits, 60_000));
		harness.queue.faults.status.push({ reply: { statusCode: 429 } });
		expect((await generated(limits)).problem).toMatchObject({ kind: 'deadlineReached' });
		expect(harness.queue.sent('status')).toHaveLength(1);
	});

	it.each([
		['waits five seconds for its turn, and no longer', 5_001, 15_000, 0],
		['has its turn within five seconds', 4_900, 14_940, 1],
	])('%s', async (_name, turnAfterMs, endsMs, looks) => {
		harness.queue.jobMs = 8_000;
		const startedMs = harness.clock.nowMs();
		const opensMs = startedMs + 10_000 + turnAfterMs;
		const acquire: Limiter['acquire'] = async ({ kind }, { deadlineMs }) => {
			const untilMs = kind === 'create' ? 0 : Math.min(opensMs, deadlineMs);
			await harness.clock.sleep(Math.max(0, untilMs - harness.clock.nowMs()));
			if (kind !== 'create' && harness.clock.nowMs() < opensMs) return undefined;
			return { accepted: () => undefined, refused: () => undefined, end: () => undefined };
		};
		const ending = await generated({ acquire });
		expect(ending.problem === undefined).toBe(looks === 1);
		expect(harness.queue.sent('status')).toHaveLength(looks);
		expect(harness.clock.nowMs() - startedMs).toBe(endsMs);
	});

	it('is made where the look before it hung until the deadline', async () => {
		harness.queue.jobMs = 4_000;
		harness.queue.faults.status.push({ hang: true });
		const { task } = await generated(unlimited);
		expect(task).toMatchObject({ status: 'completed' });
	});

	it('is made once where the looks before it were refused', async () => {
		harness.queue.faults.status.push({
			reply: { statusCode: 429, headers: { 'retry-after': '60' } },
		});
		harness.queue.faults.status.push({ reply: { statusCode: 429 } });
		const limits = new Limits(harness.clock);
		harness.queue.jobMs = 60_000;
		expect((await generated(limits)).problem).toMatchObject({ kind: 'deadlineReached' });
		expect(harness.queue.sent('status')).toHaveLength(2);
	});
});
