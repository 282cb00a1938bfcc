import { LAG_MS, type Until } from '../client/retry';
import type { Problem } from '../core/problem';
import { hasEnded, type KnownTask } from '../core/task';
import type { Execution } from './execution';
import { requestOf, type Order, type Reuse } from './order';

/** What an order came to before its task is waited for. */
export type Obtained =
	| {
			readonly task: KnownTask;
			/** This attempt made it. */
			readonly isNew?: true;
			readonly reuse?: Reuse;
			readonly problem?: undefined;
	  }
	| { readonly problem: Problem; readonly task?: KnownTask; readonly reuse?: Reuse };

/** Until when the order is tried. */
export function untilOf({ abortSignal }: Execution, { deadlineMs }: Order): Until {
	return { deadlineMs, signal: abortSignal };
}

/** Stop cancels the task from now on; whoever waits for the order's create waits for the task too. */
export function keepActive(
	{ activeTasks }: Execution,
	{ key, cancelOnStop }: Order,
	task: KnownTask,
): void {
	if (!hasEnded(task)) activeTasks.add(task, cancelOnStop, key.shared?.name);
}

/**
 * Another's task is this order's too.
 *
 * @param request the digest of what the task was made from; '' where it is not known
 */
export function joined(
	execution: Execution,
	order: Order,
	task: KnownTask,
	request: string,
): Obtained {
	const reuse = reuseOf(order, request);
	execution.ledger.takeOver(order.key, task, reuse);
	keepActive(execution, order, task);
	return { task, reuse };
}

/** That somebody else paid for the order, and whether for the same request. */
export function reuseOf({ key }: Order, request: string): Reuse {
	const requestChanged = request !== '' && request !== requestOf(key);
	return { kind: key.shared?.kind ?? 'key', requestChanged };
}

/** Looks for the task of a create whose answer was lost; it bills nothing, and proves nothing by "no". */
export async function settle(
	execution: Execution,
	order: Order,
	ownId: string | undefined,
): Promise<KnownTask | undefined> {
	const { client, clock, ledger } = execution;
	if (ownId === undefined || !client.keepsOwnIds) return undefined;
	const deadlineMs = Math.min(order.deadlineMs, clock.nowMs() + LAG_MS);
	const until = { ...untilOf(execution, order), deadlineMs, retryNotFound: true };
	const { value: task } = await client.find(ownId, order.modelId, until);
	if (!task) return undefined;
	ledger.made(order.key, task);
	keepActive(execution, order, task);
	return task;
}
