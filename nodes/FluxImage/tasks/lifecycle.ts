import type { Problem } from '../core/problem';
import type { KnownTask, TaskState } from '../core/task';
import { cancelQuietly, type Cancelled } from './activeTasks';
import type { Obtained } from './found';
import { obtain } from './obtain';
import type { Order } from './order';
import {
	endedBadly,
	failureProblem,
	lastingFailure,
	type Ending,
	collectUntilMs,
	pollUntilEnded,
	readResult,
	type WaitOptions,
} from './poll';
import type { Execution } from './execution';

/** How long a cancel after a time-out may take, in milliseconds. */
const TIMEOUT_CANCEL_MS = 10_000;

/** A task for the order: one that is paid for already, else a new one. Nothing is waited for. */
export async function obtainTask(execution: Execution, order: Order): Promise<Ending> {
	const { ledger, client, activeTasks, abortSignal } = execution;
	const obtained = await obtain(execution, { ...order, isLeft: true });
	if (obtained.problem) return obtained;
	const { task: known, reuse } = obtained;
	if (isSeen(known)) return { task: known, reuse };
	const until = { deadlineMs: order.deadlineMs, signal: abortSignal, retryNotFound: true };
	const { value: task, problem } = await client.status(known, until);
	if (problem) return { problem, task: known, reuse };
	const failure = lastingFailure(task);
	if (!failure) return { task, reuse };
	activeTasks.delete(task);
	if (isKept(order, { problem: failure })) return { problem: failure, task, reuse };
	await ledger.takeBack(order.key, task);
	return await obtainTask(execution, order);
}

const isSeen = (task: KnownTask): task is TaskState => task.status !== undefined;

/**
 * A task for the order, seen through to its images. One of an earlier attempt that ended badly is made
 * anew once; a new one that ends badly is not tried again, and forgotten.
 */
export async function generate(
	execution: Execution,
	order: Order,
	wait: WaitOptions,
): Promise<Ending> {
	const obtained = await obtain(execution, order);
	const ending = await seeThrough(execution, order, obtained, wait);
	const isOfAttempt = !obtained.problem && !obtained.isNew && !obtained.reuse;
	if (!isOfAttempt || !endedBadly(ending)) return ending;
	return await seeThrough(execution, order, await obtain(execution, order), wait);
}

/** Waits for what was obtained; what ended badly may be ordered anew by whoever asks next. */
async function seeThrough(
	execution: Execution,
	order: Order,
	obtained: Obtained,
	wait: WaitOptions,
): Promise<Ending> {
	if (obtained.problem) return obtained;
	const { task, isNew = false, reuse } = obtained;
	// What a test run may make anew has no patience for a lag.
	const retryNotFound = reuse?.kind !== 'testRun';
	const ending = await finishTask(execution, task, { ...wait, isNew, retryNotFound });
	if (endedBadly(ending) && !isKept(order, ending)) {
		await execution.ledger.takeBack(order.key, ending.task);
	}
	return { ...ending, reuse };
}

/** A bad prompt that is delivered again under its key is the same error again, and not paid again. */
function isKept({ key }: Order, { problem }: Pick<Ending, 'problem'>): boolean {
	return key.shared?.kind === 'key' && problem?.kind === 'moderated';
}

/** A task that somebody created before, seen through to its images. */
export async function collect(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions,
	cancelOnStop: boolean,
): Promise<Ending> {
	execution.activeTasks.add(task, cancelOnStop);
	return await finishTask(execution, task, wait);
}

/**
 * Cancels a task whose time is up. It stays active where the cancel did not get through: Stop tries
 * again.
 *
 * @returns that the time was up and what became of the cancel; or the task with its images, where it
 * had finished meanwhile
 */
export async function cancelLate(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions,
): Promise<Ending> {
	const { client, clock, activeTasks, cancelSignal } = execution;
	if (activeTasks.isAwaited(task)) return { problem: AWAITED, task };
	// Another item's failure does not cut it; Stop does, which cancels by itself.
	const deadlineMs = clock.nowMs() + TIMEOUT_CANCEL_MS;
	const became = await cancelQuietly(client, task, deadlineMs, cancelSignal);
	if (became === 'requested') await execution.ledger.takeBackTask(task);
	if (became === 'alreadyCompleted') {
		const deadlineMs = collectUntilMs(execution, wait);
		return await finishTask(execution, task, { ...wait, deadlineMs });
	}
	if (became !== 'failed' && became !== 'notOffered') activeTasks.delete(task);
	return { problem: AFTER_CANCEL[became], task };
}

/** Whoever waits last decides. */
const AWAITED: Problem = {
	kind: 'deadlineReached',
	reason: 'another item or execution waits for it, so it was not cancelled',
};

/** What a timed-out task comes to, by what became of its cancel. */
const AFTER_CANCEL = {
	requested: { kind: 'deadlineCancelled' },
	notFound: { kind: 'deadlineReached', reason: 'the cancel found no such task' },
	notOffered: { kind: 'deadlineReached', reason: 'the gateway cannot cancel' },
	failed: { kind: 'deadlineReached', reason: 'the cancel did not get through' },
} as const satisfies Record<Exclude<Cancelled, 'alreadyCompleted'>, object>;

/** Waits for a task's end, while Stop would cancel it, and reads its images. */
async function finishTask(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions,
): Promise<Ending> {
	const { activeTasks, client } = execution;
	const poll = async () => await pollUntilEnded(execution, task, wait);
	const ending = await activeTasks.whileWaiting(task, poll);
	client.leave(task);
	if (ending.problem) return ending;
	const problem = failureProblem(ending.task);
	if (problem) {
		activeTasks.delete(task);
		return { problem, task: ending.task };
	}
	activeTasks.complete(task);
	const deadlineMs = collectUntilMs(execution, wait);
	return await readResult(execution, ending.task, { ...wait, deadlineMs });
}
