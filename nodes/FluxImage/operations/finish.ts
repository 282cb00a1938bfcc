import { omitUndefined } from '../core/json';
import type { KnownTask } from '../core/task';
import { cancelLate } from '../tasks/lifecycle';
import { collectUntilMs, type Ending, type WaitOptions } from '../tasks/poll';
import type { Item, ItemOutcome } from './operation';
import type { OptionName } from './options';
import { imageItems, taskItem } from './output';

/** The options of an operation that puts out pictures. */
export const PICTURE_OPTIONS: readonly OptionName[] = [
	'binaryPropertyName',
	'downloadImages',
	'includeInputFields',
	'includeRawResponse',
	'maxConcurrentTasks',
	'maxImageSize',
	'shareLink',
	'timeout',
];

/** The same of one that waits for them. */
export const WAIT_OPTIONS: readonly OptionName[] = [
	...PICTURE_OPTIONS,
	...(['cancelOnStop', 'onTimeout', 'pollInterval'] as const),
];

/** When the time of an item is up that begins now, in milliseconds on the clock. */
export const deadlineOf = ({ options, execution }: Item): number =>
	execution.clock.nowMs() + options.timeoutMs;

/** How a task of an item is waited for; by itself as long as an item that begins now. */
export function waitOptions(item: Item, deadlineMs = deadlineOf(item)): WaitOptions {
	const { pollIntervalMs } = item.options;
	return omitUndefined({ deadlineMs, signal: item.execution.abortSignal, pollIntervalMs });
}

/**
 * What an item puts out of its task's ending: the pictures; of a task that was not finished in time,
 * what the item's On Timeout says.
 */
export async function finishItem(
	item: Item,
	ending: Ending,
	given: WaitOptions,
): Promise<ItemOutcome> {
	// What a test run may make anew has no patience for a lag.
	const wait = ending.reuse?.kind === 'testRun' ? { ...given, retryNotFound: false } : given;
	const { options, execution } = item;
	if (!ending.problem) return await imageItems(item, ending.task, collecting(item, wait));
	const { problem, task } = ending;
	if (!task) return { problem };
	const { onTimeout } = options;
	const isUnfinished = problem.kind === 'deadlineReached';
	const partial = isUnfinished ? await partialItems(item, task, wait) : undefined;
	// It stays active: should Stop come while other items run, this output is dropped.
	if (onTimeout === 'returnTask' && (isUnfinished || problem.kind === 'resultUnread')) {
		return partial ?? { items: [taskItem(item, task)] };
	}
	if (onTimeout !== 'cancelTask' || !isUnfinished) return partial ?? { problem, task };
	const late = await cancelLate(execution, task, wait);
	return late.problem ? (partial ?? late) : await finishItem(item, late, wait);
}

/** A finished task is paid: its pictures are fetched for a while after the deadline, too. */
const collecting = ({ execution }: Item, wait: WaitOptions): WaitOptions => ({
	...wait,
	deadlineMs: collectUntilMs(execution, wait),
});

/**
 * The pictures that the last look found at a task that, by its own word, still runs: they are paid, and
 * perhaps all that there will be. Its items keep that word as their status.
 *
 * @returns nothing where there are none, or none can be fetched
 */
async function partialItems(
	item: Item,
	task: KnownTask,
	wait: WaitOptions,
): Promise<ItemOutcome | undefined> {
	const { partialImages, status = 'running', raw } = task;
	if (!partialImages) return undefined;
	const state = { ...task, status, raw, images: partialImages };
	const outcome = await imageItems(item, state, collecting(item, wait));
	return outcome.items ? outcome : undefined;
}
