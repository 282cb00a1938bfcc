import { about } from '../../core/problem';
import { unseen } from '../../tasks/lifecycle';
import { readStatus } from '../../tasks/poll';
import type { Operation } from '../operation';
import { taskItem } from '../output';
import { READ_PATIENCE_MS, readTaskRef } from '../taskInput';

/** Task > Get Status: where a task stands now. A failed task is an answer here, not an error. */
export const status: Operation = {
	resource: 'task',
	value: 'status',
	name: 'Get Status',
	action: 'Get the status of a task',
	description: 'See whether a task is queued, running, completed, failed or cancelled',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	async prepare(item) {
		const task = readTaskRef(item);
		return async ({ session }) => {
			const deadlineMs = session.clock.nowMs() + READ_PATIENCE_MS;
			const state = await about(unseen(task), readStatus(session, task, { deadlineMs }));
			return [taskItem(item, state)];
		};
	},
};
