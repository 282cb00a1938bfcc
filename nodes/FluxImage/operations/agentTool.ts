import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProblemKind } from '../core/problem';

/** n8n makes a node type of its own for an agent's tool, with `Tool` at the end of its name. */
export const isAgentTool = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');

/** Problems that end the task, or that come before there is one: other values may not have them. */
const OF_VALUES: ReadonlySet<ProblemKind> = new Set(['failed', 'moderated', 'badParameters']);

/** Problems that may have passed at the next call. */
const PASSING: ReadonlySet<ProblemKind> = new Set([
	...(['rateLimited', 'gatewayFault', 'neverConnected', 'interrupted', 'requestTimedOut'] as const),
	...(['deadlineReached', 'resultUnread', 'pictureUnavailable'] as const),
]);

const OTHER_VALUES =
	'Call again with another prompt or other values, as the reason says: that makes a new task, and pays for it.';
const SAME_VALUES =
	'The task is paid. Call again now, once, with exactly the same values: that fetches the same task and pays nothing more; later it would be a new task. If it fails again, tell the user the Request ID, by which Task > Wait collects the picture.';
const RIGHT_ID =
	'If the Request ID is not, letter by letter, one that you were told, call again once with the right one. Else tell the user:';
const ONCE_MORE =
	'Nothing was billed. Call again once with the same values; if that fails too, tell the user.';

/**
 * What a language model can do about the problem of its call: change its values, call again, or tell
 * its user, who has the editor and the credential. Called with the same values, the node picks up the
 * task that the failed call has paid for, within the same execution.
 *
 * @param remedy what a person can do
 */
export function adviceForModel(kind: ProblemKind, isAboutTask: boolean, remedy: string): string {
	const isOfTask = isAboutTask && kind === 'badParameters';
	if (OF_VALUES.has(kind) && !isOfTask) {
		return isAboutTask ? OTHER_VALUES : `Nothing was billed. ${OTHER_VALUES}`;
	}
	if (kind === 'earlierTaskUnavailable') return `${RIGHT_ID} ${remedy}`;
	if (PASSING.has(kind)) return isAboutTask ? SAME_VALUES : ONCE_MORE;
	return adviceForUser(remedy);
}

/** The same of a problem that no call of the model's can mend. */
export const adviceForUser = (remedy: string) => `Do not call again. Tell the user: ${remedy}`;
