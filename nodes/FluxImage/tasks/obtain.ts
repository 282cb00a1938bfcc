import { isOnlyBegun, taskOf, type OrderRow } from '../accounts/orders';
import { LAG_MS } from '../client/retry';
import { STOPPED, type Outcome, type ProblemKind } from '../core/problem';
import { hasEnded, type TaskState } from '../core/task';
import { createOnce } from './create';
import type { Execution } from './execution';
import { joined, keepActive, settle, type Obtained, type Ordering } from './found';
import { obtainByKey } from './keyedOrder';
import type { Order } from './order';
import { lastingFailure } from './poll';

/**
 * A task for the order: that of an earlier attempt; that of another execution under the order's key; in
 * a test run that of an earlier one; else a new one. An order that is begun and whose task nobody knows
 * is not sent again.
 */
export async function obtain(execution: Execution, order: Order): Promise<Obtained> {
	const until = { deadlineMs: order.deadlineMs, signal: execution.abortSignal };
	try {
		return await find({ ...execution, ...order, until });
	} finally {
		order.budget?.leave(order.key);
	}
}

async function find(ordering: Ordering): Promise<Obtained> {
	const { ledger, key, modelId } = ordering;
	const earlier = ledger.ofAttempts(key);
	if (earlier) {
		keepActive(ordering, earlier.task);
		return earlier;
	}
	const begun = ledger.begunBefore(key);
	const settled = await settle(ordering, begun?.ownId);
	if (settled) return { task: settled };
	if (begun?.isOfThisExecution) {
		const reason = 'an earlier attempt of this execution sent it already';
		return { problem: { kind: 'createUncertain', reason, modelId } };
	}
	if (!key.shared) return await createOnce(ordering);
	if (key.shared.kind !== 'testRun') return await obtainByKey(ordering, key.shared.name);
	return (await ofTestRun(ordering)) ?? (await createOnce(ordering));
}

/** How a gateway says that it has a task no more, or no more for this account. */
const LOST: ReadonlySet<ProblemKind> = new Set(['badKey', 'notAllowed', 'notFound']);

/** What an earlier test run paid for; nothing where the gateway has it no more, or it ended badly. */
async function ofTestRun(ordering: Ordering): Promise<Obtained | undefined> {
	const { ledger, abortSignal, key, modelId } = ordering;
	const row = ledger.ofOthers(key);
	if (!row) return undefined;
	const task = isOnlyBegun(row) ? undefined : taskOf(row);
	if (task && hasEnded(task)) return joined(ordering, task, row.request);
	const asked = await askOf(ordering, row);
	if (!asked) return undefined;
	const { value, problem } = asked;
	if (problem ? LOST.has(problem.kind) : lastingFailure(value)) return undefined;
	const known = value ?? task;
	if (known) return joined(ordering, known, row.request);
	if (abortSignal.aborted) return { problem: STOPPED };
	return { problem: row.doubt ?? { ...problem, kind: 'createUncertain', modelId } };
}

/** What the gateway says of a row's task, by its id or else by our own; nothing where it has neither. */
async function askOf(
	{ client, clock, modelId, until }: Ordering,
	row: OrderRow,
): Promise<Outcome<TaskState> | undefined> {
	if (!isOnlyBegun(row)) return await client.status(row, until);
	if (row.ownId === undefined || !client.keepsOwnIds) return undefined;
	const mayLag = clock.dateMs() - row.atMs < LAG_MS;
	return await client.find(row.ownId, modelId, { ...until, retryNotFound: mayLag });
}
