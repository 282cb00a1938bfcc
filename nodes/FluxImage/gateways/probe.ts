import type { Problem, ProblemKind } from '../problems/problem';
import type { GatewayReply } from './gateway';
import { readRefusal, unreadableReply } from './refusal';

/** What, asked about a task that never was, says that key and host are good. */
const GOOD_ANSWERS: ReadonlySet<ProblemKind> = new Set(['notFound', 'badParameters']);

/**
 * Judges a credential by a read of a task that does not exist: "no such task" is the answer of a
 * gateway that took the key. It bills nothing.
 */
export function probeByUnknownTask(reply: GatewayReply): Problem | undefined {
	const problem = readRefusal(reply);
	if (problem.kind === 'badKey' || problem.kind === 'notAllowed') return problem;
	if (typeof reply.body !== 'object') return unreadableReply(reply);
	if (reply.statusCode >= 200 && reply.statusCode < 300) return undefined;
	return GOOD_ANSWERS.has(problem.kind) ? undefined : problem;
}
