import type { TaskRef } from '../../core/task';
import type { Operation } from '../operation';
import { taskItem } from '../output';
import { doubtAboutTask, readTaskRef, readUntil } from '../parameters';

/** Task > Get Status: where a task stands now. A failed task is an answer here, not an error. */
export const getStatus: Operation<TaskRef> = {
	resource: 'task',
	value: 'status',
	name: 'Get Status',
	action: 'Get the status of a task',
	description: 'See whether a task is queued, running, completed, failed or cancelled',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	read: async (item) => [await readTaskRef(item)],
	doubt: doubtAboutTask,
	async run(item, task, execution) {
		const { value: state, problem } = await execution.client.status(task, readUntil(execution));
		return problem ? { problem, task } : { items: [taskItem(item, state)] };
	},
};
