import { STOPPED } from '../../core/problem';
import { obtainTask } from '../../tasks/lifecycle';
import type { Operation } from '../operation';
import { taskItem } from '../output';
import { orderOf, readImageRequest, type ImageRequest } from '../parameters';

/** Image > Create: start a task and go on; Task > Wait or Task > Get Result collects it later. */
export const create: Operation<ImageRequest> = {
	resource: 'image',
	value: 'create',
	name: 'Create',
	action: 'Create an image task',
	description: 'Create a task and go on at once; collect its pictures later with Task > Wait',
	options: ['cancelOnStop', 'includeRawResponse', 'maxConcurrentTasks', 'timeout'],
	read: readImageRequest,
	async run(item, request, execution) {
		const { task, problem } = await obtainTask(execution, orderOf(item, request, execution));
		if (problem) return task ? { problem, task } : { problem };
		if (execution.cancelSignal.aborted) return { problem: STOPPED, task };
		return { items: [taskItem(item, task)] };
	},
};
