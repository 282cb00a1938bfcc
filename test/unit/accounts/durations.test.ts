import fc from 'fast-check';

import { Durations, type FollowedJob } from '../../../nodes/FluxImage/accounts/durations';
import type { TaskState, TaskStatus } from '../../../nodes/FluxImage/core/task';
import { logUniform, seededRandom } from '../../../sandbox/random';
import type { Job } from '../../../tooling/polls/jobFile';
import {
	afterFirstFifth,
	gaussian,
	lagTimesPolls,
	sumUp,
	watchBlindly,
	watchFixed,
	watchJobs,
} from '../../../tooling/polls/pollSimulation';

const MODEL = 'flux-2-pro';

function state(status: TaskStatus, more: Partial<TaskState> = {}): TaskState {
	return { requestId: 'task', modelId: MODEL, status, raw: null, ...more };
}

/** The delays of one job until it is seen to have lasted `lengthMs`. */
function watch(job: FollowedJob, lengthMs: number): number[] {
	const delaysMs: number[] = [];
	let nowMs = 0;
	while (nowMs < lengthMs) {
		delaysMs.push(job.nextPollDelayMs(nowMs));
		nowMs += delaysMs.at(-1)!;
		job.saw(state(nowMs < lengthMs ? 'running' : 'completed'), nowMs);
	}
	return delaysMs;
}

/** What is known after so many jobs of one length. */
function after(count: number, lengthMs: number): Durations {
	const durations = new Durations();
	for (let job = 0; job < count; job++) watch(durations.follow(MODEL), lengthMs);
	return durations;
}

const firstDelayMs = (durations: Durations, modelId = MODEL) =>
	durations.follow(modelId).nextPollDelayMs(0);

const BLIND_FIRST_MS = firstDelayMs(new Durations());

const drawn = (count: number, draw: (random: () => number, index: number) => number): Job[] => {
	const random = seededRandom(3);
	return Array.from({ length: count }, (_, index) => ({ seconds: draw(random, index) }));
};

const unhurried = (jobs: Job[], together = 1) => ({ jobs, together, roundTripSeconds: 0 });

const cost = (jobs: Job[], together = 1) =>
	lagTimesPolls(sumUp(afterFirstFifth(watchJobs(unhurried(jobs, together)))));

const blindCost = (jobs: Job[]) =>
	lagTimesPolls(sumUp(afterFirstFifth(watchBlindly(unhurried(jobs)))));

describe('When nothing was seen of a model', () => {
	const jobs = drawn(1_000, (random) => logUniform(random, 2, 120));
	const blind = sumUp(watchBlindly(unhurried(jobs)));

	it('sees the end at most 8 % late, for fewer looks than every two seconds', () => {
		const fixed = sumUp(jobs.map((job) => watchFixed(job, 2_000)));
		expect(blind.relativeLag).toBeLessThan(0.08);
		expect(blind.polls).toBeLessThan(fixed.polls);
	});

	it('is never five seconds late within two minutes', () => {
		expect(blind.longestLagMs).toBeLessThan(5_000);
	});
});

describe('What was seen tells when to look', () => {
	it('finds jobs of one length in a few looks', () => {
		const delaysMs = watch(after(30, 8_000).follow(MODEL), 8_000);
		expect(delaysMs.length).toBeLessThan(7);
	});

	it.each([1, 10])('gains from the first sighting on, %d together', (together) => {
		const jobs = drawn(100, (random) => 10 * Math.exp(0.3 * gaussian(random)));
		expect(cost(jobs, together)).toBeLessThan(blindCost(jobs) / 2);
	});

	it('looks at both of two kinds, and little between', () => {
		const jobs = drawn(250, (random) => (random() < 0.75 ? 2.5 : 20));
		expect(cost(jobs)).toBeLessThan(24);
	});

	it('follows a shift: old sightings fade', () => {
		const jobs = drawn(250, (_, index) => (index < 99 ? 5 : 20));
		expect(cost(jobs)).toBeLessThan(50);
	});

	it.each([1, 10])('is not above 1.15 of blind where there is nothing to learn, %d', (together) => {
		const jobs = drawn(300, (random) => logUniform(random, 2, 120));
		expect(cost(jobs, together)).toBeLessThan(1.15 * blindCost(jobs));
	});

	it('learns jobs of a millisecond without a swarm, and jobs of an hour without a silence', () => {
		expect(firstDelayMs(after(50, 1))).toBeLessThan(BLIND_FIRST_MS / 4);
		const delaysMs = watch(after(20, 3_600_000).follow(MODEL), 3_600_000);
		expect(delaysMs.length).toBeLessThan(200);
	});

	it('keeps models apart', () => {
		expect(firstDelayMs(after(30, 300), 'another')).toBe(BLIND_FIRST_MS);
	});
});

