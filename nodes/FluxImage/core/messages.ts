import type { ProblemKind } from './problem';

/** Stands where a gateway says that a task failed, and not why. */
export const NO_REASON = 'the gateway gave no reason';

/**
 * In place of the remedy, where the create was answered with finished pictures and no id: there is nothing
 * to collect by.
 */
export const REMEDY_WITHOUT_ID =
	'The task is paid and finished, but the gateway gave it no ID to collect it by. Retry the execution, or open the address of the picture, before the link expires; a new run makes a new task.';

/** The words of a kind of problem: what happened, and what the person can do about it. */
interface Message {
	/** `{gateway}` and `{id}` (the task's id) are filled in. */
	readonly message: string;
	/** The message in its place where there is no task, the create itself having been refused. */
	readonly messageOfCreate?: string;
	readonly remedy: string;
	/** The remedy in its place where the call was about a task that exists: that one is paid. */
	readonly remedyOfTask?: string;
}

/** One row a kind: the only place where an error is put into words. */
export const MESSAGES: Readonly<Record<ProblemKind, Message>> = {
	badKey: {
		message: '{gateway} refused the API key',
		remedy: "Copy the key from the gateway's console into the credential once more.",
	},
	noCredit: {
		message: 'The {gateway} account has no credit left',
		remedy: 'Top up the account at the gateway, then run again. Nothing was billed.',
		remedyOfTask: 'Top up the account at the gateway, then collect the task with Task > Wait.',
	},
	notAllowed: {
		message: '{gateway} does not allow this account to do that',
		remedy:
			'The key has no right to this model, or the account has no balance. Check both in the console of the gateway.',
	},
	notFound: {
		message: '{gateway} does not know this model or task',
		remedy:
			"Check the Model, the Request ID and the Base URL of the credential: the gateway's host, or the spelling of the model's ID, may be another. A task is known only to the gateway and the account that made it.",
	},
	badParameters: {
		message: '{gateway} refused the parameters',
		remedy: 'Change what the reason names, then run again. Nothing was billed.',
		remedyOfTask:
			'Check what the reason names. The task is not lost: Task > Wait collects it without paying again.',
	},
	rateLimited: {
		message: '{gateway} is refusing calls because there are too many',
		remedy: 'Lower Max Concurrent Tasks, or run again in a minute.',
		remedyOfTask: 'Collect the task with Task > Wait in a minute.',
	},
	gatewayFault: {
		message: '{gateway} has a fault of its own',
		remedy: 'Run again later. If it stays, tell the support of the gateway.',
		remedyOfTask:
			'Collect the task with Task > Wait later. If it stays, tell the support of the gateway.',
	},
	redirected: {
		message:
			'{gateway} answered with a redirect, which was not followed to keep the key on its host',
		remedy: 'Set the Base URL of the credential to the final address.',
	},
	unreadable: {
		message: 'The reply of {gateway} could not be read',
		remedy: 'Check the Base URL of the credential: another server may be answering there.',
	},
	blockedByEdge: {
		message: 'A firewall before {gateway} turned the call away',
		remedy:
			'The page that came back is not of the API itself. Check the Base URL of the credential; if it is right, the address of this n8n may be blocked there: ask the support of the gateway. Nothing was billed.',
		remedyOfTask:
			'The page that came back is not of the API itself. The task is paid: collect it with Task > Wait later.',
	},
	refusedByProxy: {
		message: 'A proxy between this n8n and {gateway} turned the call away',
		remedy:
			'Ask whoever runs the network of this n8n to let calls to the host of the Base URL pass. Nothing was billed.',
		remedyOfTask:
			'Ask whoever runs the network of this n8n to let calls to the host of the Base URL pass, then collect the task with Task > Wait: it is paid.',
	},
	neverConnected: {
		message: '{gateway} could not be reached',
		remedy:
			'Check the Base URL of the credential and the network of this n8n, then run again. Nothing was sent.',
		remedyOfTask:
			'Check the Base URL of the credential and the network of this n8n, then collect the task with Task > Wait.',
	},
	interrupted: {
		message: 'The connection to {gateway} broke',
		remedy: 'Run again. Nothing was billed.',
		remedyOfTask: 'Collect the task with Task > Wait.',
	},
	requestTimedOut: {
		message: '{gateway} did not answer in time',
		remedy: 'Run again later. Nothing was billed.',
		remedyOfTask: 'Collect the task with Task > Wait later.',
	},
	failed: {
		message: 'Task {id} failed at {gateway}',
		remedy:
			'Change the prompt or the parameters as the reason says, or run again: a new run makes a new task.',
	},
	moderated: {
		message: 'Task {id} was blocked by the moderation of {gateway}',
		messageOfCreate: 'The moderation of {gateway} refused the request',
		remedy:
			'Reword the prompt or use another input image. Where the model has Safety Tolerance, a higher value is less strict.',
	},
	cancelled: {
		message: 'Task {id} was cancelled',
		remedy: 'Somebody cancelled it, here or at the gateway. Run again for a new task.',
	},
	noImages: {
		message: 'Task {id} finished at {gateway} without an image',
		remedy:
			'Use Task > Get Result with this Request ID and Include Raw Response to see what came back, and show that to the support of the gateway.',
	},
	resultUnread: {
		message: 'Task {id} is finished, but its result could not be read within the timeout',
		remedy:
			'Use Task > Get Result with this Request ID: it fetches the pictures without paying again.',
	},
	pictureUnavailable: {
		message: 'The picture of task {id} is finished, but could not be fetched',
		remedy:
			'Use Task > Get Result with this Request ID soon: it fetches the picture again without paying again. The link may expire.',
	},
	notStored: {
		message: 'The picture of task {id} could not be stored by n8n',
		remedy:
			'Look after the disk or the binary store of this n8n, then use Task > Get Result with this Request ID: it fetches the picture again without paying again. The link may expire.',
	},
	inputImageUnavailable: {
		message: 'An input image could not be fetched',
		remedy:
			'Open its address in a private window of a browser: it must show the picture by itself, without a login and without a page around it. Else fetch it in a node before this one, and choose Binary Field as its Source. Nothing was sent and nothing was paid.',
	},
	notSentInTime: {
		message: 'The time was up before the task could be sent to {gateway}',
		remedy: 'Raise Timeout, or use smaller input images. Nothing was sent.',
	},
	createUncertain: {
		message: '{gateway} may have accepted the task, but no task ID came back',
		remedy:
			'It was sent once and not again, since trying again may pay again. Look into the task list or the billing page of the gateway first.',
	},
	deadlineReached: {
		message: 'Task {id} was not finished within the timeout',
		remedy:
			'It is still running and paid. Use Task > Wait with this Request ID to collect it, or raise Timeout.',
	},
	deadlineCancelled: {
		message: 'Task {id} was not finished within the timeout, and its cancel was requested',
		remedy:
			'Task > Get Status tells whether the cancel came in time. Raise Timeout, or set On Timeout to Return Task to keep it.',
	},
	stopped: {
		message: 'The execution was stopped',
		remedy: 'The log names each task that was in flight and what became of it.',
	},
};
