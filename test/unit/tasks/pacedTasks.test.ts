import { GatewayPacer, type Line } from '../../../tooling/limits/pacerOf10';
import { runTogether } from '../../../nodes/FluxImage/operations/pool';
import { nextPollDelayMs } from '../../../nodes/FluxImage/tasks/schedule';
import { RateLimit } from '../../../sandbox/rateLimit';
import { SimulatedClock } from './simulatedClock';

const never = new AbortController().signal;

describe('Against a gateway that takes so many calls a second', () => {
	/** Runs tasks of 5 s through create, polls and result, each call sent again when refused. */
	async function run(requestsPerSecond: number, tasks: number, together: number) {
		const clock = new SimulatedClock(0);
		const pacer = new GatewayPacer(clock);
		const limit = new RateLimit(requestsPerSecond, () => clock.nowMs());
		const counts = { taken: 0, refused: 0 };
		const send = async (line: Line): Promise<void> => {
			await pacer.turn(line, Infinity, never);
			const waitSeconds = limit.take();
			await clock.sleep(20);
			if (waitSeconds === 0) {
				counts.taken++;
				return pacer.accepted();
			}
			counts.refused++;
			const retryAfterMs = Math.ceil(waitSeconds) * 1_000;
			pacer.refused(retryAfterMs);
			await clock.sleep(retryAfterMs);
			await send(line);
		};
		const job = async () => {
			await send('create');
			const startedMs = clock.nowMs();
			let isDone = false;
			while (!isDone) {
				await clock.sleep(nextPollDelayMs({ elapsedMs: clock.nowMs() - startedMs }));
				await send('poll');
				isDone = clock.nowMs() - startedMs >= 5_000;
			}
			await send('result');
		};
		const jobs = Array.from({ length: tasks }, () => job);
		await clock.run(runTogether(jobs, together, async (start) => await start()));
		const idealMs = ((3 * tasks) / requestsPerSecond) * 1_000;
		return { ...counts, ratio: clock.nowMs() / idealMs };
	}

	it.each([
		[20, 1_000, 200],
		[5, 300, 100],
		[100, 2_000, 600],
	])('of %p: %p tasks, %p together, need at most 1.3 of the time', async (...setting) => {
		const { ratio, taken, refused } = await run(...setting);
		expect(ratio).toBeLessThan(1.3);
		expect(refused / (taken + refused)).toBeLessThan(0.05);
	});
});
