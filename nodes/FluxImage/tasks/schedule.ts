import { millsRatio, type LengthEstimate } from './logNormal';

/**
 * When to look at a task again.
 *
 * The trade. A poll costs a request; a job that ends just after a poll is seen only at the next one.
 * Let f be the density of the job's length, S(t) the share of jobs still unfinished at t, h = f / S
 * the hazard, and g(t) the wait that follows a poll at t. Jobs that end near t lag by g / 2 on
 * average, a lag of g / 2t of their length; polls near t come at the rate S / g. With a poll worth
 * `w` of relative lag, the cost at t is f * g / 2t + w * S / g, least where
 *
 *     g(t)^2 = 2 * w * t / h(t)
 *
 * Blind: lengths log-uniform from 2 to 120 s, so h = 1 / (t * ln(120 / t)), and
 * g = sqrt(2w * ln(120 / t)) * t: a share of the elapsed time that changes slowly (by a factor of 2
 * from 2 to 45 s). A constant share `s` loses nothing that can be measured and does not need to know
 * the 120 s. Waiting at most 4.9 s keeps the lag under 5 s with the time of the call itself. Summed
 * over 200,000 jobs:
 *
 *     fixed 2 s    lag 13.95 %   14.95 polls a job
 *     s = 0.18     lag  7.4 %    14.8
 *     s = 0.19     lag  7.7 %    14.3
 *     s = 0.20     lag  8.0 %    13.8
 *
 * The goals are 8 % and the fixed poller's 14.95: 0.19 lies in the middle of what meets both.
 *
 * Informed: ln(length) is normal with mean m and spread d. Then h = 1 / (d * t * M(z)) with
 * z = (ln t - m) / d and M(z) = (1 - Phi(z)) / phi(z), Mills' ratio, so
 *
 *     g(t) = c * t * sqrt(d * M(z)),  c = sqrt(2w)
 *
 * beginning 1.68 spreads below the mean, where 5 % of the jobs are done. M(z) falls while most jobs
 * end, so it is taken a quarter of the wait ahead. `c` sets the exchange of lag for polls; at 0.1017
 * a job costs 8 polls, the goal. Of these hardly better use can be made: by dynamic programming over
 * all schedules, with d = 0.3 and m known exactly the least lag at 8.0 polls is 3.85 %, and with both
 * from just five jobs it is about 4.1 % at 8.3. The schedule comes to 3.99 % at 8.0 over jobs 6 to 50
 * of a model, and to 4.20 % at 8.1 for the sixth alone. docs/benchmarks.md has the sums.
 */
const SHARE_OF_ELAPSED = 0.19;

/** No job of the blind case ends sooner, so no poll comes sooner, in milliseconds. */
const BLIND_FIRST_POLL_MS = 2_000;

/** The longest wait while nothing is known, in milliseconds: the lag stays under 5 s. */
const BLIND_LONGEST_WAIT_MS = 4_900;

/** `c` above. */
const INFORMED_EXCHANGE = 0.1017;

/** How far ahead Mills' ratio is taken, as a share of the wait to come. */
const AHEAD = 0.25;

/** How many spreads below the mean the first informed poll comes. */
const INFORMED_FIRST_SPREADS = 1.68;

/** A job far beyond every estimate is not asked about in a swarm: at least this share, and this. */
const SMALLEST_SHARE = 0.03;
const SHORTEST_WAIT_MS = 50;

/** What is known when the next poll is timed. */
export interface PollMoment {
	/** Time since the task was created, in milliseconds. */
	readonly elapsedMs: number;
	/** How long the job will take, where something is known of it. */
	readonly estimate?: LengthEstimate | undefined;
	/** The elapsed time before which the job cannot end, in milliseconds. */
	readonly earliestEndMs?: number | undefined;
}

/** The wait before the next poll, in milliseconds. */
export function nextPollDelayMs(moment: PollMoment): number {
	const { elapsedMs, estimate, earliestEndMs = 0 } = moment;
	const waitMs = estimate ? informedWaitMs(elapsedMs, estimate) : blindWaitMs(elapsedMs);
	return Math.max(waitMs, earliestEndMs - elapsedMs);
}

function blindWaitMs(elapsedMs: number): number {
	if (elapsedMs < BLIND_FIRST_POLL_MS) return BLIND_FIRST_POLL_MS - elapsedMs;
	return Math.min(BLIND_LONGEST_WAIT_MS, elapsedMs * SHARE_OF_ELAPSED);
}

function informedWaitMs(elapsedMs: number, { lnMean, lnSpread }: LengthEstimate): number {
	const least = Math.max(SHORTEST_WAIT_MS, elapsedMs * SMALLEST_SHARE);
	const firstMs = Math.exp(lnMean - INFORMED_FIRST_SPREADS * lnSpread);
	if (elapsedMs < firstMs) return Math.max(least, firstMs - elapsedMs);
	const bestAt = (ms: number) => {
		const z = (Math.log(ms) - lnMean) / lnSpread;
		return INFORMED_EXCHANGE * ms * Math.sqrt(lnSpread * millsRatio(z));
	};
	return Math.max(least, bestAt(elapsedMs + AHEAD * bestAt(elapsedMs)));
}
