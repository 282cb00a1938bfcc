import type { ProblemKind } from '../../core/problem';
import { generate } from '../../tasks/lifecycle';
import type { Order } from '../../tasks/order';
import { finishItem, WAIT_OPTIONS, waitOptions } from '../finish';
import type { Item } from '../operation';
import { tellPaidTestRun } from '../orderKey';
import { imageOperation, ORDER_OPTIONS, type Ordered } from './imageOperation';

/** Image > Generate and Wait: from the prompt to the picture in one node. */
export const generateAndWait = imageOperation({
	value: 'generateAndWait',
	name: 'Generate and Wait',
	action: 'Generate or edit an image',
	description: 'Create a task, wait until it is finished, and put out its pictures',
	options: [...ORDER_OPTIONS, ...WAIT_OPTIONS],
	async run(item, order) {
		const ordered = await generateOnce(item, order);
		const { ending } = ordered;
		if (!isGone(ordered)) {
			if (ending.task && !ending.reuse) tellPaidTestRun(item, order.key);
			return ordered;
		}
		// What an earlier test run paid for cannot be had any more.
		await item.execution.ledger.takeBack(order.key, ending.task);
		return await generateOnce(item, order);
	},
});

async function generateOnce(item: Item, order: Order): Promise<Ordered> {
	const wait = waitOptions(item, order.deadlineMs);
	const ending = await generate(item.execution, order, wait);
	return { ending, outcome: await finishItem(item, ending, wait) };
}

/** How a gateway says that a task is gone, or has no picture. */
const GONE: ReadonlySet<ProblemKind> = new Set([
	...(['badKey', 'notAllowed', 'notFound', 'noImages'] as const),
]);

/** How the host of a picture says that it is gone. */
const GONE_STATUS: ReadonlySet<number | undefined> = new Set([401, 403, 404, 410]);

/** Whether what another test run paid for cannot be had any more: it is made anew at once then. */
function isGone({ ending, outcome: { problem } }: Ordered): boolean {
	if (ending.reuse?.kind !== 'testRun' || !problem) return false;
	const { kind, httpCode } = problem;
	return GONE.has(kind) || (kind === 'pictureUnavailable' && GONE_STATUS.has(httpCode));
}
