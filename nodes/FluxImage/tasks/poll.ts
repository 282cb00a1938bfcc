import { LAG_MS, READ_RULES, type Until } from '../client/retry';
import { NO_REASON } from '../core/messages';
import { STOPPED, type Problem } from '../core/problem';
import { isModeration } from '../gateways/errorKinds';
import { hasEnded, type KnownTask, type TaskState } from '../core/task';
import { Durations } from '../accounts/durations';
import type { Execution } from './execution';
import type { Reuse } from './order';

/** What came of a task: completed, with its images; or why not, and the task as it was last seen. */
export type Ending =
	| { readonly task: TaskState; readonly reuse?: Reuse | undefined; readonly problem?: undefined }
	| { readonly task?: KnownTask; readonly reuse?: Reuse | undefined; readonly problem: Problem };

/** What a failed or cancelled task means to the item, or nothing where the task did not fail. */
export function failureProblem({ status, failure }: Partial<TaskState>): Problem | undefined {
	if (status !== 'failed' && status !== 'cancelled') return undefined;
	const { code, message } = failure ?? { code: status, message: NO_REASON };
	const ofFailed = isModeration({ code, reason: message }) ? 'moderated' : 'failed';
	const kind = status === 'cancelled' ? 'cancelled' : ofFailed;
	return { kind, code, reason: message };
}

/** The same for whoever takes a single look: an error that may pass is no end yet. */
export function lastingFailure(state: Partial<TaskState>): Problem | undefined {
	return state.mayChange ? undefined : failureProblem(state);
}

/** Whether a task failed or was cancelled: another one may be made in its place. */
export function endedBadly({ task }: Ending): boolean {
	return task !== undefined && failureProblem(task) !== undefined;
}

/** How a task is waited for. */
export interface WaitOptions extends Until {
	/** A fixed interval between polls, in milliseconds; absent: the schedule decides. */
	readonly pollIntervalMs?: number;
	/** Whether this attempt has just made the task. */
	readonly isNew?: boolean;
}

/**
 * How long a finished task's result may be read after the deadline, in milliseconds: it was seen at the
 * deadline's own look, and it is paid.
 */
const COLLECT_MS = 10_000;

/** Until when a finished task's images are read, in milliseconds on the clock: never less than `COLLECT_MS` from now. */
export function collectUntilMs(
	{ clock }: Execution,
	{ deadlineMs }: Pick<Until, 'deadlineMs'>,
): number {
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
	wait: WaitOptions,
): Promise<Ending> {
	const { client, clock } = execution;
	const startedMs = clock.nowMs();
	const job = (wait.isNew ? execution.durations : new Durations()).follow(task.modelId);
	let seen = task;
	let isLastLook = false;
	let changesUntilMs: number | undefined;
	/** A failure beside a word of success may be a lag: it counts once it has stood for a while. */
	const mayStillChange = ({ mayChange }: KnownTask) =>
		mayChange === true && clock.nowMs() < (changesUntilMs ??= clock.nowMs() + LAG_MS);
	for (;;) {
		if (hasEnded(seen) && (isLastLook || !mayStillChange(seen))) return { task: seen };
		if (isLastLook) return { problem: lateProblem(seen), task: seen };
		if (wait.isNew || seen !== task) {
			const nowMs = clock.nowMs();
			const waitMs = wait.pollIntervalMs ?? job.nextPollDelayMs(nowMs - startedMs);
			await clock.sleep(Math.min(waitMs, wait.deadlineMs - nowMs), wait.signal);
		}
		if (wait.signal.aborted) return { problem: STOPPED, task: seen };
		isLastLook = clock.nowMs() >= wait.deadlineMs;
		const { value, problem } = await client.status(seen, { retryNotFound: true, ...wait });
		if (problem && !isLastLook && isUnanswered(problem)) continue;
		if (problem) return { problem: asLate(problem, 'deadlineReached'), task: seen };
		seen = value;
		job.saw(value, clock.nowMs() - startedMs);
	}
}

/**
 * Whether the deadline came before an answer to what was still being tried, or before the turn to ask:
 * nothing was seen then, and the last look has still to be made.
 */
function isUnanswered({ kind, httpCode }: Problem): boolean {
	return httpCode === undefined && READ_RULES[kind]?.retry === 'always';
}

/** The time was up; the gateway's last word for the state is told, since it may be one that nobody knows. */
function lateProblem({ word }: KnownTask): Problem {
	return {
		kind: 'deadlineReached',
		...(word === undefined ? {} : { reason: `its last status was ${word}` }),
	};
}

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
	const { value, problem } = await client.result(completed, { retryNotFound: true, ...until });
	if (problem) return { problem: asLate(problem, 'resultUnread'), task: completed };
	const task = { ...completed, ...value };
	const failure = failureProblem(value);
	return failure ? { problem: failure, task } : { task };
}
