import { STOPPED } from '../../core/problem';
import { obtainTask } from '../../tasks/lifecycle';
import { collectUntilMs } from '../../tasks/poll';
import type { Operation } from '../operation';
import { imageItems, taskItem } from '../output';
import { checkInputUrls, orderOf, readImageRequest, type ImageRequest } from '../parameters';

/** Image > Create: start a task and go on; Task > Wait or Task > Get Result collects it later. */
export const create: Operation<ImageRequest> = {
	resource: 'image',
	value: 'create',
	name: 'Create',
	action: 'Create an image task',
	description: 'Create a task and go on at once; collect its pictures later with Task > Wait',
	options: ['cancelOnStop', 'includeRawResponse', 'maxConcurrentTasks', 'timeout'],
	read: readImageRequest,
	check: checkInputUrls,
	async run(item, request, execution) {
		const order = orderOf(item, request, execution);
		const { task, problem } = await obtainTask(execution, order);
		if (problem) return task ? { problem, task } : { problem };
		if (execution.cancelSignal.aborted) return { problem: STOPPED, task };
		if (task.requestId !== '') return { items: [taskItem(item, task)] };
		// Finished at once and without an id: no other node could collect it, so it is collected here.
		const until = { deadlineMs: collectUntilMs(execution, order), signal: execution.abortSignal };
		return await imageItems(item, execution, task, until);
	},
};
