import type { INodeExecutionData } from 'n8n-workflow';

import { ProblemError } from '../core/problem';
import { cancelAfterDeadline, type TaskRoom } from '../tasks/lifecycle';
import type { TaskState } from '../core/task';
import type { Watch } from '../tasks/poll';
import type { ItemInput } from './operation';
import type { OptionName } from './options';
import { imageItems, taskItem } from './output';

/** The options of an operation that sees a task through to its pictures. */
export const PICTURE_OPTIONS: readonly OptionName[] = [
	'binaryPropertyName',
	'cancelOnStop',
	'downloadImages',
	'includeRawResponse',
	'maxConcurrentTasks',
	'maxImageSize',
	'onTimeout',
	'pollInterval',
	'timeout',
];

/**
 * Sees a task through to its pictures, and does with one that is not finished in time what the item's
 * On Timeout says.
 *
 * @throws ProblemError naming the task wherever one exists
 */
export async function picturesInTime(
	item: ItemInput,
	room: TaskRoom,
	deadlineMs: number,
	finish: (watch: Watch) => Promise<TaskState>,
): Promise<INodeExecutionData[]> {
	const { onTimeout, pollIntervalMs } = item.options;
	const watch = { deadlineMs, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) };
	const pictures = async () => await imageItems(item, room, await finish(watch), deadlineMs);
	return await pictures().catch(async (error: unknown) => {
		if (!(error instanceof ProblemError) || !error.task) throw error;
		const { kind } = error.problem;
		const isLate = kind === 'deadlineReached' || kind === 'resultUnread';
		// It stays in flight: should Stop come while other items run, this output is dropped.
		if (isLate && onTimeout === 'returnTask') return [taskItem(item, error.task)];
		const isUnfinished = kind === 'deadlineReached';
		if (isUnfinished && onTimeout === 'cancelTask')
			throw await cancelAfterDeadline(room, error.task);
		throw error;
	});
}
