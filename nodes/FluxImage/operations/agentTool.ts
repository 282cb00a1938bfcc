import type { ProblemKind } from '../core/problem';
import { executionIdOf } from './caller';
import type { Item } from './operation';

/**
 * What a language model can do about a problem of its call: give other values, another input image, the
 * right ID of a task, or the same values once more. Else it tells its user, who has the editor and the
 * credential.
 */
type WayOut = 'otherValues' | 'otherImage' | 'rightId' | 'callAgain';

/** Of any other problem: to tell the user. */
const WAYS_OUT: Readonly<Partial<Record<ProblemKind, WayOut>>> = {
	badParameters: 'otherValues',
	failed: 'otherValues',
	moderated: 'otherValues',
	inputImageUnavailable: 'otherImage',
	earlierTaskUnavailable: 'rightId',
	rateLimited: 'callAgain',
	gatewayFault: 'callAgain',
	neverConnected: 'callAgain',
	interrupted: 'callAgain',
	requestTimedOut: 'callAgain',
	resultUnread: 'callAgain',
	pictureUnavailable: 'callAgain',
	notSentInTime: 'callAgain',
	deadlineReached: 'callAgain',
};

/**
 * What the same call comes to a second time: a Task operation asks for the task that it names; an image
 * is picked up within the execution that paid for it; where n8n gives none, as by MCP, it is paid again.
 */
type SecondCall = 'asksForTask' | 'picksTaskUp' | 'paysAgain';

function secondCallOf({ context, operation }: Item): SecondCall {
	if (operation.resource === 'task') return 'asksForTask';
	return executionIdOf(context) === undefined ? 'paysAgain' : 'picksTaskUp';
}

const OTHER_VALUES =
	'Call again with another prompt or other values, as the reason says: that makes a new task, and pays for it.';
const ONCE_MORE =
	'Nothing was billed. Call again once with the same values; if that fails too, tell the user.';
const OTHER_IMAGE =
	'Nothing was billed. If you gave the address of the image, call again with one that shows the picture by itself, without a login and without a page around it; else do not call again.';
const RIGHT_ID =
	'If the Request ID is not, letter by letter, one that you were told, call again once with the right one; else do not call again.';

/** Of a task that is paid and whose picture is to be had yet. */
const OF_PAID_TASK: Readonly<Record<SecondCall, string>> = {
	asksForTask:
		'Call again now, once, with exactly the same values: that asks for the same task and pays nothing. If it fails again, tell the user the Request ID.',
	picksTaskUp:
		'The task is paid. Call again now, once, with exactly the same values: that fetches the same task and pays nothing more; later it would be a new task. If it fails again, tell the user the Request ID, by which Task > Wait collects the picture.',
	paysAgain:
		'The task is paid. Do not call again with these values: that would be a new task, and pay for it. If you have a tool that waits for a task, call it with the Request ID; else tell the user the Request ID, by which Task > Wait collects the picture.',
};

/** Of a task that ended badly, to whoever asked for it alone. */
const DRAW_ANEW =
	'Do not ask for this task again. If you have a tool that draws, call it with another prompt or other values, as the reason says: that makes a new task, and pays for it. Else tell the user.';

/**
 * What a language model can do about the problem of its call.
 *
 * @param isAboutTask whether the call was about a task that exists
 * @param remedy what a person can do
 */
export function adviceForModel(
	item: Item,
	kind: ProblemKind,
	isAboutTask: boolean,
	remedy: string,
): string {
	const secondCall = secondCallOf(item);
	const asksForTask = secondCall === 'asksForTask';
	const isWrongId = kind === 'notFound' && asksForTask;
	const toUser = `Tell the user: ${remedy}`;
	switch (isWrongId ? 'rightId' : WAYS_OUT[kind]) {
		case 'callAgain':
			return isAboutTask ? OF_PAID_TASK[secondCall] : ONCE_MORE;
		case 'otherImage':
			return `${OTHER_IMAGE} ${toUser}`;
		case 'rightId':
			return `${RIGHT_ID} ${toUser}`;
		case 'otherValues':
			if (!isAboutTask) return `Nothing was billed. ${OTHER_VALUES}`;
			// A read that is refused so is no fault of the values that were drawn with.
			if (kind === 'badParameters') return adviceForUser(remedy);
			return asksForTask ? DRAW_ANEW : OTHER_VALUES;
		default:
			return adviceForUser(remedy);
	}
}

/** The same of a problem that no call of the model's can mend. */
export const adviceForUser = (remedy: string) => `Do not call again. Tell the user: ${remedy}`;
