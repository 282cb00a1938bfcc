import type { TaskRef } from '../../core/task';
import { InputError } from '../inputError';
import type { Item, ItemOutcome, Operation, OperationRow } from '../operation';
import { doubtAboutTask, readTaskRef } from './taskRef';

/** An operation on a task that exists. It pays for none. */
interface TaskOperation extends OperationRow {
	run(item: Item, task: TaskRef): Promise<ItemOutcome>;
}

/** The operation as the node runs it: its item names the task. */
export function taskOperation({ run, ...row }: TaskOperation): Operation {
	return {
		resource: 'task',
		...row,
		async read(item) {
			const { gateway } = item;
			if (row.needsCancel && !gateway.cancel) {
				throw new InputError(
					`Operation must be one that the gateway offers, but ${gateway.displayName} cannot cancel`,
				);
			}
			const task = readTaskRef(item);
			return [{ item, run: async () => withDoubt(item, task, await run(item, task)) }];
		},
	};
}

/** A task that is not found may be named wrongly. */
function withDoubt(item: Item, task: TaskRef, outcome: ItemOutcome): ItemOutcome {
	const { problem } = outcome;
	const doubt = problem?.kind === 'notFound' ? doubtAboutTask(item, task) : undefined;
	if (!problem || !doubt) return outcome;
	const reason = [problem.reason, doubt].filter(Boolean).join('; ');
	return { ...outcome, problem: { ...problem, reason } };
}

/** How long a single read of a task is tried, in milliseconds; a person is waiting for it. */
const READ_FOR_MS = 60_000;

/** When a task is read no more that is not waited for, in milliseconds on the clock. */
export const readUntilMs = ({ execution }: Item): number => execution.clock.nowMs() + READ_FOR_MS;
