import { LnSamples, SAMPLES_FOR_ESTIMATE } from './lnSamples';
import type { LengthEstimate } from './logNormal';
import { nextPollDelayMs } from './schedule';
import { ENDED, type TaskState } from '../core/task';

/**
 * What is believed of a spread before samples tell: 0.3 for the jobs of one model, half of it for
 * what progress projects.
 */
const PRIOR_SPREAD = { ofLengths: 0.3, ofProjections: 0.15 } as const;

/** Of the shortest inference time seen: a task that is still queued is not done sooner than that. */
const SURE_SHARE_OF_INFERENCE = 0.8;

/** The narrowest that any estimate claims to be, so that a poll or two covers what it misses. */
const NARROWEST_SPREAD = 0.03;

/** Progress is projected only from so much on; a bar's first steps are often made up. */
const LEAST_PROGRESS = 0.05;

/** What the finished tasks of one model tell of the next. */
class ModelRecord {
	/** From create to end. */
	readonly lengths = new LnSamples(PRIOR_SPREAD.ofLengths);
	/** What the gateway says that the model worked (`metrics.inference_time`). */
	readonly inferences = new LnSamples(PRIOR_SPREAD.ofLengths);
	shortestInferenceMs = Infinity;
	/** True length over what progress had projected: 1 where progress is honest. */
	readonly projectionErrors = new LnSamples(PRIOR_SPREAD.ofProjections);
	readonly running = new Set<FollowedJob>();
}

/** The lengths of the jobs that this execution has seen, by model. */
export class Durations {
	private readonly records = new Map<string, ModelRecord>();

	/** Begins to follow a task that was just created. */
	follow(modelId: string): FollowedJob {
		const record = this.records.get(modelId) ?? new ModelRecord();
		this.records.set(modelId, record);
		return new FollowedJob(record);
	}
}

/** Projections that miss by more than this, in ln(length), are not used: a third too long or short. */
const HONEST_PROJECTION = 0.3;

/** A sighting of a task's progress. */
interface Progress {
	/** From 0 to 1. */
	readonly share: number;
	readonly atMs: number;
}

/** One running task: what was seen of it, and what that and earlier tasks say of its end. */
export class FollowedJob {
	private unfinishedMs = 0;
	private queuedMs = 0;
	private runningMs: number | undefined;
	private firstProgress: Progress | undefined;
	private lastShare = 0;
	private projectedMs: number | undefined;
	private firstProjectedMs: number | undefined;

	constructor(private readonly record: ModelRecord) {
		record.running.add(this);
	}

	/**
	 * Takes in what a reply says.
	 *
	 * @param elapsedMs time from the create to the reply, in milliseconds
	 */
	saw(state: TaskState, elapsedMs: number): void {
		if (ENDED.has(state.status)) this.record.running.delete(this);
		if (state.status === 'completed') return this.learn(state, elapsedMs);
		if (ENDED.has(state.status)) return;
		this.unfinishedMs = elapsedMs;
		if (state.status === 'queued') this.queuedMs = elapsedMs;
		else this.runningMs ??= elapsedMs;
		this.project(state.progress, elapsedMs);
	}

	/** The wait before the next look at it, in milliseconds. */
	nextPollDelayMs(elapsedMs: number): number {
		return nextPollDelayMs({
			elapsedMs,
			estimate: this.estimate(),
			earliestEndMs: this.earliestEndMs(),
		});
	}

	/** Lets it go that was given up: it runs no longer for all that is known. */
	leave(): void {
		this.record.running.delete(this);
	}

	/** The narrowest estimate that the sources give; nothing until enough tasks have finished. */
	estimate(): LengthEstimate | undefined {
		const estimates = [this.byLengths(), this.byInference(), this.byProgress()];
		return estimates
			.filter((estimate) => estimate !== undefined)
			.sort((one, other) => one.lnSpread - other.lnSpread)[0];
	}

