import { STOPPED } from '../../core/problem';
import { obtainTask } from '../../tasks/lifecycle';
import { collectUntilMs } from '../../tasks/poll';
import { waitOptions } from '../finish';
import { tellPaidTestRun } from '../orderKey';
import { imageItems, taskItem } from '../output';
import { imageOperation, ORDER_OPTIONS } from './imageOperation';

/** Image > Create: start a task and go on; Task > Wait or Task > Get Result collects it later. */
export const create = imageOperation({
	value: 'create',
	name: 'Create',
	action: 'Start an image task',
	description: 'Create a task and go on at once; collect its pictures later with Task > Wait',
	options: [
		...ORDER_OPTIONS,
		'cancelOnStop',
		'includeInputFields',
		'includeRawResponse',
		'maxConcurrentTasks',
		'timeout',
	],
	async run(item, order) {
		const { execution } = item;
		const ending = await obtainTask(execution, order);
		const { task, problem, reuse } = ending;
		if (problem) return { ending, outcome: task ? { problem, task } : { problem } };
		if (execution.cancelSignal.aborted) return { ending, outcome: { problem: STOPPED, task } };
		if (!reuse) tellPaidTestRun(item, order.key);
		// Finished at once and without an id: no other node could collect it, so it is collected here.
		const outcome =
			task.requestId === ''
				? await imageItems(item, task, waitOptions(item, collectUntilMs(execution, order)))
				: { items: [taskItem(item, task)] };
		return { ending, outcome };
	},
});
