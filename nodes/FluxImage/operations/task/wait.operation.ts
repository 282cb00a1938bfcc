import { collectTask } from '../../tasks/lifecycle';
import type { Operation } from '../operation';
import { PICTURE_OPTIONS, picturesInTime } from '../finish';
import { readTaskRef } from '../taskInput';

/** Task > Wait: a task that was created before, seen through to its pictures. */
export const wait: Operation = {
	resource: 'task',
	value: 'wait',
	name: 'Wait',
	action: 'Wait for a task',
	description: 'Wait until a task is finished, and put out its pictures',
	options: PICTURE_OPTIONS,
	async prepare(item) {
		const task = readTaskRef(item);
		const { timeoutMs, cancelOnStop } = item.options;
		return async (room) => {
			const deadlineMs = room.session.clock.nowMs() + timeoutMs;
			return await picturesInTime(item, room, deadlineMs, async (watch) =>
				collectTask(room, task, watch, cancelOnStop),
			);
		};
	},
};
