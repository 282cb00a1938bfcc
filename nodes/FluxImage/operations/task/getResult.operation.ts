import { ENDED } from '../../core/task';
import { failureProblem, readResult } from '../../tasks/poll';
import { PICTURE_OPTIONS, waitOptions } from '../finish';
import { imageItems, taskItem } from '../output';
import { taskOperation } from './taskOperation';

/**
 * Task > Get Result: the pictures of a finished task, without waiting. The status is read first: what
 * a result call says of a failed task is documented nowhere.
 */
export const getResult = taskOperation({
	value: 'result',
	name: 'Get Result',
	action: 'Get the result of a task',
	description: 'Put out the pictures of a finished task; an unfinished one comes out as it stands',
	options: PICTURE_OPTIONS,
	async run(item, task) {
		const { execution } = item;
		const until = waitOptions(item);
		const { value: state, problem } = await execution.client.status(task, until);
		if (problem) return { problem, task };
		// An error that may pass is no end yet.
		if (!ENDED.has(state.status) || state.mayChange) return { items: [taskItem(item, state)] };
		const failure = failureProblem(state);
		if (failure) return { problem: failure, task: state };
		const ending = await readResult(execution, state, until);
		if (!ending.problem) return await imageItems(item, ending.task, until);
		// Whoever asks for the reply wants to see why there is no image, and not the error once more.
		const { kind, reply } = ending.problem;
		const isAsked = kind === 'noImages' && item.options.includeRawResponse;
		return isAsked ? { items: [taskItem(item, { ...state, raw: reply })] } : ending;
	},
});
