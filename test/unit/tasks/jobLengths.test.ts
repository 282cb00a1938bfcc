import { JobLengths, type FollowedJob } from '../../../nodes/FluxImage/tasks/durations';
import type { TaskState } from '../../../nodes/FluxImage/core/task';

const task = { requestId: 'task', modelId: 'model', raw: null };
const queued: TaskState = { ...task, status: 'queued' };
const running: TaskState = { ...task, status: 'running' };
const completed: TaskState = { ...task, status: 'completed' };
const atProgress = (progress: number): TaskState => ({ ...running, progress });

/** What five jobs teach, each seen as `see` has it. */
function taught(see: (job: FollowedJob, index: number) => void): JobLengths {
	const lengths = new JobLengths();
	for (let index = 0; index < 5; index++) see(lengths.follow('model'), index);
	return lengths;
}

/** Lengths of 9 to 11 s, told by polls just before and after the end. */
const tenSeconds = (job: FollowedJob, index: number) => {
	const endsMs = 9_000 + 500 * index;
	job.saw(running, endsMs - 1);
	job.saw(completed, endsMs + 1);
};

describe('The lengths of finished tasks', () => {
	it('say nothing before five tasks of the model have finished', () => {
		const lengths = new JobLengths();
		for (let index = 0; index < 4; index++) tenSeconds(lengths.follow('model'), index);
		expect(lengths.follow('model').estimate()).toBeUndefined();
		tenSeconds(lengths.follow('model'), 4);
		expect(lengths.follow('model').estimate()).toBeDefined();
		expect(lengths.follow('another model').estimate()).toBeUndefined();
	});

	it('are estimated by their geometric mean', () => {
		const estimate = taught(tenSeconds).follow('model').estimate();
		expect(Math.exp(estimate!.lnMean)).toBeCloseTo(9_974, -1);
	});

	it('are not held for certain because five of them agree', () => {
		const { lnSpread } = taught((job) => tenSeconds(job, 0))
			.follow('model')
			.estimate()!;
		// They are unlike the belief, which still counts for two: sqrt(2 * 0.3^2 / (5 + 2 - 1)) * sqrt(1 + 1/5).
		expect(lnSpread).toBeCloseTo(0.1897, 3);
	});

	it.each([
		// A variance of 2.5 times the belief has odds of 2 * sqrt(3) * exp(-ln(2.5)^2 * 2/3) = 1.98 to be
		// chance, so the belief counts for 53.8: sqrt((0.9 + 53.8 * 0.09) / (4 + 53.8)) * sqrt(1.2).
		['what is believed', 0.3, 0.3453],
		// At 22.5 times they are 0.0054, and it counts for 2.42: sqrt((8.1 + 2.42 * 0.09) / 6.42) * sqrt(1.2).
		['three times that', 0.9, 1.2468],
	])('are as far apart as the five, where they are %s', (_what, step, spread) => {
		const lengths = taught((job, index) => {
			const endsMs = 10_000 * Math.exp(step * (index - 2));
			job.saw(running, endsMs - 1);
			job.saw(completed, endsMs + 1);
		});
		expect(lengths.follow('model').estimate()!.lnSpread).toBeCloseTo(spread, 3);
	});

	it('count from the last sighting before the end to the first after it', () => {
		const lengths = taught((job) => {
			job.saw(running, 4_000);
			job.saw(completed, 9_000);
		});
		expect(Math.exp(lengths.follow('model').estimate()!.lnMean)).toBeCloseTo(6_364, -1);
	});

	it('are bounded by the inference time where the gateway tells it', () => {
		const lengths = taught((job) =>
			job.saw({ ...completed, metrics: { inferenceTime: 8 } }, 9_000),
		);
		expect(Math.exp(lengths.follow('model').estimate()!.lnMean)).toBeCloseTo(8_485, -1);
	});

	it('count those that still run: of jobs begun together the shortest end first', () => {
		const lengths = new JobLengths();
		const jobs = Array.from({ length: 50 }, () => lengths.follow('model'));
		for (const job of jobs) job.saw(running, 10_000);
		for (const job of jobs.slice(0, 5)) job.saw(completed, 10_001);
		const seen = Array.from({ length: 20 }, () => lengths.follow('model').estimate()!);
		expect(Math.exp(seen.at(-1)!.lnMean)).toBeGreaterThan(12_000);
	});

	it('do not count the job that asks, nor one that was never seen', () => {
		const lengths = taught(tenSeconds);
		const job = lengths.follow('model');
		const before = job.estimate()!;
		job.saw(running, 60_000);
		lengths.follow('model');
		expect(job.estimate()).toEqual(before);
		lengths.follow('model').saw(running, 60_000);
		expect(job.estimate()!.lnMean).toBeGreaterThan(before.lnMean);
	});

	it('teach nothing where a job took no time', () => {
		const lengths = taught((job) => job.saw(completed, 0));
		expect(lengths.follow('model').estimate()).toBeUndefined();
	});

	it.each(['failed', 'cancelled'] as const)('do not count tasks that %s', (status) => {
		const lengths = taught((job) => job.saw({ ...task, status }, 100));
		expect(lengths.follow('model').estimate()).toBeUndefined();
	});
});

