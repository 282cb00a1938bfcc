import { isOnlyBegun, taskOf, type OrderRow } from '../accounts/orders';
import { LAG_MS } from '../client/retry';
import { STOPPED, type Outcome, type ProblemKind } from '../core/problem';
import { hasEnded, type TaskState } from '../core/task';
import { createOnce } from './create';
import type { Execution } from './execution';
import { joined, keepActive, settle, untilOf, type Obtained } from './found';
import { obtainByKey } from './keyedOrder';
import type { Order } from './order';
import { lastingFailure } from './poll';

/**
 * A task for the order: that of an earlier attempt; that of another execution under the order's key; in
 * a test run that of an earlier one; else a new one. An order that is begun and whose task nobody knows
 * is not sent again.
 */
export async function obtain(execution: Execution, order: Order): Promise<Obtained> {
	try {
		return await find(execution, order);
	} finally {
		order.budget?.leave(order.key);
	}
}

async function find(execution: Execution, order: Order): Promise<Obtained> {
	const { ledger } = execution;
	const { key, modelId } = order;
	const earlier = ledger.ofAttempts(key);
	if (earlier) {
		keepActive(execution, order, earlier.task);
		return earlier;
	}
	const begun = ledger.begunBefore(key);
	const settled = await settle(execution, order, begun?.ownId);
	if (settled) return { task: settled };
	if (begun?.isOfThisExecution) {
		const reason = 'an earlier attempt of this execution sent it already';
		return { problem: { kind: 'createUncertain', reason, modelId } };
	}
	if (!key.shared) return await createOnce(execution, order);
	if (key.shared.kind !== 'testRun') return await obtainByKey(execution, order, key.shared.name);
	return (await ofTestRun(execution, order)) ?? (await createOnce(execution, order));
}

/** How a gateway says that it has a task no more, or no more for this account. */
const LOST: ReadonlySet<ProblemKind> = new Set(['badKey', 'notAllowed', 'notFound']);

/** What an earlier test run paid for; nothing where the gateway has it no more, or it ended badly. */
async function ofTestRun(execution: Execution, order: Order): Promise<Obtained | undefined> {
	const row = execution.ledger.ofOthers(order.key);
	if (!row) return undefined;
	const task = isOnlyBegun(row) ? undefined : taskOf(row);
	if (task && hasEnded(task)) return joined(execution, order, task, row.request);
	const asked = await askOf(execution, order, row);
	if (!asked) return undefined;
	const { value, problem } = asked;
	if (problem ? LOST.has(problem.kind) : lastingFailure(value)) return undefined;
	const known = value ?? task;
	if (known) return joined(execution, order, known, row.request);
	if (execution.abortSignal.aborted) return { problem: STOPPED };
	return { problem: row.doubt ?? { ...problem, kind: 'createUncertain', modelId: order.modelId } };
}

/** What the gateway says of a row's task, by its id or else by our own; nothing where it has neither. */
async function askOf(
	execution: Execution,
	order: Order,
	row: OrderRow,
): Promise<Outcome<TaskState> | undefined> {
	const { client, clock } = execution;
	const until = untilOf(execution, order);
	if (!isOnlyBegun(row)) return await client.status(row, until);
	if (row.ownId === undefined || !client.keepsOwnIds) return undefined;
	const mayLag = clock.dateMs() - row.atMs < LAG_MS;
	return await client.find(row.ownId, order.modelId, { ...until, retryNotFound: mayLag });
}
