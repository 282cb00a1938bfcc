import type { GatewayReply, GatewayRequest } from '../gateways/gateway';
import { ProblemError, type Outcome, type Problem } from '../core/problem';
import { backOffMs } from '../tasks/backOff';
import type { Line } from './rateLimiter';
import { LAG_MS, READ_RULES } from '../tasks/rules';
import { call, NO_TURN, STOPPED, type Session } from './gatewayClient';

/** Until when a read is tried again, in milliseconds since 1970. */
export interface Patience {
	readonly deadlineMs: number;
	/** Whether the gateway may lag behind itself about what is read: this execution has just made it. */
	readonly mayLag?: boolean;
}

/**
 * Reads until there is a readable answer: reads cost nothing, so a bad line ends nothing.
 *
 * @param attempt one read, given at most so many milliseconds
 * @throws ProblemError with the last problem where it is final or the deadline comes first;
 * `stopped` on Stop, or when the node has failed
 */
export async function untilAnswered<T>(
	session: Session,
	attempt: (timeoutMs: number) => Promise<Outcome<T>>,
	patience: Patience,
): Promise<T> {
	const { clock, halt, random } = session;
	let lagUntilMs: number | undefined;
	for (let failures = 1; ; failures++) {
		if (halt.aborted) throw new ProblemError(STOPPED);
		const outcome = await attempt(Math.max(1, patience.deadlineMs - clock.nowMs()));
		if (!outcome.problem) return outcome.value;
		const waitMs = backOffMs(failures, outcome.problem.retryAfterMs, random);
		if (isLag(outcome.problem)) lagUntilMs ??= clock.nowMs() + LAG_MS;
		if (clock.nowMs() + waitMs >= readUntilMs(outcome.problem, patience, lagUntilMs)) {
			throw new ProblemError(outcome.problem);
		}
		await clock.sleep(waitMs, halt);
	}
}

/**
 * An API read, tried until it is answered, each try in its turn. Throws as `untilAnswered` does.
 *
 * @param line its place among the execution's calls
 */
export async function readStubbornly<T>(
	session: Session,
	request: GatewayRequest,
	read: (reply: GatewayReply) => Outcome<T>,
	patience: Patience,
	line: Line = 'poll',
): Promise<T> {
	const { clock, pacer, halt } = session;
	return await untilAnswered(
		session,
		async (leftMs) => {
			const untilMs = clock.nowMs() + leftMs;
			if (!(await pacer.turn(line, untilMs, halt))) return { problem: NO_TURN };
			return await call(session, request, read, {
				timeoutMs: Math.max(1, untilMs - clock.nowMs()),
			});
		},
		patience,
	);
}

const isLag = ({ kind }: Problem) => READ_RULES[kind] === 'lag';

/** When to give up on a read, given what went wrong with it. */
function readUntilMs({ kind }: Problem, { deadlineMs, mayLag }: Patience, lagUntilMs = 0): number {
	const rule = READ_RULES[kind] ?? 'final';
	if (rule === 'again') return deadlineMs;
	return rule === 'lag' && mayLag ? Math.min(deadlineMs, lagUntilMs) : 0;
}
