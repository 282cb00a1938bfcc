import { LAG_MS, type Until } from '../client/retry';
import type { Problem } from '../core/problem';
import { hasEnded, type KnownTask } from '../core/task';
import type { Execution } from './execution';
import { requestOf, type Order, type Reuse } from './order';

/** An order in its execution. */
export interface Ordering extends Execution, Order {
	/** Until when it is tried. */
	readonly until: Until;
}

/** What an order came to before its task is waited for. */
export type Obtained =
	| {
			readonly task: KnownTask;
			/** This attempt made it. */
			readonly isNew?: true;
			readonly reuse?: Reuse | undefined;
			readonly problem?: undefined;
	  }
	| {
			readonly problem: Problem;
			readonly task?: KnownTask;
			readonly reuse?: Reuse | undefined;
	  };

/** Stop cancels the task from now on; whoever waits for the order's create waits for the task too. */
export function keepActive({ activeTasks, key, cancelOnStop }: Ordering, task: KnownTask): void {
	if (!hasEnded(task)) activeTasks.add(task, cancelOnStop, key.shared?.name);
}

/**
 * Another's task is this order's too.
 *
 * @param request the digest of what the task was made from; '' where it is not known
 */
export function joined(ordering: Ordering, task: KnownTask, request: string): Obtained {
	const { ledger, key } = ordering;
	const reuse = reuseOf(key, request);
	ledger.takeOver(key, task, reuse);
	keepActive(ordering, task);
	return { task, reuse };
}

/** That somebody else paid for the order, and whether for the same request. */
export function reuseOf(key: Order['key'], request: string): Reuse {
	const requestChanged = request !== '' && request !== requestOf(key);
	return { kind: key.shared?.kind ?? 'key', requestChanged };
}

/** Looks for the task of a create whose answer was lost; it bills nothing, and proves nothing by "no". */
export async function settle(ordering: Ordering, ownId?: string): Promise<KnownTask | undefined> {
	const { client, clock, ledger, key, modelId, until } = ordering;
	if (ownId === undefined || !client.keepsOwnIds) return undefined;
	const deadlineMs = Math.min(until.deadlineMs, clock.nowMs() + LAG_MS);
	const found = await client.find(ownId, modelId, { ...until, deadlineMs, retryNotFound: true });
	if (!found.value) return undefined;
	ledger.made(key, found.value);
	keepActive(ordering, found.value);
	return found.value;
}
