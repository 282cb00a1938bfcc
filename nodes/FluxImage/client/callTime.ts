import type { GatewayRequest } from '../gateways/gateway';

/**
 * The longest that a single read may take, in milliseconds, beside the time for its bytes. Well below
 * the default timeout of 600 s, so that a read that hangs is cut and tried again; the contracts name no
 * figure.
 */
const CALL_TIMEOUT_MS = 30_000;

/** What a read has at least, in milliseconds, so that the look at the deadline can be answered. */
export const LEAST_CALL_MS = 5_000;

/**
 * The slowest line that large images are sent over, in bytes a millisecond: 2 Mbit/s, as for pictures
 * that come. Four images of 20 MB in one create take seven minutes there.
 */
const SLOWEST_LINE = 250;

/** The longest that a call may take by itself, in milliseconds: it grows with what it carries. */
export function longestCallMs({ body, file }: GatewayRequest): number {
	const bytes = textLength(body) + (file?.bytes.length ?? 0);
	return CALL_TIMEOUT_MS + Math.floor(bytes / SLOWEST_LINE);
}

/** Characters of the texts in a value: nearly all of a body's bytes, without making the body. */
function textLength(value: unknown): number {
	if (typeof value === 'string') return value.length;
	const parts: unknown[] = Object.values(Object(value) as object);
	return parts.reduce((sum: number, part) => sum + textLength(part), 0);
}
