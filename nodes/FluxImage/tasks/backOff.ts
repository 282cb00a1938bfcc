/** The first wait after a failed call, in milliseconds; each next one is twice as long. */
const FIRST_WAIT_MS = 500;

/** The longest wait that is chosen here, in milliseconds; a gateway's Retry-After may be longer. */
const LONGEST_WAIT_MS = 10_000;

/**
 * How long to wait after a failed call, in milliseconds: doubling, with a jitter of half the wait
 * so that many items do not come back at once; never sooner than the gateway asked.
 *
 * @param failures how many calls in a row have failed, from 1
 * @param retryAfterMs what the gateway asked for
 * @param random gives a number from 0 to 1
 */
export function backOffMs(
	failures: number,
	retryAfterMs: number | undefined,
	random: () => number,
): number {
	const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
	return Math.max(wait * (0.5 + random() / 2), retryAfterMs ?? 0);
}
