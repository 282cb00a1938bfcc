import { FollowedJob, JobLengths } from '../../nodes/FluxImage/tasks/durations';
import { nextPollDelayMs } from '../../nodes/FluxImage/tasks/schedule';
import type { TaskState } from '../../nodes/FluxImage/core/task';
import type { Random } from '../../sandbox/random';

/** A job as the gateway knows it; times in milliseconds from its create. */
export interface SimulatedJob {
	readonly startsMs: number;
	readonly endsMs: number;
}

/** What the gateway's replies tell beside the status. */
export interface Tells {
	readonly inferenceTime?: boolean;
	readonly progress?: 'honest' | 'stuck';
}

/** What polling one job came to. */
export interface Watched {
	/** From the job's end to the poll that saw it, as a share of the job's length. */
	readonly relativeLag: number;
	readonly lagMs: number;
	readonly polls: number;
}

/** Means over many jobs. */
export interface PollSums {
	readonly jobs: number;
	readonly relativeLag: number;
	readonly longestLagMs: number;
	readonly polls: number;
}

/** Polls one job at fixed intervals. */
export function watchFixed({ endsMs }: SimulatedJob, fixedIntervalMs: number): Watched {
	let nowMs = 0;
	let polls = 0;
	do {
		nowMs += fixedIntervalMs;
		polls++;
	} while (nowMs < endsMs);
	return watched(endsMs, nowMs, polls);
}

/** Polls one job as the node does, with what `lengths` knows; the job's end is learned there. */
export function watchAdaptive(job: SimulatedJob, lengths: JobLengths, tells: Tells = {}): Watched {
	const followed = lengths.follow('model');
	let nowMs = 0;
	let polls = 0;
	do {
		nowMs += nextPollDelayMs(momentOf(followed, nowMs));
		polls++;
		followed.saw(stateAt(job, nowMs, tells), nowMs);
	} while (nowMs < job.endsMs);
	return watched(job.endsMs, nowMs, polls);
}

/** The means of a run. */
export function sumUp(runs: readonly Watched[]): PollSums {
	const mean = (value: (run: Watched) => number) =>
		runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
	return {
		jobs: runs.length,
		relativeLag: mean(({ relativeLag }) => relativeLag),
		longestLagMs: runs.reduce((longest, { lagMs }) => Math.max(longest, lagMs), 0),
		polls: mean(({ polls }) => polls),
	};
}

/** A number of the standard normal distribution, by Box and Muller. */
export function gaussian(random: Random): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function momentOf(followed: FollowedJob, elapsedMs: number) {
	const estimate = followed.estimate();
	return { elapsedMs, estimate, earliestEndMs: followed.earliestEndMs() };
}

function watched(endsMs: number, seenMs: number, polls: number): Watched {
	const lagMs = seenMs - endsMs;
	return { lagMs, relativeLag: lagMs / endsMs, polls };
}

function stateAt({ startsMs, endsMs }: SimulatedJob, nowMs: number, tells: Tells): TaskState {
	const task = { requestId: 'task', modelId: 'model', raw: null };
	if (nowMs >= endsMs) {
		const inferenceTime = (endsMs - startsMs) / 1_000;
		const metrics = tells.inferenceTime ? { metrics: { inferenceTime } } : {};
		return { ...task, status: 'completed', ...metrics };
	}
	const progress = progressAt((nowMs - startsMs) / (endsMs - startsMs), tells.progress);
	return { ...task, status: nowMs < startsMs ? 'queued' : 'running', ...progress };
}

/** Whole percents, as ToAPIs tells them; a stuck bar leaps to 90 % and stays. */
function progressAt(share: number, kind: Tells['progress']): { progress?: number } {
	if (!kind || share < 0) return {};
	const progress = kind === 'stuck' ? Math.min(0.9, share * 10) : share;
	return { progress: Math.floor(progress * 100) / 100 };
}
