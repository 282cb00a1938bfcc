import { STOPPED } from '../../core/problem';
import { obtainTask } from '../../tasks/lifecycle';
import { collectUntilMs } from '../../tasks/poll';
import { told } from '../finish';
import type { Operation } from '../operation';
import { tellPaidTestRun } from '../orderKey';
import { imageItems, taskItem } from '../output';
import { tellFewer, withSeed } from './orderOutput';
import type { ImageOrder } from '../imageRequest';
import { formatOf } from '../otherFormat';
import { checkInputUrls, ORDER_OPTIONS, orderOf, readImageOrders, tasksToPay } from '../parameters';

/** Image > Create: start a task and go on; Task > Wait or Task > Get Result collects it later. */
export const create: Operation<ImageOrder> = {
	resource: 'image',
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
	read: readImageOrders,
	order: ({ key }) => key,
	costs: tasksToPay,
	format: formatOf,
	check: checkInputUrls,
	async run(item, request, execution) {
		const order = orderOf(item, request, execution);
		const { task, problem, reuse } = await obtainTask(execution, order);
		if (problem) return task ? { problem, task } : { problem };
		if (execution.cancelSignal.aborted) return { problem: STOPPED, task };
		const until = { deadlineMs: collectUntilMs(execution, order), signal: execution.abortSignal };
		// Finished at once and without an id: no other node could collect it, so it is collected here.
		const outcome =
			task.requestId === ''
				? await imageItems(item, execution, task, until)
				: { items: [taskItem(item, task)] };
		if (!reuse) tellPaidTestRun(item, execution, order.key);
		tellFewer(item, request, order, task, reuse);
		return withSeed(reuse ? told(item, outcome, reuse) : outcome, execution, request);
	},
};
