import { JobLengths } from '../../../nodes/FluxImage/tasks/durations';
import { nextPollDelayMs } from '../../../nodes/FluxImage/tasks/schedule';
import {
	gaussian,
	sumUp,
	watchAdaptive,
	watchFixed,
	type PollSums,
	type SimulatedJob,
	type Tells,
} from '../../../tooling/polls/pollSimulation';
import { logUniform, seededRandom } from '../../../sandbox/random';

/** Jobs of unknown length: log-uniform from 2 to 120 s, a fifth of it in the queue. */
function unknownJobs(count: number): SimulatedJob[] {
	const random = seededRandom(5);
	return Array.from({ length: count }, () => {
		const endsMs = 1_000 * logUniform(random, 2, 120);
		return { startsMs: endsMs / 5, endsMs };
	});
}

describe('When nothing is known of the job', () => {
	let fixed: PollSums;
	let blind: PollSums;

	beforeAll(() => {
		const jobs = unknownJobs(5_000);
		fixed = sumUp(jobs.map((job) => watchFixed(job, 2_000)));
		blind = sumUp(jobs.map((job) => watchAdaptive(job, new JobLengths())));
	});

	it('sees the end later by at most 8 % of the job time, on average', () => {
		expect(blind.relativeLag).toBeLessThan(0.08);
		expect(fixed.relativeLag).toBeGreaterThan(0.13);
	});

	it('is never 5 seconds late', () => {
		expect(blind.longestLagMs).toBeLessThan(5_000);
	});

	it('polls no more than a fixed interval of 2 seconds does', () => {
		expect(blind.polls).toBeLessThan(fixed.polls);
	});

	it('looks first after 2 seconds, and then at a share of the elapsed time', () => {
		expect(nextPollDelayMs({ elapsedMs: 0 })).toBe(2_000);
		expect(nextPollDelayMs({ elapsedMs: 500 })).toBe(1_500);
		expect(nextPollDelayMs({ elapsedMs: 10_000 })).toBeCloseTo(1_900);
		expect(nextPollDelayMs({ elapsedMs: 600_000 })).toBe(4_900);
	});
});

describe('When tasks of the model have finished', () => {
	/** Jobs 6 to 50 of a hundred batches, each of likes. */
	function informedSums(tells: Tells): PollSums {
		const random = seededRandom(6);
		const batches = Array.from({ length: 100 }, () => {
			const typicalMs = 1_000 * logUniform(random, 2, 120);
			const lengths = new JobLengths();
			return Array.from({ length: 50 }, () => {
				const endsMs = typicalMs * Math.exp(0.3 * gaussian(random));
				return watchAdaptive({ startsMs: endsMs / 5, endsMs }, lengths, tells);
			});
		});
		return sumUp(batches.flatMap((batch) => batch.slice(5)));
	}

	it.each([
		['lengths alone', {}, 8, 3.99],
		['inference times', { inferenceTime: true }, 7.2, 4.45],
		['honest progress', { progress: 'honest' }, 5.4, 2.37],
		['progress that leaps and sticks', { progress: 'stuck' }, 8, 3.99],
	] as const)(
		'by %s, polls and lag come to what the schedule promises',
		(_by, tells, polls, lag) => {
			const sums = informedSums(tells);
			expect(Math.abs(sums.polls / polls - 1)).toBeLessThan(0.01);
			expect(Math.abs((100 * sums.relativeLag) / lag - 1)).toBeLessThan(0.01);
		},
	);

	it('waits until jobs like it begin to end', () => {
		const estimate = { lnMean: Math.log(60_000), lnSpread: 0.3 };
		expect(nextPollDelayMs({ elapsedMs: 0, estimate })).toBeCloseTo(60_000 * Math.exp(-0.504));
	});

	it('looks more often where jobs like it are more likely to end', () => {
		const estimate = { lnMean: Math.log(60_000), lnSpread: 0.3 };
		const shareAt = (elapsedMs: number) => nextPollDelayMs({ elapsedMs, estimate }) / elapsedMs;
		expect(shareAt(40_000)).toBeGreaterThan(shareAt(60_000));
		expect(shareAt(60_000)).toBeGreaterThan(shareAt(90_000));
	});

	it('waits at the typical length as the formula says', () => {
		// c t sqrt(d M(z)) with M(0.0514), a quarter of the wait ahead: 1.2034.
		const estimate = { lnMean: Math.log(60_000), lnSpread: 0.3 };
		const waitMs = nextPollDelayMs({ elapsedMs: 60_000, estimate });
		expect(waitMs / (0.1017 * 60_936 * Math.sqrt(0.3 * 1.2034))).toBeCloseTo(1, 3);
	});

	it('does not swarm around a job that outlasts every estimate', () => {
		const estimate = { lnMean: Math.log(1_000), lnSpread: 0.03 };
		expect(nextPollDelayMs({ elapsedMs: 1_500, estimate })).toBe(50);
		expect(nextPollDelayMs({ elapsedMs: 600_000, estimate })).toBe(18_000);
	});
});

describe('A job that cannot end yet', () => {
	it('is not looked at before it can', () => {
		expect(nextPollDelayMs({ elapsedMs: 3_000, earliestEndMs: 9_000 })).toBe(6_000);
		expect(nextPollDelayMs({ elapsedMs: 20_000, earliestEndMs: 9_000 })).toBeCloseTo(3_800);
	});
});
