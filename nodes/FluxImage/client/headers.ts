import { jsonParse } from 'n8n-workflow';

/** Headers with lower-case names and text values; repeated ones joined by commas. */
export function readHeaders(headers: object): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers ?? {}).flatMap(([name, value]) =>
			value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]],
		),
	);
}

/** What some servers put before a text in UTF-8, and no JSON has. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * A body as JSON where it is JSON, whatever its content type says; else as it came. In bytes any JSON
 * is read, and what is JSON in a text of JSON; of a text only a list or an object, since n8n's helper
 * has parsed it once where it could.
 */
export function readBody(body: unknown): unknown {
	if (Buffer.isBuffer(body)) {
		const text = body.toString('utf8').replace(BYTE_ORDER_MARK, '');
		return readBody(parsed(text));
	}
	if (typeof body !== 'string' || !/^\s*[[{]/.test(body)) return body;
	return parsed(body);
}

const parsed = (json: string) =>
	jsonParse<unknown>(withLongNumbersAsText(json), { fallbackValue: json });

/** A whole number of so many digits may be beyond 2^53, where JavaScript would round it: an id. */
const LONG_NUMBER = /[[:,]\s*-?\d{16,}\s*[,}\]]/;

/** The end of a text is optional: of one without it, each quote would be tried to the end of all. */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

/** A longer body is a picture in JSON, and is not looked through, in characters. */
const LONGEST_LOOKED_THROUGH = 1_000_000;

/** JSON whose whole numbers beyond what JavaScript can hold are texts, so that each digit stays. */
function withLongNumbersAsText(json: string): string {
	if (json.length > LONGEST_LOOKED_THROUGH || !LONG_NUMBER.test(json)) return json;
	return json.replace(TEXT_OR_NUMBER, (found) =>
		/^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"${found}"` : found,
	);
}

/** Seconds above this are a moment since 1970 and no wait: as a wait they would be 31 years. */
const FIRST_EPOCH_S = 1e9;

/** What ends a date that names its zone. */
const ZONE = /(\bz|\dz|gmt|utc?|[ecmp][sd]t|\d ?[+-]\d\d:?\d\d)$/i;

/**
 * How long a reply asks to wait, in milliseconds from its arrival: `retry-after-ms`, which servers in
 * the manner of OpenAI send (its client openai-node heeds it), or Retry-After in seconds or as a date
 * (RFC 9110, 10.2.3). A moment is measured against the reply's own `date`, since clocks differ; one
 * without a zone is UTC. Nothing where it is absent, past or unreadable.
 *
 * @param headers by their names in lower case
 * @param nowMs the time of day here, for a reply that does not tell its own
 */
export function retryAfterMs(
	headers: Readonly<Record<string, string>>,
	nowMs: number,
): number | undefined {
	const header = (headers['retry-after'] ?? '').trim();
	const seconds = Number(header);
	const sentMs = Date.parse(headers['date'] ?? '');
	const fromMs = Number.isNaN(sentMs) ? nowMs : sentMs;
	const isMoment = Number.isNaN(seconds) || seconds > FIRST_EPOCH_S;
	const byHeader = isMoment ? momentMs(header, seconds) - fromMs : seconds * 1000;
	const exactMs = Number(headers['retry-after-ms']);
	const waitMs = exactMs > 0 ? exactMs : byHeader;
	return waitMs > 0 && Number.isFinite(waitMs) ? waitMs : undefined;
}

/** A moment, given as seconds or milliseconds since 1970, or as a date. */
function momentMs(header: string, epoch: number): number {
	if (Number.isNaN(epoch)) return Date.parse(ZONE.test(header) ? header : `${header}Z`);
	return epoch > FIRST_EPOCH_S * 1000 ? epoch : epoch * 1000;
}
