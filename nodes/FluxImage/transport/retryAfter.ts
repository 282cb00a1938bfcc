/**
 * A Retry-After header as milliseconds from now: seconds, or a date (RFC 9110, 10.2.3).
 * Nothing where it is absent, past or unreadable.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
	if (header === undefined || header.trim() === '') return undefined;
	const seconds = Number(header);
	const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
	return waitMs > 0 ? waitMs : undefined;
}
