import type { ProblemKind } from '../../core/problem';
import { generate } from '../../tasks/lifecycle';
import type { Ending } from '../../tasks/poll';
import { finishItem, PICTURE_OPTIONS, waitOptions } from '../finish';
import type { ItemOutcome, Operation } from '../operation';
import type { ImageOrder } from '../imageRequest';
import { tellPaidTestRun } from '../orderKey';
import { checkInputUrls, ORDER_OPTIONS, orderOf, readImageOrder, tasksToPay } from '../parameters';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait: Operation<ImageOrder> = {
	resource: 'image',
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate an image and wait for it',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: [...ORDER_OPTIONS, ...PICTURE_OPTIONS],
	read: readImageOrder,
	costs: tasksToPay,
	check: checkInputUrls,
	async run(item, request, execution) {
		const order = orderOf(item, request, execution);
		const wait = waitOptions(item, execution, order.deadlineMs);
		const ending = await generate(execution, order, wait);
		const outcome = await finishItem(item, execution, ending, wait);
		if (!isGone(ending, outcome)) {
			if (ending.task && !ending.reuse) tellPaidTestRun(item, execution, order.key);
			return outcome;
		}
		// What an earlier test run paid for cannot be had any more.
		await execution.ledger.takeBack(order.key, ending.task);
		return await finishItem(item, execution, await generate(execution, order, wait), wait);
	},
};

/** How a task that another test run paid for may be gone: it is made anew at once. */
const GONE: ReadonlySet<ProblemKind> = new Set([
	...(['badKey', 'notAllowed', 'notFound', 'noImages', 'resultUnread'] as const),
	'pictureUnavailable',
]);

function isGone({ reuse }: Ending, { problem }: ItemOutcome): boolean {
	return reuse?.kind === 'testRun' && problem !== undefined && GONE.has(problem.kind);
}
