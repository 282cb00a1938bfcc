import { Durations, type FollowedJob } from '../../nodes/FluxImage/accounts/durations';
import type { TaskState } from '../../nodes/FluxImage/core/task';
import type { Random } from '../../sandbox/random';
import type { Job, Jobs } from './jobFile';

/** What polling one job came to. */
export interface Watched {
	/** From the job's end to the reply that tells it, as a share of the job's length. */
	readonly relativeLag: number;
	readonly lagMs: number;
	readonly polls: number;
	readonly longestWaitMs: number;
}

/** Means and extremes over many jobs. */
export interface PollSums {
	readonly jobs: number;
	readonly relativeLag: number;
	readonly longestLagMs: number;
	readonly polls: number;
	readonly longestWaitMs: number;
}

/** A job that is being polled. */
interface Running {
	readonly index: number;
	readonly job: Job;
	readonly followed: FollowedJob;
	readonly beganMs: number;
	/** When the next reply comes. */
	replyAtMs: number;
	polls: number;
	longestWaitMs: number;
}

/**
 * Polls jobs as the node does, on a simulated clock: a new one begins when the node has seen one end.
 *
 * @param durationsOf what is known when a job begins; blind where it is new for each
 * @returns a row for each job, in the order of the jobs
 */
export function watchJobs(
	{ jobs, together, roundTripSeconds }: Jobs,
	durationsOf: () => Durations = known(),
): Watched[] {
	const watched: Watched[] = [];
	const running: Running[] = [];
	const waiting = jobs.entries();
	const roundTripMs = 1_000 * roundTripSeconds;
	const waitFor = (one: Running, nowMs: number) => {
		const waitMs = one.followed.nextPollDelayMs(nowMs - one.beganMs);
		one.longestWaitMs = Math.max(one.longestWaitMs, waitMs);
		one.replyAtMs = nowMs + waitMs + roundTripMs;
	};
	const begin = (nowMs: number) => {
		const next = waiting.next();
		if (next.done) return;
		const [index, job] = next.value;
		const followed = durationsOf().follow('model');
		const one = { index, job, followed, beganMs: nowMs, replyAtMs: 0, polls: 0, longestWaitMs: 0 };
		waitFor(one, nowMs);
		running.push(one);
	};
	for (let place = 0; place < together && place < jobs.length; place++) begin(0);
	while (running.length > 0) {
		const one = running.reduce((first, other) =>
			other.replyAtMs < first.replyAtMs ? other : first,
		);
		const elapsedMs = one.replyAtMs - one.beganMs;
		const state = stateAt(one.job, (elapsedMs - roundTripMs / 2) / 1_000);
		one.polls++;
		one.followed.saw(state, elapsedMs);
		if (state.status !== 'completed') {
			waitFor(one, one.replyAtMs);
			continue;
		}
		running.splice(running.indexOf(one), 1);
		watched[one.index] = rowOf(one, elapsedMs);
		begin(one.replyAtMs);
	}
	return watched;
}

/** One memory for all jobs. */
function known(): () => Durations {
	const durations = new Durations();
	return () => durations;
}

/** Polls jobs of which each is the first of its model. */
export function watchBlindly(jobs: Jobs): Watched[] {
	return watchJobs(jobs, () => new Durations());
}

/** Polls one job at fixed intervals. */
export function watchFixed({ seconds }: Job, intervalMs: number): Watched {
	const endsMs = 1_000 * seconds;
	const polls = Math.max(1, Math.ceil(endsMs / intervalMs));
	const lagMs = polls * intervalMs - endsMs;
	return { lagMs, relativeLag: lagMs / endsMs, polls, longestWaitMs: intervalMs };
}

/** The means of a run. */
export function sumUp(runs: readonly Watched[]): PollSums {
	const mean = (value: (run: Watched) => number) =>
		runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
	const most = (value: (run: Watched) => number) =>
		runs.reduce((longest, run) => Math.max(longest, value(run)), 0);
	return {
		jobs: runs.length,
		relativeLag: mean(({ relativeLag }) => relativeLag),
		longestLagMs: most(({ lagMs }) => lagMs),
		polls: mean(({ polls }) => polls),
		longestWaitMs: most(({ longestWaitMs }) => longestWaitMs),
	};
}

/** The jobs after the first fifth: what the node makes of them once it has seen some. */
export function afterFirstFifth(runs: readonly Watched[]): readonly Watched[] {
	return runs.slice(Math.floor(runs.length / 5));
}

/** Lag in percent times polls a job: what a schedule costs, whichever of the two it favors. */
export function lagTimesPolls({ relativeLag, polls }: PollSums): number {
	return 100 * relativeLag * polls;
}

/** A number of the standard normal distribution, by Box and Muller. */
export function gaussian(random: Random): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function rowOf({ job, polls, longestWaitMs }: Running, seenMs: number): Watched {
	const endsMs = 1_000 * job.seconds;
	const lagMs = seenMs - endsMs;
	return { lagMs, relativeLag: lagMs / endsMs, polls, longestWaitMs };
}

/** What the gateway says of a job so many seconds after its create. */
function stateAt(job: Job, nowSeconds: number): TaskState {
	const task = { requestId: 'task', modelId: 'model', raw: null };
	if (nowSeconds >= job.seconds) {
		const { inferenceTime } = job;
		return {
			...task,
			status: 'completed',
			...(inferenceTime === undefined ? {} : { metrics: { inferenceTime } }),
		};
	}
	const progress = job.progress?.filter(([from]) => from <= nowSeconds).at(-1)?.[1];
	return {
		...task,
		status: nowSeconds < (job.queuedSeconds ?? 0) ? 'queued' : 'running',
		...(progress === undefined ? {} : { progress }),
	};
}
