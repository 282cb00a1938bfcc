import type { TaskRef } from '../../core/task';
import { collect } from '../../tasks/lifecycle';
import { finishItem, PICTURE_OPTIONS, waitOptions } from '../finish';
import type { Operation } from '../operation';
import { deadlineOf, doubtAboutTask, readTaskRef } from '../parameters';

/** Task > Wait: a task that was created before, seen through to its pictures. */
export const wait: Operation<TaskRef> = {
	resource: 'task',
	value: 'wait',
	name: 'Wait',
	action: 'Wait for a task',
	description: 'Wait until a task is finished, and put out its pictures',
	options: PICTURE_OPTIONS,
	read: async (item) => [await readTaskRef(item)],
	doubt: doubtAboutTask,
	async run(item, task, execution) {
		const until = waitOptions(item, execution, deadlineOf(item, execution));
		const ending = await collect(execution, task, until, item.options.cancelOnStop);
		return await finishItem(item, execution, ending, until);
	},
};