describe('The inference time', () => {
	const lengths = () =>
		taught((job) => job.saw({ ...completed, metrics: { inferenceTime: 8 } }, 10_000));

	it('keeps a task that is still queued from being asked about', () => {
		const job = lengths().follow('model');
		job.saw(queued, 30_000);
		expect(job.earliestEndMs()).toBe(36_400);
	});

	it('holds nothing back once the task runs', () => {
		const job = lengths().follow('model');
		job.saw(queued, 30_000);
		job.saw(running, 31_000);
		expect(job.earliestEndMs()).toBe(0);
	});

	it('tells the end of a task whose start was seen after a long queue', () => {
		const job = lengths().follow('model');
		job.saw(queued, 30_000);
		job.saw(running, 31_000);
		const { lnMean, lnSpread } = job.estimate()!;
		expect(Math.exp(lnMean)).toBeCloseTo(38_500, -1);
		expect(lnSpread).toBeLessThan(0.1);
	});
});

describe('Progress', () => {
	/** A job of `endsMs` with an even bar. */
	const even = (job: FollowedJob, endsMs: number) => {
		job.saw(atProgress(0.2), endsMs * 0.2);
		job.saw(atProgress(0.6), endsMs * 0.6);
	};

	it('tells the end where it was right about the tasks before', () => {
		const lengths = taught((job, index) => {
			const endsMs = 5_000 * 2 ** index;
			even(job, endsMs);
			job.saw(running, endsMs - 1);
			job.saw(completed, endsMs);
		});
		const job = lengths.follow('model');
		even(job, 50_000);
		const { lnMean, lnSpread } = job.estimate()!;
		expect(Math.exp(lnMean)).toBeCloseTo(50_000, -1);
		expect(lnSpread).toBeLessThan(0.2);
	});

	it('is not used where it was wrong about them', () => {
		const lengths = taught((job) => {
			even(job, 2_000);
			job.saw(running, 9_999);
			job.saw(completed, 10_000);
		});
		const job = lengths.follow('model');
		even(job, 2_000);
		expect(Math.exp(job.estimate()!.lnMean)).toBeCloseTo(10_000, -1);
	});

	it('says nothing while it stands still', () => {
		const lengths = taught((job) => {
			even(job, 10_000);
			job.saw(running, 9_999);
			job.saw(completed, 10_000);
		});
		const job = lengths.follow('model');
		even(job, 50_000);
		job.saw(atProgress(0.6), 40_000);
		expect(Math.exp(job.estimate()!.lnMean)).toBeCloseTo(10_000, -1);
	});
});
