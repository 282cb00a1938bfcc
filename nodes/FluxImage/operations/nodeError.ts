import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { ProblemKind } from '../core/problem';
import { worstPaid, type Paid } from '../tasks/order';
import { isAgentTool } from './caller';
import { factsOf, type ItemFailure } from './errors';

/** What a task of an item came to. */
export type TaskEnding = { readonly itemIndex: number } & (
	| { readonly items: INodeExecutionData[]; readonly failure?: undefined }
	| { readonly failure: ItemFailure; readonly items?: undefined }
);

/** Whether money went, by what a task came to. */
const paidBy = ({ items = [], failure }: TaskEnding): Paid =>
	failure?.paid ?? (items.length > 0 ? 'yes' : 'no');

/**
 * What went wrong with an item: of its tasks, by number, the first that failed, in the words of all; with
 * the ids of all that failed, and the worst word on money of all, the good ones included.
 *
 * @param endings of one item
 * @returns nothing where nothing went wrong
 */
export function failureOfItem(endings: readonly TaskEnding[]): ItemFailure | undefined {
	const failures = endings.flatMap(({ failure }) => failure ?? []);
	const [first] = failures;
	if (!first || endings.length === 1) return first;
	const messages = new Set(failures.map(({ error }) => error.message));
	first.error.message = `${failures.length} of ${endings.length} images failed: ${[...messages].join('; ')}`;
	const requestIds = failures.flatMap(({ json }) => json['requestId'] ?? []);
	return { ...first, json: { ...first.json, requestIds }, paid: worstPaid(endings.map(paidBy)) };
}

/**
 * The error that ends the node. No other pictures come out then, so it names their tasks: paid,
 * remembered for a Retry, and to be had by Task > Wait.
 *
 * @param endings of all tasks that were run
 * @param before whether items that were not run were paid for
 */
export function nodeError(
	context: IExecuteFunctions,
	first: ItemFailure,
	endings: readonly TaskEnding[],
	before: readonly Paid[] = [],
): ItemFailure['error'] {
	const { error } = first;
	const worst = worstPaid([first.paid, ...endings.map(paidBy), ...before]);
	error.context['failure'] = factsOf({ ...first, paid: worst });
	const paid = new Set(endings.flatMap((ending) => paidTasks(context, ending)));
	paid.delete(String(first.json['requestId']));
	const others = endings.flatMap(({ failure }) => (failure && failure !== first ? [failure] : []));
	const doubtful = new Set(
		others.flatMap(({ problem, itemIndex }) => (problem === 'createUncertain' ? [itemIndex] : [])),
	);
	const inVain = others.flatMap(({ problem, itemIndex, json }) =>
		itemIndex === first.itemIndex && WITHOUT_PICTURE.has(problem) ? (json['requestId'] ?? []) : [],
	);
	const facts = [
		inVain.length > 0 && `Tasks of other images of it, which failed as well: ${inVain.join(', ')}.`,
		paid.size > 0 &&
			`Other tasks, paid already: ${[...paid].join(', ')}. Task > Wait collects them; Retry picks them up without paying again where node, credential and input are as they were.`,
		doubtful.size > 0 &&
			`May have been accepted as well: the tasks of items ${[...doubtful].join(', ')}.`,
	].filter(Boolean);
	// Of an agent's tool the model sees the message alone.
	if (isAgentTool(context)) error.message = [error.message, ...facts].join(' ');
	else error.description = [error.description, ...facts].filter(Boolean).join(' ');
	return error;
}

/** Problems of a task that has no picture to be collected. */
const WITHOUT_PICTURE: ReadonlySet<ItemFailure['problem']> = new Set<ProblemKind>([
	...(['failed', 'moderated', 'cancelled', 'deadlineCancelled', 'notFound', 'noImages'] as const),
]);

/** The task that was paid for and whose picture can still be had; a Task operation pays for none. */
function paidTasks(
	context: IExecuteFunctions,
	{ itemIndex, items = [], failure }: TaskEnding,
): string[] {
	if (context.getNodeParameter('resource', itemIndex) !== 'image') return [];
	if (failure && WITHOUT_PICTURE.has(failure.problem)) return [];
	const facts = failure ? [failure.json] : items.map(({ json }) => json);
	return facts.flatMap(({ requestId, status }) =>
		requestId && status !== 'failed' && status !== 'cancelled' ? [String(requestId)] : [],
	);
}
