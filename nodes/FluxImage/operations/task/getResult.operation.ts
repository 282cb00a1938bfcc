import { about, ProblemError } from '../../core/problem';
import { unseen } from '../../tasks/lifecycle';
import { ENDED } from '../../core/task';
import { failureProblem, fetchResult, readStatus } from '../../tasks/poll';
import type { Operation } from '../operation';
import { imageItems, taskItem } from '../output';
import { readTaskRef } from '../taskInput';

/**
 * Task > Get Result: the pictures of a finished task, without waiting. The status is read first: what
 * a result call says of a failed task is documented nowhere.
 */
export const result: Operation = {
	resource: 'task',
	value: 'result',
	name: 'Get Result',
	action: 'Get the result of a task',
	description: 'Put out the pictures of a finished task; an unfinished one comes out as it stands',
	options: [
		'binaryPropertyName',
		'downloadImages',
		'includeRawResponse',
		'maxConcurrentTasks',
		'maxImageSize',
		'timeout',
	],
	async prepare(item) {
		const task = readTaskRef(item);
		return async (room) => {
			const { session } = room;
			const deadlineMs = session.clock.nowMs() + item.options.timeoutMs;
			const state = await about(unseen(task), readStatus(session, task, { deadlineMs }));
			if (!ENDED.has(state.status)) return [taskItem(item, state)];
			const problem = failureProblem(state);
			if (problem) throw new ProblemError(problem, state);
			const finished = await about(state, fetchResult(session, state, { deadlineMs }));
			return await imageItems(item, room, finished, deadlineMs);
		};
	},
};
