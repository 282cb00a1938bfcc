import type { TaskState } from '../../core/task';
import type { Execution } from '../../tasks/execution';
import type { Order, Reuse } from '../../tasks/order';
import { showHint } from '../hint';
import type { ImageOrder } from '../imageRequest';
import type { ItemInput, ItemOutcome } from '../operation';

/** Tells the seed that an order's task was made with, in each of its items. */
export function withSeed(
	outcome: ItemOutcome,
	{ ledger }: Execution,
	{ key }: ImageOrder,
): ItemOutcome {
	const seed = ledger.seedOf(key);
	if (!outcome.items || seed === undefined) return outcome;
	return { items: outcome.items.map((row) => ({ ...row, json: { ...row.json, seed } })) };
}

/** Says that a gateway which makes several images a task has made fewer than were asked for. */
export function tellFewer(
	item: ItemInput,
	{ offer }: ImageOrder,
	{ tasks }: Pick<Order, 'tasks'>,
	{ requestId, images = [] }: Partial<TaskState>,
	reuse: Reuse | undefined,
): void {
	// Of a model without a table n may mean anything, and of another's task it may have been another.
	if (!offer || images.length === 0 || images.length >= tasks || reuse?.requestChanged) return;
	const { displayName } = item.gateway;
	showHint(
		item,
		`${displayName} made ${images.length} of the ${tasks} images that were asked for, in task ${requestId}. What it bills for the task is told on its billing page.`,
	);
}
