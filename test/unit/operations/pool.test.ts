import { runTogether } from '../../../nodes/FluxImage/operations/pool';
import { SimulatedClock } from '../../../tooling/simulatedClock';

/** Runs jobs of those lengths, in milliseconds, and notes when each began. */
async function run(lengthsMs: number[], limit: number) {
	const clock = new SimulatedClock(0);
	const begunMs: number[] = [];
	const results = await clock.run(
		runTogether(lengthsMs, limit, async (lengthMs) => {
			begunMs.push(clock.nowMs());
			await clock.sleep(lengthMs);
			return `job of ${lengthMs}`;
		}),
	);
	return { results, begunMs, tookMs: clock.nowMs() };
}

describe('jobs that run together', () => {
	it('give their results in the order of the jobs', async () => {
		const { results } = await run([30, 10, 20], 3);
		expect(results).toEqual(['job of 30', 'job of 10', 'job of 20']);
	});

	it('are never more than the limit, and the next starts the moment one ends', async () => {
		const { begunMs, tookMs } = await run([30, 10, 20, 40], 2);
		expect(begunMs).toEqual([0, 0, 10, 30]);
		expect(tookMs).toBe(70);
	});

	it('start all at once where the limit allows', async () => {
		expect((await run([5, 5, 5], 200)).begunMs).toEqual([0, 0, 0]);
	});

	it('may be none', async () => {
		expect((await run([], 10)).results).toEqual([]);
	});
});
