import type { INodeExecutionData } from 'n8n-workflow';

import { ProblemError } from '../problems/problem';
import { cancelAfterDeadline, generate, type TaskRoom } from '../tasks/lifecycle';
import type { TaskState } from '../tasks/task';
import type { Watch } from '../tasks/watch';
import { readImageOrder } from './imageOrder';
import type { ItemInput, Operation } from './operation';
import { imageItems, taskItem } from './output';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait: Operation = {
	resource: 'image',
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate an image and wait for it',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: [
		'binaryPropertyName',
		'cancelOnStop',
		'downloadImages',
		'includeRawResponse',
		'maxConcurrentTasks',
		'maxImageSize',
		'onTimeout',
		'pollInterval',
		'timeout',
	],
	async prepare(item) {
		const makeOrder = await readImageOrder(item);
		return async (room) => {
			const order = makeOrder(room);
			return await picturesInTime(item, room, order.deadlineMs, async (watch) =>
				generate(room, order, watch),
			);
		};
	},
};

/**
 * Sees a task through to its pictures, and does with one that is not finished in time what the item's
 * On Timeout says.
 *
 * @throws ProblemError naming the task wherever one exists
 */
export async function picturesInTime(
	item: ItemInput,
	room: TaskRoom,
	deadlineMs: number,
	finish: (watch: Watch) => Promise<TaskState>,
): Promise<INodeExecutionData[]> {
	const { onTimeout, pollIntervalMs } = item.options;
	const watch = { deadlineMs, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) };
	const pictures = async () => await imageItems(item, room, await finish(watch), deadlineMs);
	return await pictures().catch(async (error: unknown) => {
		const late = error instanceof ProblemError && error.problem.kind === 'deadlineReached';
		if (!late || !error.task || onTimeout === 'error') throw error;
		if (onTimeout === 'cancelTask') throw await cancelAfterDeadline(room, error.task);
		room.inFlight.remove(error.task);
		return [taskItem(item, error.task)];
	});
}