describe('What teaches nothing', () => {
	const untaught: Array<[string, (job: FollowedJob) => void]> = [
		['a task that failed', (job) => job.saw(state('failed'), 300)],
		['a task that was cancelled', (job) => job.saw(state('cancelled'), 300)],
		['a task that was given up', (job) => job.saw(state('running'), 300)],
		['no time at all', (job) => job.saw(state('completed'), NaN)],
		['time before the create', (job) => job.saw(state('completed'), -300)],
		['time without end', (job) => job.saw(state('completed'), Infinity)],
	];
	it.each(untaught)('%s', (_, live) => {
		const durations = new Durations();
		for (let count = 0; count < 20; count++) {
			live(durations.follow(MODEL));
		}
		const [taught, blind] = [durations, new Durations()].map((one) =>
			watch(one.follow(MODEL), 60_000),
		);
		expect(taught).toEqual(blind);
	});

	it('a second word of the same end', () => {
		const [once, twice] = [1, 2].map((words) => {
			const durations = new Durations();
			const job = durations.follow(MODEL);
			for (let word = 0; word < words; word++) job.saw(state('completed'), 8_000);
			return watch(durations.follow(MODEL), 60_000);
		});
		expect(twice).toEqual(once);
	});

	it('hints, honest or not: inference time, progress, the place in the queue', () => {
		const hints: Array<Partial<TaskState>> = [
			{ metrics: { inferenceTime: 12.34 } },
			{ metrics: { inferenceTime: 8_000 } },
			{ metrics: { inferenceTime: NaN }, progress: NaN },
			{ progress: 0.9, queuePosition: 1e9 },
			{ progress: -1 },
		];
		const [misled, plain] = [hints, [{}]].map((told) => {
			const durations = new Durations();
			for (let count = 0; count < 20; count++) {
				const job = durations.follow(MODEL);
				job.saw(state('running', told[count % told.length]), 7_000);
				job.saw(state('completed', told[count % told.length]), 8_000);
			}
			return watch(durations.follow(MODEL), 60_000);
		});
		expect(misled).toEqual(plain);
	});
});

describe('After a gap of the clock', () => {
	/** Twenty jobs of 5 s, then one whose process slept for an hour after the look at `lookMs`. */
	function withPause(lookMs: number | undefined) {
		const durations = after(20, 5_000);
		const job = durations.follow(MODEL);
		job.nextPollDelayMs(0);
		if (lookMs !== undefined) job.saw(state('running'), lookMs);
		job.saw(state('completed'), 3_600_000);
		return durations;
	}

	it.each([[undefined], [4_000]])(
		'an end is an interval, not a length (look at %p ms)',
		(lookMs) => {
			const usualMs = watch(after(20, 5_000).follow(MODEL), 5_000);
			const delaysMs = watch(withPause(lookMs).follow(MODEL), 5_000);
			expect(Math.abs(delaysMs.length - usualMs.length)).toBeLessThanOrEqual(1);
		},
	);

	it('a clock that went back does not make the job shorter than it was seen to last', () => {
		const durations = new Durations();
		const job = durations.follow(MODEL);
		job.saw(state('running'), 8_000);
		job.saw(state('completed'), 1_000);
		expect(firstDelayMs(durations)).toBeGreaterThan(0);
	});
});

describe('Whatever it has seen', () => {
	const lengthMs = fc.double({ min: 0.001, max: 1e9, noNaN: true });
	const anyTimeMs = fc.oneof(lengthMs, fc.double());
	const statuses: TaskStatus[] = ['queued', 'running', 'completed', 'failed', 'cancelled'];
	const sighting = fc.tuple(fc.constantFrom(...statuses), anyTimeMs);

	it('no wait is below 50 ms, and none above 5 s or a tenth of the elapsed time', () => {
		fc.assert(
			fc.property(fc.array(fc.array(sighting)), anyTimeMs, (jobs, elapsedMs) => {
				const durations = new Durations();
				for (const sightings of jobs) {
					const job = durations.follow(MODEL);
					for (const [status, atMs] of sightings) job.saw(state(status), atMs);
				}
				const delayMs = durations.follow(MODEL).nextPollDelayMs(elapsedMs);
				expect(delayMs).toBeGreaterThanOrEqual(50);
				expect(delayMs).toBeLessThanOrEqual(Math.max(5_000, elapsedMs > 0 ? elapsedMs / 10 : 0));
			}),
			{ numRuns: 300 },
		);
	});

	it('remembers fifty models, and forgets the one that was not used for longest', () => {
		const durations = after(20, 300);
		watch(durations.follow('forgotten'), 300);
		for (let model = 0; model < 48; model++) durations.follow(`model ${model}`);
		const known = firstDelayMs(durations);
		expect(known).toBeLessThan(BLIND_FIRST_MS);
		durations.follow('one more');
		expect(firstDelayMs(durations, 'forgotten')).toBe(BLIND_FIRST_MS);
		expect(firstDelayMs(durations)).toBe(known);
	});
});
