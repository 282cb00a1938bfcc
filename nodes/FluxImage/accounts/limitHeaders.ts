import { numberOf } from '../core/json';

/** What `X-RateLimit-*` say of the calls of one category. */
export interface ToldLimit {
	/** ToAPIs counts creates and reads apart, and names which these are of. */
	readonly category: 'create' | 'read' | undefined;
	/** How many calls the gateway would take now. */
	readonly remaining: number;
	/** When it takes more, in milliseconds from the reply. */
	readonly resetMs: number;
}

/** Above it a number is a date, in seconds since 1970: no gateway's limit lasts thirty years. */
const EARLIEST_EPOCH_SECONDS = 1e9;
const EARLIEST_EPOCH_MS = 1e12;

/** Up to it a Reset is in seconds, above it in milliseconds; too short is asked again, too long hurts. */
const MOST_SECONDS = 120;

const CATEGORIES = new Map([
	['async_submit', 'create' as const],
	['async_query', 'read' as const],
]);

/**
 * Reads the headers of a rate limit (docs/contracts/toapis.md#limits). A Reset may be in seconds, in
 * milliseconds or a date, which is measured against the reply's own.
 *
 * @param headers by their names in lower case
 * @returns nothing where they are absent or unreadable
 */
export function limitTold(headers: Readonly<Record<string, string>>): ToldLimit | undefined {
	const remaining = numberOf(headers['x-ratelimit-remaining']) ?? NaN;
	const resetMs = resetInMs(numberOf(headers['x-ratelimit-reset']) ?? NaN, headers['date']);
	if (!(remaining >= 0) || !(resetMs >= 0)) return undefined;
	const category = headers['x-ratelimit-category']?.trim().toLowerCase() ?? '';
	return { category: CATEGORIES.get(category), remaining, resetMs };
}

function resetInMs(reset: number, date = ''): number {
	if (reset < EARLIEST_EPOCH_SECONDS) return reset > MOST_SECONDS ? reset : reset * 1_000;
	const atMs = reset < EARLIEST_EPOCH_MS ? reset * 1_000 : reset;
	return Math.max(0, atMs - Date.parse(date));
}
