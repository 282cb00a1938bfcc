import type { TaskRef, TaskState } from '../../core/task';
import { inputError } from '../errors';
import type { Operation } from '../operation';
import { taskItem } from '../output';
import { doubtAboutTask, readTaskRef, readUntil } from '../parameters';

/**
 * Task > Cancel: asks the gateway to cancel. What it says is put out as it is: a cancel that was
 * requested is not yet a task that was cancelled, so `status` is what the last reply says, else running.
 */
export const cancel: Operation<TaskRef> = {
	resource: 'task',
	value: 'cancel',
	name: 'Cancel',
	action: 'Cancel a task',
	description: 'Ask the gateway to cancel a task that is not finished yet',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	needsCancel: true,
	async read(item) {
		const { context, itemIndex, gateway } = item;
		if (gateway.cancel) return [await readTaskRef(item)];
		throw inputError(
			context,
			itemIndex,
			`Operation must be one that the gateway offers, but ${gateway.displayName} cannot cancel`,
		);
	},
	doubt: doubtAboutTask,
	async run(item, task, execution) {
		const { client } = execution;
		const until = readUntil(execution);
		const reply = await client.cancel(task, until);
		if (reply.problem) return { problem: reply.problem, task };
		const { cancellation, raw } = reply.value;
		const running: TaskState = { ...task, status: 'running', raw };
		if (cancellation === 'notFound') return { items: [taskItem(item, running, { cancellation })] };
		const { value: state = running, problem } = await client.status(task, until);
		if (problem?.kind === 'stopped') return { problem, task };
		return { items: [taskItem(item, { ...state, raw }, { cancellation })] };
	},
};
