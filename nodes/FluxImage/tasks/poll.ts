import { READ_RULES, type Until } from '../client/retry';
import { STOPPED, type Problem } from '../core/problem';
import { ENDED, type KnownTask, type TaskState } from '../core/task';
import { Durations } from '../accounts/durations';
import { failureProblem, type Ending } from './ending';
import type { Execution } from './execution';

/** How a task is waited for. */
export interface WaitOptions extends Until {
	/** A fixed interval between polls, in milliseconds; absent: the schedule decides. */
	readonly pollIntervalMs?: number;
}

/**
 * How long a finished task's result may be read after the deadline, in milliseconds: it was seen at the
 * deadline's own look, and it is paid.
 */
const COLLECT_MS = 10_000;

/** From when on the task's images may be fetched, at least so long. */
export function collectUntilMs({ clock }: Execution, { deadlineMs }: Until): number {
	return Math.max(deadlineMs, clock.nowMs() + COLLECT_MS);
}

/**
 * Polls a task until it has ended, whichever way. One look more is made when the time is up: a machine
 * may have slept over it.
 *
 * A task of an earlier attempt or of another node may have ended long ago, so it is looked at at once,
 * and neither teaches nor learns how long jobs take: its age is unknown.
 *
 * @returns the state of a task that ended, failed ones too; else `deadlineReached`, `stopped`, or a
 * read's final problem
 */
export async function pollUntilEnded(
	execution: Execution,
	task: KnownTask,
	wait: WaitOptions & { readonly isNew: boolean },
): Promise<Ending> {
	const { client, clock } = execution;
	const startedMs = clock.nowMs();
	const job = (wait.isNew ? execution.durations : new Durations()).follow(task.modelId);
	let seen = task;
	let isLastLook = false;
	try {
		while (!hasEnded(seen)) {
			if (isLastLook) return { problem: { kind: 'deadlineReached' }, task: seen };
			if (wait.isNew || seen !== task) {
				const nowMs = clock.nowMs();
				const waitMs = wait.pollIntervalMs ?? job.nextPollDelayMs(nowMs - startedMs);
				await clock.sleep(Math.min(waitMs, wait.deadlineMs - nowMs), wait.signal);
			}
			if (wait.signal.aborted) return { problem: STOPPED, task: seen };
			isLastLook = clock.nowMs() >= wait.deadlineMs;
			const { value, problem } = await client.status(seen, { ...wait, retryNotFound: true });
			if (problem) return { problem: asLate(problem, 'deadlineReached'), task: seen };
			seen = value;
			job.saw(value, clock.nowMs() - startedMs);
		}
		return { task: seen };
	} finally {
		job.leave();
	}
}

const hasEnded = (task: KnownTask): task is TaskState =>
	task.status !== undefined && ENDED.has(task.status);

/** A read that was still being tried when the deadline came tells of the deadline, with its reason. */
function asLate(problem: Problem, kind: 'deadlineReached' | 'resultUnread'): Problem {
	if (READ_RULES[problem.kind]?.retry !== 'always') return problem;
	const lastWord = problem.reason ?? problem.code ?? problem.kind;
	return { ...problem, kind, reason: `the last read said: ${lastWord}` };
}

/**
 * The images of a completed task. Its own status reply may hold them; else the result is read.
 *
 * @returns the completed task with its images; else `noImages`, `resultUnread`, `stopped`, the task's
 * failure, or a read's final problem
 */
export async function readResult(
	{ client }: Execution,
	completed: TaskState,
	until: Until,
): Promise<Ending> {
	if (completed.images !== undefined && completed.images.length > 0) return { task: completed };
	const { value, problem } = await client.result(completed, { ...until, retryNotFound: true });
	if (problem) return { problem: asLate(problem, 'resultUnread'), task: completed };
	const task = { ...completed, ...value };
	const failure = failureProblem(value);
	return failure ? { problem: failure, task } : { task };
}
