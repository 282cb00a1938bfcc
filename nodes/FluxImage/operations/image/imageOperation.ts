import type { KnownTask } from '../../core/task';
import type { Order, Reuse } from '../../tasks/order';
import type { Ending } from '../../tasks/poll';
import { showHint } from '../hint';
import type { ImageOrder } from '../imageRequest';
import type { Item, ItemOutcome, Operation, OperationRow } from '../operation';
import type { OptionName } from '../options';
import { tellOtherFormat } from '../otherFormat';
import { orderOf, readImageOrders } from './imageOrders';

/** The options of every operation that pays. */
export const ORDER_OPTIONS: readonly OptionName[] = [
	'maxPaidTasks',
	'payOnceKey',
	'reuseInTestRuns',
];

/** What an order came to. */
export interface Ordered {
	readonly ending: Ending;
	readonly outcome: ItemOutcome;
}

/** An operation that pays for tasks. */
interface ImageOperation extends OperationRow {
	/** Sees one order as far as the operation goes; its time runs already. */
	run(item: Item, order: Order): Promise<Ordered>;
}

/** The operation as the node runs it: an item is an order, or one for each of its images. */
export function imageOperation({ run, ...row }: ImageOperation): Operation {
	return {
		resource: 'image',
		...row,
		async read(item) {
			const requests = await readImageOrders(item);
			const count = requests.length;
			return requests.map((request, number) => {
				const ofImage = count > 1 ? { ...item, image: { number, count } } : item;
				const runOne = async () => {
					const order = orderOf(ofImage, request);
					return tell(ofImage, request, order, await run(ofImage, order));
				};
				return { item: ofImage, order: request, run: runOne };
			});
		},
	};
}

/** What a person should know of an order, in its items and in hints: who paid, the seed, what is less. */
function tell(
	item: Item,
	request: ImageOrder,
	{ key, tasks }: Order,
	{ ending, outcome }: Ordered,
): ItemOutcome {
	const { task, reuse } = ending;
	const { items } = outcome;
	if (items && reuse) tellReuse(item, reuse);
	// Of a model without a table n may mean anything, and of another's task it may have been another.
	if (request.offer && !reuse?.requestChanged && task) tellFewer(item, tasks, task);
	if (!items) return outcome;
	tellOtherFormat(item, request.parameters, items);
	const seed = item.execution.ledger.seedOf(key);
	const more = {
		...(reuse && { reused: true }),
		...(reuse?.requestChanged && { requestChanged: true }),
		...(seed !== undefined && { seed }),
	};
	return { items: items.map((row) => ({ ...row, json: { ...row.json, ...more } })) };
}

/** That somebody else paid. */
function tellReuse(item: Item, { kind, requestChanged }: Reuse): void {
	if (kind !== 'key') showHint(item, NOTHING_PAID);
	if (requestChanged) showHint(item, REQUEST_CHANGED);
}

const NOTHING_PAID =
	'Nothing was paid for items with reused: true: their pictures are those of an earlier test run with the same request. Another seed makes new ones, and so does Reuse in Test Runs: Never.';

const REQUEST_CHANGED =
	'The Pay Once Key was used before, for another prompt or other parameters: the picture is that of the first request. requestChanged in the output marks such items.';

/** That a gateway which makes several images a task has made fewer than were asked for. */
function tellFewer(item: Item, tasks: number, { requestId, images = [] }: KnownTask): void {
	if (images.length === 0 || images.length >= tasks) return;
	showHint(
		item,
		`${item.gateway.displayName} made ${images.length} of the ${tasks} images that were asked for, in task ${requestId}. What it bills for the task is told on its billing page.`,
	);
}