	/** The elapsed time before which it cannot end: a queued task has all its work before it. */
	earliestEndMs(): number {
		const { inferences, shortestInferenceMs } = this.record;
		if (this.runningMs !== undefined || inferences.count < SAMPLES_FOR_ESTIMATE) return 0;
		return this.queuedMs + SURE_SHARE_OF_INFERENCE * shortestInferenceMs;
	}

	/** What the others of its model tell, finished or running. */
	private byLengths(): LengthEstimate | undefined {
		return this.record.lengths.predict(this.ofOthers((job) => job.unfinishedMs));
	}

	/** Logarithms of how long the other running jobs of its model have been seen to last. */
	private ofOthers(lastedMs: (job: FollowedJob) => number): number[] {
		return [...this.record.running].flatMap((job) => {
			const lasted = lastedMs(job);
			return job !== this && lasted > 0 ? [Math.log(lasted)] : [];
		});
	}

	/** When its work began: between the last sighting in the queue and the first at work. */
	private get startMs(): number {
		return (this.queuedMs + (this.runningMs ?? Infinity)) / 2;
	}

	/** Its start lies between two sightings; the work that follows is as long as the others'. */
	private byInference(): LengthEstimate | undefined {
		if (this.runningMs === undefined) return undefined;
		const worked = this.ofOthers((job) => job.unfinishedMs - job.startMs);
		const inference = this.record.inferences.predict(worked);
		if (!inference) return undefined;
		const workMs = Math.exp(inference.lnMean);
		const lengthMs = this.startMs + workMs;
		// The spread of a sum: the work's share of it, and a start that is uniform between sightings.
		const ofWork = (inference.lnSpread * workMs) / lengthMs;
		const ofStart = (this.runningMs - this.queuedMs) / Math.sqrt(12) / lengthMs;
		return {
			lnMean: Math.log(lengthMs),
			lnSpread: Math.max(NARROWEST_SPREAD, Math.hypot(ofWork, ofStart)),
		};
	}

	/** What progress says, where it was right about the tasks before: some bars are made up. */
	private byProgress(): LengthEstimate | undefined {
		const error = this.record.projectionErrors.predict();
		if (!error || this.projectedMs === undefined) return undefined;
		if (Math.abs(error.lnMean) > HONEST_PROJECTION || error.lnSpread > HONEST_PROJECTION)
			return undefined;
		return {
			lnMean: Math.log(this.projectedMs) + error.lnMean,
			lnSpread: Math.max(NARROWEST_SPREAD, error.lnSpread),
		};
	}

	/** Draws a line from the first sighting to this one; a bar that stands still says nothing. */
	private project(share: number | undefined, atMs: number): void {
		if (share === undefined || share < LEAST_PROGRESS) return;
		const first = (this.firstProgress ??= { share, atMs });
		const moves = share > this.lastShare && share > first.share && share < 1;
		this.lastShare = share;
		const perMs = (share - first.share) / (atMs - first.atMs);
		this.projectedMs = moves ? atMs + (1 - share) / perMs : undefined;
		this.firstProjectedMs ??= this.projectedMs;
	}

	/**
	 * A task that was seen to have finished ended between the last sighting and this one: the
	 * geometric mean of the bounds is its length, and its inference time narrows them.
	 */
	private learn({ metrics }: TaskState, seenMs: number): void {
		const inferenceMs = (metrics?.inferenceTime ?? 0) * 1_000;
		const leastMs = Math.min(seenMs, Math.max(this.unfinishedMs, inferenceMs, seenMs / 2));
		const lengthMs = Math.sqrt(leastMs * seenMs);
		if (!(lengthMs > 0)) return;
		this.record.lengths.add(lengthMs);
		if (inferenceMs > 0) {
			this.record.inferences.add(inferenceMs);
			this.record.shortestInferenceMs = Math.min(this.record.shortestInferenceMs, inferenceMs);
		}
		if (this.firstProjectedMs) this.record.projectionErrors.add(lengthMs / this.firstProjectedMs);
	}
}
