/**
 * How long a reply asks to wait, in milliseconds from now: `retry-after-ms`, which servers in the
 * manner of OpenAI send (its client openai-node heeds it), or Retry-After in seconds or as a date
 * (RFC 9110, 10.2.3). Nothing where it is absent, past or unreadable.
 *
 * @param headers by their names in lower case
 */
export function retryAfterMs(
	headers: Readonly<Record<string, string>>,
	nowMs: number,
): number | undefined {
	const header = headers['retry-after'] ?? '';
	const seconds = numberIn(header);
	const byHeader = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
	const exactMs = numberIn(headers['retry-after-ms'] ?? '');
	const waitMs = exactMs > 0 ? exactMs : byHeader;
	return waitMs > 0 && Number.isFinite(waitMs) ? waitMs : undefined;
}

/** NaN where there is none; of a blank text JavaScript would say 0. */
const numberIn = (text: string) => Number(text.trim() || NaN);
