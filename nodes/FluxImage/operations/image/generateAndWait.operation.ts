import { generate } from '../../tasks/lifecycle';
import { finishItem, PICTURE_OPTIONS, waitOptions } from '../finish';
import type { Operation } from '../operation';
import { checkInputUrls, orderOf, readImageRequest, type ImageRequest } from '../parameters';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait: Operation<ImageRequest> = {
	resource: 'image',
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate an image and wait for it',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: PICTURE_OPTIONS,
	read: readImageRequest,
	check: checkInputUrls,
	async run(item, request, execution) {
		const order = orderOf(item, request, execution);
		const wait = waitOptions(item, execution, order.deadlineMs);
		return await finishItem(item, execution, await generate(execution, order, wait), wait);
	},
};
