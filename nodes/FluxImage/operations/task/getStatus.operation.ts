import { waitOptions } from '../finish';
import { taskItem } from '../output';
import { readUntilMs, taskOperation } from './taskOperation';

/** Task > Get Status: where a task stands now. A failed task is an answer here, not an error. */
export const getStatus = taskOperation({
	value: 'status',
	name: 'Get Status',
	action: 'Get the status of a task',
	description: 'See whether a task is queued, running, completed, failed or cancelled',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	async run(item, task) {
		const until = waitOptions(item, readUntilMs(item));
		const { value: state, problem } = await item.execution.client.status(task, until);
		return problem ? { problem, task } : { items: [taskItem(item, state)] };
	},
});
