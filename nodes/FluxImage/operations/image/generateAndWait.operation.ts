import type { ProblemKind } from '../../core/problem';
import { generate } from '../../tasks/lifecycle';
import type { Ending } from '../../tasks/poll';
import { finishItem, PICTURE_OPTIONS, waitOptions } from '../finish';
import type { ItemOutcome, Operation } from '../operation';
import type { ImageOrder } from '../imageRequest';
import { formatOf } from '../otherFormat';
import { tellPaidTestRun } from '../orderKey';
import { tellFewer, withSeed } from './orderOutput';
import { checkInputUrls, ORDER_OPTIONS, orderOf, readImageOrders, tasksToPay } from '../parameters';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait: Operation<ImageOrder> = {
	resource: 'image',
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate or edit an image',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: [...ORDER_OPTIONS, ...PICTURE_OPTIONS],
	read: readImageOrders,
	order: ({ key }) => key,
	costs: tasksToPay,
	format: formatOf,
	check: checkInputUrls,
	async run(item, request, execution) {
		const order = orderOf(item, request, execution);
		const wait = waitOptions(item, execution, order.deadlineMs);
		let ending = await generate(execution, order, wait);
		let outcome = await finishItem(item, execution, ending, wait);
		if (isGone(ending, outcome)) {
			// What an earlier test run paid for cannot be had any more.
			await execution.ledger.takeBack(order.key, ending.task);
			ending = await generate(execution, order, wait);
			outcome = await finishItem(item, execution, ending, wait);
		} else if (ending.task && !ending.reuse) {
			tellPaidTestRun(item, execution, order.key);
		}
		if (ending.task) tellFewer(item, request, order, ending.task, ending.reuse);
		return withSeed(outcome, execution, request);
	},
};

/** How a gateway says that a task is gone, or has no picture. */
const GONE: ReadonlySet<ProblemKind> = new Set([
	...(['badKey', 'notAllowed', 'notFound', 'noImages'] as const),
]);

/** How the host of a picture says that it is gone. */
const GONE_STATUS: ReadonlySet<number | undefined> = new Set([401, 403, 404, 410]);

/** Whether what another test run paid for cannot be had any more: it is made anew at once then. */
function isGone({ reuse }: Ending, { problem }: ItemOutcome): boolean {
	if (reuse?.kind !== 'testRun' || !problem) return false;
	const { kind, httpCode } = problem;
	return GONE.has(kind) || (kind === 'pictureUnavailable' && GONE_STATUS.has(httpCode));
}
