import { ProblemError } from '../../core/problem';
import { obtainTask } from '../../tasks/lifecycle';
import { readImageOrder } from '../parameters';
import type { Operation } from '../operation';
import { taskItem } from '../output';

/** Image > Create: start a task and go on; Task > Wait or Task > Get Result collects it later. */
export const create: Operation = {
	resource: 'image',
	value: 'create',
	name: 'Create',
	action: 'Create an image task',
	description: 'Create a task and go on at once; collect its pictures later with Task > Wait',
	options: ['cancelOnStop', 'includeRawResponse', 'maxConcurrentTasks', 'timeout'],
	async prepare(item) {
		const makeOrder = await readImageOrder(item);
		return async (room) => {
			const state = await obtainTask(room, makeOrder(room));
			if (room.session.stop.aborted) throw new ProblemError({ kind: 'stopped' }, state);
			return [taskItem(item, state)];
		};
	},
};
