import type { Problem, ProblemKind } from '../core/problem';
import type { GatewayReply } from './gateway';
import { refusalOf, unreadableReply } from './refusals';

/** What, asked about a task that never was, says that key and host are good. */
const GOOD_ANSWERS: ReadonlySet<ProblemKind> = new Set(['notFound', 'badParameters']);

/**
 * Judges a credential by a read of a task that does not exist: "no such task" is the answer of a
 * gateway that took the key. It bills nothing.
 */
export function probeByUnknownTask(reply: GatewayReply): Problem | undefined {
	const refused = refusalOf(reply);
	if (refused && !GOOD_ANSWERS.has(refused.problem.kind)) return refused.problem;
	const isJson = typeof reply.body === 'object' && reply.body !== null;
	return isJson ? undefined : unreadableReply(reply);
}
