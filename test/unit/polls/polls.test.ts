import { readJobs } from '../../../tooling/polls/jobFile';
import { sumUp, watchFixed, watchJobs } from '../../../tooling/polls/pollSimulation';

const problemOf = (file: unknown) => {
	try {
		readJobs(typeof file === 'string' ? file : JSON.stringify(file));
	} catch (error) {
		return (error as Error).message;
	}
	return 'none';
};

describe('The file of jobs', () => {
	it('needs only the lengths', () => {
		const jobs = readJobs('{"jobs": [{"seconds": 8.2}]}');
		expect(jobs).toEqual({ together: 1, roundTripSeconds: 0, jobs: [{ seconds: 8.2 }] });
	});

	it('may hold all that a gateway tells', () => {
		const file = {
			together: 3,
			roundTripSeconds: 0.06,
			jobs: [{ seconds: 8.2, queuedSeconds: 0.4, inferenceTime: 7.8, progress: [[2, 0.3]] }],
		};
		expect(readJobs(JSON.stringify(file))).toEqual(file);
	});

	it.each<[unknown, RegExp]>([
		['{', /not JSON/],
		[{}, /^jobs: Required/],
		[{ jobs: [] }, /^jobs: /],
		[{ jobs: [{ seconds: 1 }, { seconds: 0 }] }, /^jobs\[1\]\.seconds: /],
		[{ jobs: [{ seconds: 1, progress: [[1]] }] }, /^jobs\[0\]\.progress\[0\]/],
		[{ jobs: [{ seconds: 1 }], together: 1.5 }, /^together: /],
		[{ jobs: [{ seconds: 1 }], roundTripSeconds: -1 }, /^roundTripSeconds: /],
		[{ jobs: [{ seconds: 1, queueSeconds: 1 }] }, /queueSeconds/],
		['[]', /^the file: /],
	])('%j is told where it is wrong', (file, problem) => {
		expect(problemOf(file)).toMatch(problem);
	});
});

describe('The simulation', () => {
	const jobs = Array.from({ length: 40 }, (_, index) => ({ seconds: 3 + (index % 5) }));

	it('gives a row for each job in order, whichever ends first', () => {
		const alike = watchJobs({ jobs, together: 10, roundTripSeconds: 0 });
		expect(alike).toHaveLength(jobs.length);
		for (const [index, { lagMs, relativeLag }] of alike.entries()) {
			expect(lagMs / relativeLag).toBeCloseTo(1_000 * jobs[index]!.seconds, 3);
		}
	});

	it('lags by at least half a round trip, and not before the end', () => {
		const watched = watchJobs({ jobs, together: 1, roundTripSeconds: 0.4 });
		for (const { lagMs } of watched) expect(lagMs).toBeGreaterThanOrEqual(200 - 1e-6);
	});

	it('sums what a fixed interval costs by hand', () => {
		const sums = sumUp([watchFixed({ seconds: 5 }, 2_000), watchFixed({ seconds: 2 }, 2_000)]);
		expect(sums).toMatchObject({ jobs: 2, polls: 2, longestLagMs: 1_000, longestWaitMs: 2_000 });
		expect(sums.relativeLag).toBeCloseTo(0.1);
	});
});
