import type { ProblemKind } from './problem';

/** Stands where a gateway says that a task failed, and not why. */
export const NO_REASON = 'the gateway gave no reason';

/**
 * In place of the remedy, where the create was answered with finished pictures and no id: there is nothing
 * to collect by.
 */
export const REMEDY_WITHOUT_ID =
	'The task is paid and finished, but the gateway gave it no ID to collect it by. Retry the execution, or open the address of the picture, before the link expires; a new run makes a new task.';

/** The words of a kind of problem: what happened, whether money went, what the person can do about it. */
interface Message {
	/** `{gateway}`, `{id}` (the task's id) and `{timeout}` (with its unit) are filled in. */
	readonly message: string;
	/** The message in its place where there is no task, the create itself having been refused. */
	readonly messageOfCreate?: string;
	/** `remedyFor` adds that nothing was billed where the problem may be a task's as well. */
	readonly remedy: string;
	/** The remedy in its place where the call was about a task that exists: that one is paid. */
	readonly remedyOfTask?: string;
}

/** One row a kind: the only place where an error is put into words. */
export const MESSAGES: Readonly<Record<ProblemKind, Message>> = {
	badKey: {
		message: '{gateway} refused the API key',
		remedy: "Copy the key from the gateway's console into the credential once more.",
		remedyOfTask:
			"The task is paid. Copy the key from the gateway's console into the credential once more, then collect the task with Task > Wait.",
	},
	noCredit: {
		message: 'The {gateway} account has no credit left',
		remedy: 'Top up the account at the gateway, then run again.',
		remedyOfTask:
			'The task is paid. Top up the account at the gateway, then collect the task with Task > Wait.',
	},
	notAllowed: {
		message: '{gateway} does not allow this account to do that',
		remedy:
			'The key has no right to this model, or the account has no balance. Check both in the console of the gateway.',
		remedyOfTask:
			'The task is paid. Check the rights of the key and the balance in the console of the gateway, then collect the task with Task > Wait.',
	},
	notFound: {
		message: '{gateway} does not know this model or task',
		messageOfCreate: '{gateway} does not know this model',
		remedy:
			"Check the Base URL of the credential: the gateway's host may be another. The model's ID may be spelled otherwise there: with Other as the Model, any spelling can be tried, with hyphens for instance.",
		remedyOfTask:
			'The task may be paid. Check the Request ID, the Model and the Base URL of the credential: a task is known only to the gateway and the account that made it. If the gateway has lost it, Retry asks for the same task again and again: a new run makes a new task, and pays for it.',
	},
	badParameters: {
		message: '{gateway} refused the parameters',
		remedy: 'Change what the reason names, then run again.',
		remedyOfTask:
			'The task is paid and not lost. Check what the reason names: Task > Wait collects the task without paying again.',
	},
	rateLimited: {
		message: '{gateway} is refusing calls because there are too many',
		remedy: 'Lower Max Concurrent Tasks, or run again in a minute.',
		remedyOfTask: 'The task is paid. Collect it with Task > Wait in a minute.',
	},
	gatewayFault: {
		message: '{gateway} has a fault of its own',
		remedy: 'Run again later. If it stays, tell the support of the gateway.',
		remedyOfTask:
			'The task is paid. Collect it with Task > Wait later. If the fault stays, tell the support of the gateway.',
	},
	redirected: {
		message:
			'{gateway} answered with a redirect, which was not followed to keep the key on its host',
		remedy: 'Set the Base URL of the credential to the final address.',
		remedyOfTask:
			'The task is paid. Set the Base URL of the credential to the final address, then collect the task with Task > Wait.',
	},
	unreadable: {
		message: 'The reply of {gateway} could not be read',
		remedy: 'Check the Base URL of the credential: another server may be answering there.',
		remedyOfTask:
			'The task is paid. Check the Base URL of the credential, since another server may be answering there, then collect the task with Task > Wait.',
	},
	blockedByEdge: {
		message: 'A firewall before {gateway} turned the call away',
		remedy:
			'The page that came back is not of the API itself. Check the Base URL of the credential; if it is right, the address of this n8n may be blocked there: ask the support of the gateway.',
		remedyOfTask:
			'The task is paid. The page that came back is not of the API itself: collect the task with Task > Wait later.',
	},
	refusedByProxy: {
		message: 'A proxy between this n8n and {gateway} turned the call away',
		remedy:
			'Ask whoever runs the network of this n8n to let calls to the host of the Base URL pass.',
		remedyOfTask:
			'The task is paid. Ask whoever runs the network of this n8n to let calls to the host of the Base URL pass, then collect the task with Task > Wait.',
	},
	neverConnected: {
		message: '{gateway} could not be reached',
		remedy: 'Check the Base URL of the credential and the network of this n8n, then run again.',
		remedyOfTask:
			'The task is paid. Check the Base URL of the credential and the network of this n8n, then collect the task with Task > Wait.',
	},
	interrupted: {
		message: 'The connection to {gateway} broke',
		remedy: 'Run again.',
		remedyOfTask: 'The task is paid. Collect it with Task > Wait.',
	},
	requestTimedOut: {
		message: '{gateway} did not answer in time',
		remedy: 'Run again later.',
		remedyOfTask: 'The task is paid. Collect it with Task > Wait later.',
	},
	failed: {
		message: 'Task {id} failed at {gateway}',
		remedy:
			'Change the prompt or the parameters as the reason says, or run again: a new run makes a new task. The billing page of the gateway tells whether the failed one was billed.',
	},
	moderated: {
		message: 'Task {id} was blocked by the moderation of {gateway}',
		messageOfCreate: 'The moderation of {gateway} refused the request',
		remedy:
			'Reword the prompt or use another input image. Where the model has Safety Tolerance, a higher value is less strict.',
		remedyOfTask:
			'Reword the prompt or use another input image. Where the model has Safety Tolerance, a higher value is less strict. The billing page of the gateway tells whether the blocked task was billed.',
	},
	cancelled: {
		message: 'Task {id} was cancelled',
		remedy:
			'Somebody cancelled it, here or at the gateway. Run again for a new task. The billing page of the gateway tells whether the cancelled one was billed.',
	},
	noImages: {
		message: 'Task {id} finished at {gateway} without an image',
		remedy:
			'It is paid. Use Task > Get Result with this Request ID and Include Raw Response to see what came back, and show that to the support of the gateway.',
	},
	resultUnread: {
		message:
			'Task {id} is finished, but its result could not be read within the timeout of {timeout}',
		remedy:
			'It is paid. Use Task > Get Result with this Request ID: it fetches the pictures without paying again.',
	},
	pictureUnavailable: {
		message: 'The picture of task {id} is finished, but could not be fetched',
		remedy:
			'It is paid. Use Task > Get Result with this Request ID soon: it fetches the picture again without paying again. The link may expire.',
	},
	notStored: {
		message: 'The picture of task {id} could not be stored by n8n',
		remedy:
			'It is paid. Look after the disk or the binary store of this n8n, then use Task > Get Result with this Request ID: it fetches the picture again without paying again. The link may expire.',
	},
	inputImageUnavailable: {
		message: 'An input image could not be fetched',
		remedy:
			'Open its address in a private window of a browser: it must show the picture by itself, without a login and without a page around it. Else fetch it in a node before this one, and choose Binary Field as its Source. Nothing was sent and nothing was billed.',
	},
	earlierTaskUnavailable: {
		message: 'The picture of an earlier task could not be had as an input image',
		remedy:
			'An earlier task must be finished, and of the same gateway and account. Collect one that still runs with Task > Wait first. Links to pictures end: a picture that is to be edited later is kept as a file, and chosen as Binary Field. Nothing was sent and nothing was billed.',
	},
	notSentInTime: {
		message: 'The time was up before the task could be sent to {gateway}',
		remedy:
			'Raise Timeout. Where input images took the time, use smaller ones. Nothing was sent and nothing was billed.',
	},
	alreadyOrdered: {
		message: 'This order was begun before, and its task is not known',
		remedy:
			"It may be paid. It was not sent again, since that may pay again. Look into the gateway's task list or billing page. To order it anew, run it once with Execute Workflow, or give it another Pay Once Key.",
	},
	limitReached: {
		message: 'The execution has reached its Max Paid Tasks',
		remedy:
			'Nothing was sent for this item and nothing was billed. Raise Max Paid Tasks per Execution, or look for a loop that asks again and again.',
	},
	createUncertain: {
		message: '{gateway} may have accepted the task, but no task ID came back',
		remedy:
			'It may be paid. It was sent once and not again, since trying again may pay again. Look into the task list or the billing page of the gateway first.',
	},
	deadlineReached: {
		message: 'Task {id} was not finished within the timeout of {timeout}',
		remedy:
			'It is paid and may still be running. Use Task > Wait with this Request ID to collect it, or raise Timeout.',
	},
	deadlineCancelled: {
		message:
			'Task {id} was not finished within the timeout of {timeout}, and its cancel was requested',
		remedy:
			'Task > Get Status tells whether the cancel came in time; if not, it is paid. Raise Timeout, or set On Timeout to Return Task to keep it.',
	},
	stopped: {
		message: 'The execution was stopped',
		remedy: 'The log names each task that was in flight and what became of it.',
	},
};

/**
 * What a person can do about a problem, and whether money went.
 *
 * @param isAboutTask whether the call was about a task that exists
 */
export function remedyFor(kind: ProblemKind, isAboutTask: boolean): string {
	const { remedy, remedyOfTask } = MESSAGES[kind];
	if (remedyOfTask === undefined) return remedy;
	return isAboutTask ? remedyOfTask : `${remedy} Nothing was billed.`;
}
