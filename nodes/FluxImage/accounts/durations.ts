import { ENDED, type TaskState } from '../core/task';
import { RecentMap } from './recentMap';
import { binOf, BINS, BLIND, planPolls, waitByPlanMs, type PollPlan } from './pollSchedule';

/** As many models as are remembered of an account. */
const MODELS = 50;

/** What a sighting counts for at the next one: about the last hundred tell. */
const FADING = 0.99;

/** For how many sightings the blind belief counts; it stays when they fade. */
const BLIND_WEIGHT = 0.5;

/** How far a sighting speaks for lengths on either side of it, in bins: 12 %. By trial. */
const REACH = 6;

/** How long the tasks of each model of an account take, as far as this process has seen. */
export class Durations {
	private readonly models = new RecentMap<ModelDurations>(MODELS);

	/** Begins to follow a task that was just created. */
	follow(modelId: string): FollowedJob {
		const model = this.models.get(modelId) ?? new ModelDurations();
		this.models.set(modelId, model);
		return new FollowedJob(model);
	}
}

/** What is believed of one model: the blind belief, and beside it what was seen, the latest most. */
class ModelDurations {
	private readonly seen = new Float32Array(BINS);
	private latestPlan: PollPlan | undefined;

	/** The plan is made again only after a sighting. */
	get plan(): PollPlan {
		return (this.latestPlan ??= planPolls(
			BLIND.map((share, bin) => BLIND_WEIGHT * share + this.seen[bin]!),
		));
	}

	/** A task ended somewhere between two times: it speaks for all lengths between them alike. */
	add(leastMs: number, mostMs: number): void {
		const from = binOf(leastMs) - REACH;
		const to = binOf(mostMs) + REACH;
		for (let bin = 0; bin < BINS; bin++) {
			const covered = Math.min(to, bin + 1) - Math.max(from, bin);
			this.seen[bin] = FADING * this.seen[bin]! + Math.max(0, covered) / (to - from);
		}
		this.latestPlan = undefined;
	}
}

/**
 * One running task. Only its status counts: what a gateway says of progress, queue and inference time
 * is not believed, so it cannot mislead (docs/decisions/0004-poll-schedule.md has what that costs).
 */
export class FollowedJob {
	private teaches = true;
	private unfinishedMs = 0;
	private firstLookMs: number | undefined;

	constructor(private readonly model: ModelDurations) {}

	/**
	 * Takes in what a reply says. Only a task that was seen to complete teaches, and once.
	 *
	 * @param elapsedMs time from the create to the reply, in milliseconds, on a clock that never jumps
	 */
	saw({ status }: TaskState, elapsedMs: number): void {
		if (!this.teaches || !(elapsedMs > 0 && elapsedMs < Infinity)) return;
		if (!ENDED.has(status)) this.unfinishedMs = Math.max(this.unfinishedMs, elapsedMs);
		else this.teaches = false;
		if (status === 'completed') this.model.add(this.leastMs(elapsedMs), elapsedMs);
	}

	/** The wait before the next look, in milliseconds. */
	nextPollDelayMs(elapsedMs: number): number {
		const waitMs = waitByPlanMs(this.model.plan, elapsedMs);
		this.firstLookMs ??= Math.max(0, elapsedMs) + waitMs;
		return waitMs;
	}

	/**
	 * The least that a task lasted which is seen finished now. One that was never seen unfinished may
	 * have ended at any time before; half the time of the look that was meant to be first stands in.
	 */
	private leastMs(seenMs: number): number {
		const leastMs = this.unfinishedMs || (this.firstLookMs ?? seenMs) / 2;
		return Math.min(leastMs, seenMs);
	}
}
