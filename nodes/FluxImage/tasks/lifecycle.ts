import type { NewTask } from '../client/gatewayClient';
import { ENDED, hasEnded, taskName, type KnownTask } from '../core/task';
import { cancelQuietly, type Cancelled } from './activeTasks';
import type { OrderKey } from './createdTasks';
import {
	endedBadly,
	failureProblem,
	type Ending,
	collectUntilMs,
	pollUntilEnded,
	readResult,
	type WaitOptions,
} from './poll';
import type { Execution } from './execution';

/** A task to be paid for, once. */
export interface Order extends NewTask {
	readonly key: OrderKey;
	readonly cancelOnStop: boolean;
	/** When to give up, in milliseconds on the clock. */
	readonly deadlineMs: number;
}

/** How long a cancel after a time-out may take, in milliseconds. */
const TIMEOUT_CANCEL_MS = 10_000;

/**
 * A task for the order: the one that an earlier attempt paid for, else a new one. A task of before
 * that has failed or was cancelled is made anew.
 */
export async function obtainTask(execution: Execution, order: Order): Promise<Ending> {
	const earlier = recall(execution, order);
	if (!earlier) return await createOnce(execution, order);
	if (hasEnded(earlier)) return { task: earlier };
	const { deadlineMs } = order;
	const { value: task, problem } = await execution.client.status(earlier, {
		deadlineMs,
		signal: execution.abortSignal,
		retryNotFound: true,
	});
	if (problem) return { problem, task: earlier };
	if (!failureProblem(task)) return { task };
	execution.activeTasks.delete(task);
	execution.createdTasks.delete(order.key);
	return await createOnce(execution, order);
}

/**
 * A task for the order, seen through to its images. One of an earlier attempt that ended badly is made
 * anew once; a new one that ends badly is not tried again, and forgotten.
 */
export async function generate(
	execution: Execution,
	order: Order,
	wait: WaitOptions,
): Promise<Ending> {
	const earlier = recall(execution, order);
	if (earlier) {
		const ending = await finishTask(execution, earlier, { ...wait, isNew: false });
		if (!endedBadly(ending)) return ending;
		execution.createdTasks.delete(order.key);
	}
	const created = await createOnce(execution, order);
	if (created.problem) return created;
	const ending = await finishTask(execution, created.task, { ...wait, isNew: true });
	if (endedBadly(ending)) execution.createdTasks.delete(order.key);
	return ending;
}

/** A task that somebody created before, seen through to its images. */
export async function collect(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions,
	cancelOnStop: boolean,
): Promise<Ending> {
	execution.activeTasks.add(task, cancelOnStop);
	return await finishTask(execution, task, { ...wait, isNew: false });
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
	// Another item's failure does not cut it; Stop does, which cancels by itself.
	const deadlineMs = clock.nowMs() + TIMEOUT_CANCEL_MS;
	const became = await cancelQuietly(client, task, deadlineMs, cancelSignal);
	if (became === 'alreadyCompleted') {
		const collect = { ...wait, deadlineMs: collectUntilMs(execution, wait), isNew: false };
		return await finishTask(execution, task, collect);
	}
	if (became !== 'failed' && became !== 'notOffered') activeTasks.delete(task);
	return { problem: AFTER_CANCEL[became], task };
}

/** What a timed-out task comes to, by what became of its cancel. */
const AFTER_CANCEL = {
	requested: { kind: 'deadlineCancelled' },
	notFound: { kind: 'deadlineReached', reason: 'the cancel found no such task' },
	notOffered: { kind: 'deadlineReached', reason: 'the gateway cannot cancel' },
	failed: { kind: 'deadlineReached', reason: 'the cancel did not get through' },
} as const satisfies Record<Exclude<Cancelled, 'alreadyCompleted'>, object>;

/** What an earlier attempt paid for; Stop cancels it from now on. */
function recall(
	{ createdTasks, activeTasks }: Execution,
	{ key, cancelOnStop }: Order,
): KnownTask | undefined {
	const earlier = createdTasks.get(key);
	if (earlier && !hasEnded(earlier)) activeTasks.add(earlier, cancelOnStop);
	return earlier;
}

/** Pays for a task and remembers it, or remembers that it may have been paid. */
async function createOnce(execution: Execution, order: Order): Promise<Ending> {
	const { client, createdTasks, activeTasks, log } = execution;
	const { key, modelId, deadlineMs, cancelOnStop } = order;
	if (createdTasks.isUncertain(key)) {
		const reason = 'an earlier attempt of this execution sent it already';
		return { problem: { kind: 'createUncertain', reason, modelId } };
	}
	// Uncertain only from the POST on: an image that cannot be read throws, and nothing was sent.
	const build: NewTask['build'] = async () => {
		createdTasks.delete(key);
		const built = await order.build();
		if (!built.problem) createdTasks.begin(key, modelId);
		return built;
	};
	const until = { deadlineMs, signal: execution.abortSignal };
	const { value: task, problem } = await client.create({ ...order, build }, until);
	if (problem) {
		if (problem.kind === 'createUncertain') logUncertain(execution, order);
		else createdTasks.delete(key);
		return { problem: { ...problem, modelId } };
	}
	createdTasks.set(key, task);
	// What is remembered dies with the process; the log tells of a paid task even then.
	log(
		`Task ${taskName(task)} of item ${key.itemIndex} was created at ${client.gateway.displayName}`,
	);
	if (!ENDED.has(task.status)) activeTasks.add(task, cancelOnStop);
	return { task };
}

/** After a stop, nobody sees the item's own error. */
function logUncertain(execution: Execution, { key }: Order): void {
	const { displayName } = execution.client.gateway;
	execution.activeTasks.logOnStop(
		`A task of item ${key.itemIndex} may have been accepted by ${displayName}, but no task ID came back`,
	);
}

/** Waits for a task's end, while Stop would cancel it, and reads its images. */
async function finishTask(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions & { readonly isNew: boolean },
): Promise<Ending> {
	const { activeTasks } = execution;
	const ending = await pollUntilEnded(execution, task, wait);
	if (ending.problem) return ending;
	const problem = failureProblem(ending.task);
	if (problem) {
		activeTasks.delete(task);
		return { problem, task: ending.task };
	}
	activeTasks.complete(task);
	return await readResult(execution, ending.task, {
		...wait,
		deadlineMs: collectUntilMs(execution, wait),
	});
}
