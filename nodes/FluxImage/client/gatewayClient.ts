import type { Gateway, GatewayReply, GatewayRequest } from '../gateways/gateway';
import type { Outcome, Problem } from '../core/problem';
import { retryAfterMs } from './retryAfter';
import type { Transport } from './http';
import type { Clock } from '../core/clock';
import type { JobLengths } from '../tasks/durations';
import type { Pacer } from './rateLimiter';

/** What tasks need of the world, passed in once per execution of the node. */
export interface Session {
	readonly gateway: Gateway;
	readonly transport: Transport;
	readonly clock: Clock;
	/** What the finished tasks tell of the next ones' length. */
	readonly lengths: JobLengths;
	/** Slows all calls when the gateway says 429; pictures are on another host and not paced. */
	readonly pacer: Pacer;
	/** From 0 to 1, for jitter. */
	readonly random: () => number;
	/** Aborts when the person stops the execution. */
	readonly stop: AbortSignal;
	/** Aborts with `stop`, and when the node has failed: nothing is waited for any more. */
	readonly halt: AbortSignal;
	readonly log: (message: string) => void;
}

/**
 * The longest that a single call may take, in milliseconds, beside the time for its bytes. Well below
 * the default timeout of 600 s, so that a read that hangs is cut and tried again; the contracts name no
 * figure.
 */
const CALL_TIMEOUT_MS = 30_000;

/**
 * The slowest line that large images are sent over, in bytes a millisecond: 2 Mbit/s, as for pictures
 * that come. Four images of 20 MB in one create take seven minutes there.
 */
const SLOWEST_LINE = 250;

export const STOPPED: Problem = { kind: 'stopped' };

/** What a call comes to whose turn does not come in time. */
export const NO_TURN: Problem = {
	kind: 'rateLimited',
	reason: 'the gateway limits the rate of calls, and the time was up before this one could go',
};

/** Sends a request and reads its reply; a problem carries the gateway's Retry-After. */
export async function call<T>(
	session: Session,
	request: GatewayRequest,
	read: (reply: GatewayReply) => Outcome<T>,
	limits: { timeoutMs?: number; signal?: AbortSignal },
): Promise<Outcome<T>> {
	const exchange = await session.transport.send(request, {
		timeoutMs: Math.min(longestCallMs(request), limits.timeoutMs ?? Infinity),
		signal: limits.signal ?? session.halt,
	});
	if (exchange.problem) return exchange;
	const outcome = read(exchange.value);
	const waitMs = retryAfterMs(exchange.value.headers, session.clock.nowMs());
	if (outcome.problem?.kind === 'rateLimited') session.pacer.refused(waitMs);
	else session.pacer.accepted();
	return outcome.problem && waitMs !== undefined
		? { problem: { ...outcome.problem, retryAfterMs: waitMs } }
		: outcome;
}

function longestCallMs({ body, file }: GatewayRequest): number {
	const bytes = textLength(body) + (file?.bytes.length ?? 0);
	return CALL_TIMEOUT_MS + Math.floor(bytes / SLOWEST_LINE);
}

/** Characters of the texts in a value: nearly all of a body's bytes, without making the body. */
function textLength(value: unknown): number {
	if (typeof value === 'string') return value.length;
	const parts: unknown[] = Object.values(Object(value) as object);
	return parts.reduce((sum: number, part) => sum + textLength(part), 0);
}
