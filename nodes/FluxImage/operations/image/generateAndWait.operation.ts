import { generate } from '../../tasks/lifecycle';
import { readImageOrder } from '../parameters';
import type { Operation } from '../operation';
import { PICTURE_OPTIONS, picturesInTime } from '../finish';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait: Operation = {
	resource: 'image',
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate an image and wait for it',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: PICTURE_OPTIONS,
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
