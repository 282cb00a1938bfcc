import type { TaskRef, TaskState } from '../../core/task';
import { waitOptions } from '../finish';
import { showHint } from '../hint';
import type { Item } from '../operation';
import { taskItem } from '../output';
import { readUntilMs, taskOperation } from './taskOperation';
import { doubtAboutTask } from './taskRef';

/**
 * Task > Cancel: asks the gateway to cancel. What it says is put out as it is: a cancel that was
 * requested is not yet a task that was cancelled, so `status` is what the last reply says, else running.
 * A hint tells of a task that the gateway does not know, since such a task may run on under another model.
 */
export const cancel = taskOperation({
	value: 'cancel',
	name: 'Cancel',
	action: 'Cancel a task',
	description: 'Ask the gateway to cancel a task that is not finished yet',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	needsCancel: true,
	async run(item, task) {
		const { client } = item.execution;
		const until = waitOptions(item, readUntilMs(item));
		const reply = await client.cancel(task, until);
		if (reply.problem) return { problem: reply.problem, task };
		const { cancellation, raw } = reply.value;
		const running: TaskState = { ...task, status: 'running', raw };
		if (cancellation === 'notFound') {
			showHint(item, notFoundHint(item, task));
			return { items: [taskItem(item, running, { cancellation })] };
		}
		const { value: state = running, problem } = await client.status(task, until);
		if (problem?.kind === 'stopped') return { problem, task };
		return { items: [taskItem(item, { ...state, raw }, { cancellation })] };
	},
});

function notFoundHint(item: Item, task: TaskRef): string {
	const { displayName } = item.gateway;
	const doubt = doubtAboutTask(item, task);
	const told = `${displayName} does not know the task ${task.requestId}, so nothing was cancelled`;
	return doubt ? `${told}. ${doubt}` : told;
}
