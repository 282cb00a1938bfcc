import type { KnownTask } from '../core/task';
import { collectUntilMs, type Ending, type WaitOptions } from '../tasks/poll';
import type { Execution } from '../tasks/execution';
import { cancelLate } from '../tasks/lifecycle';
import type { ItemInput, ItemOutcome } from './operation';
import type { OptionName } from './options';
import type { Reuse } from '../tasks/order';
import { showHint } from './hint';
import { imageItems, taskItem } from './output';

/** The options of an operation that sees a task through to its pictures. */
export const PICTURE_OPTIONS: readonly OptionName[] = [
	'binaryPropertyName',
	'cancelOnStop',
	'downloadImages',
	'includeInputFields',
	'includeRawResponse',
	'maxConcurrentTasks',
	'maxImageSize',
	'onTimeout',
	'pollInterval',
	'shareLink',
	'timeout',
];

/** How an item's task is waited for. */
export function waitOptions(
	{ options: { pollIntervalMs } }: ItemInput,
	{ abortSignal }: Execution,
	deadlineMs: number,
): WaitOptions {
	return {
		deadlineMs,
		signal: abortSignal,
		...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
	};
}

/**
 * What an item puts out of its task's ending: the pictures; of a task that was not finished in time,
 * what the item's On Timeout says.
 */
export async function finishItem(
	item: ItemInput,
	execution: Execution,
	ending: Ending,
	wait: WaitOptions,
): Promise<ItemOutcome> {
	// What a test run may make anew has no patience for a lag.
	const patience = ending.reuse?.kind === 'testRun' ? { retryNotFound: false } : {};
	const outcome = await outcomeOf(item, execution, ending, { ...wait, ...patience });
	return ending.reuse ? told(item, outcome, ending.reuse) : outcome;
}

/** Says in the items and in a hint that somebody else paid for them. */
export function told(item: ItemInput, outcome: ItemOutcome, reuse: Reuse): ItemOutcome {
	if (!outcome.items) return outcome;
	const { kind, requestChanged } = reuse;
	if (kind !== 'key') showHint(item, NOTHING_PAID);
	if (requestChanged) showHint(item, REQUEST_CHANGED);
	const more = { reused: true, ...(requestChanged && { requestChanged }) };
	return { items: outcome.items.map((row) => ({ ...row, json: { ...row.json, ...more } })) };
}

const NOTHING_PAID =
	'Nothing was paid for items with reused: true: their pictures are those of an earlier test run with the same request. Another seed makes new ones, and so does Reuse in Test Runs: Never.';

const REQUEST_CHANGED =
	'The Pay Once Key was used before, for another prompt or other parameters: the picture is that of the first request. requestChanged in the output marks such items.';

async function outcomeOf(
	item: ItemInput,
	execution: Execution,
	ending: Ending,
	wait: WaitOptions,
): Promise<ItemOutcome> {
	if (!ending.problem) {
		const until = { ...wait, deadlineMs: collectUntilMs(execution, wait) };
		return await imageItems(item, execution, ending.task, until);
	}
	const { problem, task } = ending;
	if (!task) return { problem };
	const { onTimeout } = item.options;
	const isUnfinished = problem.kind === 'deadlineReached';
	const partial = isUnfinished ? await partialItems(item, execution, task, wait) : undefined;
	// It stays active: should Stop come while other items run, this output is dropped.
	if (onTimeout === 'returnTask' && (isUnfinished || problem.kind === 'resultUnread')) {
		return partial ?? { items: [taskItem(item, task)] };
	}
	if (onTimeout !== 'cancelTask' || !isUnfinished) return partial ?? { problem, task };
	const late = await cancelLate(execution, task, wait);
	return late.problem ? (partial ?? late) : await finishItem(item, execution, late, wait);
}

/**
 * The pictures that the last look found at a task that, by its own word, still runs: they are paid, and
 * perhaps all that there will be. Its items keep that word as their status.
 *
 * @returns nothing where there are none, or none can be fetched
 */
async function partialItems(
	item: ItemInput,
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions,
): Promise<ItemOutcome | undefined> {
	const { partialImages, status = 'running', raw } = task;
	if (!partialImages) return undefined;
	const until = { ...wait, deadlineMs: collectUntilMs(execution, wait) };
	const state = { ...task, status, raw, images: partialImages };
	const outcome = await imageItems(item, execution, state, until);
	return outcome.items ? outcome : undefined;
}
