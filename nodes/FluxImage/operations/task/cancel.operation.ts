import { about, ProblemError } from '../../core/problem';
import { unseen } from '../../tasks/lifecycle';
import { readStubbornly } from '../../client/retry';
import { readStatus } from '../../tasks/poll';
import type { Session } from '../../client/gatewayClient';
import type { TaskRef, TaskState } from '../../core/task';
import { inputError } from '../inputError';
import type { Operation } from '../operation';
import { taskItem } from '../output';
import { READ_PATIENCE_MS, readTaskRef } from '../taskInput';

/**
 * Task > Cancel: asks the gateway to cancel. What it says is put out as it is: a cancel that was
 * requested is not yet a task that was cancelled, so `status` is what the last reply says.
 */
export const cancel: Operation = {
	resource: 'task',
	value: 'cancel',
	name: 'Cancel',
	action: 'Cancel a task',
	description: 'Ask the gateway to cancel a task that is not finished yet',
	options: ['includeRawResponse', 'maxConcurrentTasks'],
	needsCancel: true,
	async prepare(item) {
		const { cancel: request, readCancel, displayName } = item.gateway;
		if (!request || !readCancel) {
			const { context, itemIndex } = item;
			throw inputError(
				context,
				itemIndex,
				`Operation must be one that the gateway offers, but ${displayName} cannot cancel`,
			);
		}
		const task = readTaskRef(item);
		return async ({ session }) => {
			const deadlineMs = session.clock.nowMs() + READ_PATIENCE_MS;
			const { cancellation, raw } = await about(
				unseen(task),
				readStubbornly(session, request(task), readCancel, { deadlineMs }),
			);
			const state = await lastState(session, task, cancellation, deadlineMs);
			return [taskItem(item, { ...state, raw }, { cancellation })];
		};
	},
};

/** The state that is known once the cancel was answered: what a status read says, else running. */
async function lastState(
	session: Session,
	task: TaskRef,
	cancellation: string,
	deadlineMs: number,
): Promise<TaskState> {
	const running: TaskState = { ...unseen(task), status: 'running' };
	if (cancellation === 'notFound') return running;
	return await readStatus(session, task, { deadlineMs }).catch((error: unknown) => {
		if (error instanceof ProblemError && error.problem.kind !== 'stopped') return running;
		throw error;
	});
}
