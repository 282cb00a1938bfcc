import type { IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';

import type { ProblemKind } from '../core/problem';
import type { ItemFailure } from './errors';
import { worstPaid } from '../tasks/order';
import { paidIn } from './failureFacts';

/** What an item came to. */
export type ItemEnding =
	| { readonly items: INodeExecutionData[]; readonly failure?: undefined }
	| { readonly failure: ItemFailure; readonly items?: undefined };

/**
 * The error that ends the node. The other items' pictures do not come out then, so it names their
 * tasks: paid, remembered for a Retry, and to be had by Task > Wait.
 */
export function nodeError(
	context: IExecuteFunctions,
	first: ItemFailure,
	endings: readonly ItemEnding[],
): ItemFailure['error'] {
	const paid = new Set(endings.flatMap((ending, index) => paidTasks(context, index, ending)));
	paid.delete(String(first.json['requestId']));
	const doubtful = endings.flatMap(({ failure }) =>
		failure && failure !== first && failure.kind === 'createUncertain' ? [failure.itemIndex] : [],
	);
	const { error } = first;
	(error.context['failure'] as JsonObject)['paid'] = worstPaid(
		endings.map(({ items, failure }) =>
			failure ? paidIn(failure) : items.length > 0 ? 'yes' : 'no',
		),
	);
	error.description = [
		error.description,
		paid.size > 0 &&
			`Tasks of other items, paid already: ${[...paid].join(', ')}. Task > Wait collects them; Retry picks them up without paying again where node, credential and input are as they were.`,
		doubtful.length > 0 &&
			`May have been accepted as well: the tasks of items ${doubtful.join(', ')}.`,
	]
		.filter(Boolean)
		.join(' ');
	return error;
}

/** Problems of a task that has no picture to be collected. */
const WITHOUT_PICTURE: ReadonlySet<ProblemKind | undefined> = new Set([
	...(['failed', 'moderated', 'cancelled', 'deadlineCancelled', 'notFound', 'noImages'] as const),
]);

/** The task that an item has paid for and whose picture can still be had; a Task operation pays for none. */
function paidTasks(
	context: IExecuteFunctions,
	itemIndex: number,
	{ items = [], failure }: ItemEnding,
): string[] {
	if (context.getNodeParameter('resource', itemIndex) !== 'image') return [];
	if (failure && WITHOUT_PICTURE.has(failure.kind)) return [];
	const facts = failure ? [failure.json] : items.map(({ json }) => json);
	return facts.flatMap(({ requestId, status }) =>
		requestId && status !== 'failed' && status !== 'cancelled' ? [String(requestId)] : [],
	);
}
