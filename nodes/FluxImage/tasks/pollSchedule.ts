/**
 * How long to wait before the next poll, in milliseconds.
 *
 * Nothing is known of the job's length, so the wait grows with the time already waited: a job that
 * is seen to end at T was last asked about at T minus the wait, so with waits of a share `s` of the
 * elapsed time the mean lag is about `s / 2` of the job's length. `s` = 0.15 gives 7.5 %.
 */
const SHARE_OF_ELAPSED = 0.15;

/** No job of the contracts ends sooner, so no poll comes sooner, in milliseconds. */
const FIRST_POLL_MS = 1_500;

/** The shortest and the longest wait between polls, in milliseconds; the longest bounds the lag. */
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** What is known when the next poll is timed. */
export interface PollMoment {
	/** Time since the task was created, in milliseconds. */
	readonly elapsedMs: number;
	/** A fixed interval that the person asked for, in milliseconds. */
	readonly fixedIntervalMs?: number;
}

/** The wait before the next poll, in milliseconds. */
export function nextPollDelayMs({ elapsedMs, fixedIntervalMs }: PollMoment): number {
	if (fixedIntervalMs !== undefined) return fixedIntervalMs;
	if (elapsedMs < FIRST_POLL_MS) return FIRST_POLL_MS - elapsedMs;
	return Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, elapsedMs * SHARE_OF_ELAPSED));
}
