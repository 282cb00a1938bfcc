import { collect } from '../../tasks/lifecycle';
import { finishItem, WAIT_OPTIONS, waitOptions } from '../finish';
import { taskOperation } from './taskOperation';

/** Task > Wait: a task that was created before, seen through to its pictures. */
export const wait = taskOperation({
	value: 'wait',
	name: 'Wait',
	action: 'Wait for a task',
	description: 'Wait until a task is finished, and put out its pictures',
	options: WAIT_OPTIONS,
	async run(item, task) {
		const until = waitOptions(item);
		const ending = await collect(item.execution, task, until, item.options.cancelOnStop);
		return await finishItem(item, ending, until);
	},
});
