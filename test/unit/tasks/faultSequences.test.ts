import fc from 'fast-check';

import { generate } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { Fault } from './fakeQueue';
import { TaskHarness } from './taskHarness';

/** Sequences tried; a quick run of `npm test` must afford them. */
const RUNS = 600;

/** Faults of every kind that the wire knows, the accepted ones among them. */
const fault: fc.Arbitrary<Fault> = fc.oneof(
	fc.record({
		accepted: fc.boolean(),
		reply: fc.record({
			statusCode: fc.constantFrom(200, 202, 302, 400, 401, 402, 403, 404, 408, 422, 500, 502, 503),
			body: fc.constantFrom('', null, '<html></html>', '{"request_id": "ta', {}, [], 7),
		}),
	}),
	// HTTP 429 and a connection that never opened are proofs: nothing was accepted.
	fc.record({
		accepted: fc.constant(false),
		reply: fc.record({
			statusCode: fc.constant(429),
			headers: fc.constantFrom<Record<string, string>>(
				{},
				{ 'retry-after': '2' },
				{ 'retry-after': '900' },
			),
		}),
	}),
	fc.constant<Fault>({ network: 'neverConnected' }),
	fc.record({ accepted: fc.boolean(), network: fc.constant('interrupted' as const) }),
	fc.record({ accepted: fc.boolean(), hang: fc.constant(true) }),
);

/** A refusal comes before acceptance, else the gateway would bill what it refuses. */
const honest = (candidate: Fault): Fault => {
	const statusCode = candidate.reply?.statusCode ?? 0;
	return statusCode >= 300 && statusCode < 500 && statusCode !== 408
		? { ...candidate, accepted: false }
		: candidate;
};

const weather = (maxLength: number) =>
	fc.array(fc.option(fault.map(honest), { nil: undefined, freq: 2 }), { maxLength });

const sequence = fc.record({
	create: weather(4),
	status: weather(12),
	result: weather(6),
	cancel: weather(4),
	jitter: fc.double({ min: 0, max: 1, noNaN: true }),
	items: fc.integer({ min: 1, max: 6 }),
	jobMs: fc.constantFrom(0, 3_000, 40_000, Infinity),
	fails: fc.boolean(),
	/** When the person stops it, if ever, in milliseconds from the start. */
	stopMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
	attempts: fc.integer({ min: 1, max: 3 }),
});

interface ItemEnding {
	readonly requestId: string | undefined;
	readonly kind: string | undefined;
}

/** Runs the attempts of one execution over a sequence, and gives how each item of each ended. */
async function play(given: typeof sequence extends fc.Arbitrary<infer T> ? T : never) {
	const harness = new TaskHarness(() => given.jitter, true);
	const kinds = ['create', 'status', 'result', 'cancel'] as const;
	for (const kind of kinds) harness.queue.faults[kind].push(...given[kind]);
	harness.queue.jobMs = given.jobMs;
	harness.queue.ending = given.fails ? 'failed' : 'completed';
	const attempts: ItemEnding[][] = [];
	for (let attempt = 0; attempt < given.attempts; attempt++) {
		const execution = harness.execution();
		if (given.stopMs !== undefined)
			void harness.clock.sleep(given.stopMs).then(() => harness.stop());
		const endings = Array.from({ length: given.items }, async (_, item) => {
			const order = harness.order(item, 120_000);
			const { task, problem } = await generate(execution, order, harness.wait(120_000));
			return { requestId: task?.requestId, kind: problem?.kind };
		});
		attempts.push(await harness.clock.run(Promise.all(endings)));
		await harness.clock.run(execution.activeTasks.close());
		if (given.stopMs !== undefined) break;
	}
	return { harness, attempts };
}

describe('whatever the weather', () => {
	let cases = 0;
	let creates = 0;
	afterAll(() => {
		console.log(`fault sequences: ${cases} cases ran, with ${creates} creates`);
	});

	it('no task is paid twice or lost, and nothing waits for ever', async () => {
		await fc.assert(
			fc.asyncProperty(sequence, async (given) => {
				const { harness, attempts } = await play(given);
				cases++;
				creates += harness.queue.sent('create').length;
				const named = new Set(attempts.flat().map(({ requestId }) => requestId));
				for (let item = 0; item < given.items; item++) {
					const endings = attempts.map((attempt) => attempt[item]!);
					const paid = [...harness.queue.tasks].filter(
						([, { prompt }]) => prompt === `item ${item}`,
					);
					const inDoubt = endings.some(({ kind }) => kind === 'createUncertain') ? 1 : 0;
					const anew = endings.filter(({ kind }) => ENDED_BADLY.has(String(kind))).length;
					const lost = paid.filter(([id]) => !named.has(id));
					expect(lost.length).toBeLessThanOrEqual(inDoubt);
					if (!given.fails) expect(paid.length).toBeLessThanOrEqual(1 + anew);
				}
				expect(harness.clock.nowMs() - START_MS).toBeLessThan(given.attempts * 160_000);
			}),
			{ numRuns: RUNS },
		);
	});

	it('a stopped task is cancelled, or the log says what became of it', async () => {
		const stopped = sequence.map((given) => ({ ...given, stopMs: given.stopMs ?? 5_000 }));
		await fc.assert(
			fc.asyncProperty(stopped, async (given) => {
				const { harness, attempts } = await play(given);
				cases++;
				for (const [item, { requestId, kind }] of attempts[0]!.entries()) {
					if (kind !== 'stopped' && kind !== 'createUncertain') continue;
					const told = harness.stopLog.join('\n');
					if (requestId) expect(told).toContain(requestId);
					else if (kind === 'stopped') continue;
					else if (stillInFlight(harness, given.stopMs)) expect(told).toContain(`item ${item} `);
				}
			}),
			{ numRuns: RUNS / 2 },
		);
	});
});

const ENDED_BADLY = new Set(['failed', 'moderated', 'cancelled']);

/** Where the simulated clock begins, in milliseconds since 1970. */
const START_MS = Date.UTC(2026, 0, 1);

/** Whether the doubt came with the stop; an earlier one is told by the item's error alone. */
function stillInFlight(harness: TaskHarness, stopMs: number): boolean {
	return harness.queue.sent('create').every(({ atMs }) => atMs - START_MS > stopMs);
}
