import { about, ProblemError, type Problem } from '../core/problem';
import { NO_REASON } from '../core/messages';
import { nextPollDelayMs } from './schedule';
import { readStubbornly, type Patience } from '../client/retry';
import { READ_RULES } from './rules';
import { STOPPED, type Session } from '../client/gatewayClient';
import { ENDED, type TaskRef, type TaskState } from '../core/task';

/** How a task is watched. */
export interface Watch extends Patience {
	/** A fixed interval between polls, in milliseconds; absent: the schedule decides. */
	readonly pollIntervalMs?: number;
}

/** Reads the status of a task once, trying again on a bad line. Throws ProblemError. */
export async function readStatus(
	session: Session,
	task: TaskRef,
	patience: Patience,
): Promise<TaskState> {
	const { gateway } = session;
	return await readStubbornly(
		session,
		gateway.status(task),
		(reply) => gateway.readStatus(reply, task),
		patience,
	);
}

/**
 * Polls a task until it ended, whichever way.
 *
 * A task of an earlier attempt or of another node may have ended long ago, so it is looked at at once.
 *
 * @param startedMs when the task's work began as far as is known, for the timing of polls
 * @throws ProblemError `deadlineReached`, `stopped`, or a read's final problem, with the task as it
 * was last seen
 */
export async function watchTask(
	session: Session,
	state: TaskState,
	watch: Watch & { readonly startedMs: number; readonly isNew: boolean },
): Promise<TaskState> {
	const { clock, halt } = session;
	// Of a task that was made elsewhere, the age is unknown: it neither teaches nor learns.
	const job = watch.isNew ? session.lengths.follow(state.modelId) : undefined;
	const look = async (seen: TaskState) =>
		await about(seen, readStatus(session, seen, watch).catch(asLate('deadlineReached')));
	let latest = watch.isNew ? state : await look(state);
	while (!ENDED.has(latest.status)) {
		const nowMs = clock.nowMs();
		const waitMs =
			watch.pollIntervalMs ??
			nextPollDelayMs({
				elapsedMs: nowMs - watch.startedMs,
				estimate: job?.estimate(),
				earliestEndMs: job?.earliestEndMs(),
			});
		await clock.sleep(Math.min(waitMs, watch.deadlineMs - nowMs), halt);
		if (halt.aborted) throw new ProblemError(STOPPED, latest);
		if (clock.nowMs() >= watch.deadlineMs) {
			throw new ProblemError({ kind: 'deadlineReached' }, latest);
		}
		latest = await look(latest);
		job?.saw(latest, clock.nowMs() - watch.startedMs);
	}
	return latest;
}

/** A read that was still being tried when the deadline came tells of the deadline, with its reason. */
function asLate(kind: 'deadlineReached' | 'resultUnread') {
	return (error: unknown): never => {
		if (error instanceof ProblemError && READ_RULES[error.problem.kind] === 'again') {
			throw new ProblemError({ ...error.problem, kind, reason: lastWord(error) });
		}
		throw error;
	};
}

const lastWord = ({ problem }: ProblemError) =>
	`the last read said: ${problem.reason ?? problem.code ?? problem.kind}`;

/**
 * The images of a completed task. Its own status reply may hold them; else the result is read, and
 * read again while the gateway says that the task is still running.
 *
 * @throws ProblemError `noImages`, `resultUnread`, `stopped`, the task's failure, or a read's final
 * problem
 */
export async function fetchResult(
	session: Session,
	completed: TaskState,
	watch: Watch,
): Promise<TaskState> {
	if (completed.images !== undefined && completed.images.length > 0) return completed;
	const { gateway } = session;
	const result = await readStubbornly(
		session,
		gateway.result(completed),
		(reply) => {
			const outcome = gateway.readResult(reply, completed);
			if (outcome.problem || ENDED.has(outcome.value.status)) return withImages(outcome);
			return { problem: { kind: 'gatewayFault', reason: 'the result still says unfinished' } };
		},
		{ ...watch, mayLag: true },
		'result',
	).catch(asLate('resultUnread'));
	const ended = failureProblem(result);
	const finished = { ...completed, ...result };
	if (ended) throw new ProblemError(ended, finished);
	return finished;
}

/** A completed task without an image is a problem; a failed one is not. */
function withImages(outcome: { value: TaskState; problem?: undefined } | { problem: Problem }) {
	if (outcome.problem) return outcome;
	const { status, images } = outcome.value;
	return status === 'completed' && !images?.length
		? { problem: { kind: 'noImages' } as const }
		: outcome;
}

/** What tells of moderation: the error type CONTENT_BLOCKED (contract: queue API), or words in a reason. */
const MODERATED = /moderat|content.?(policy|blocked|filter)|nsfw|safety (system|filter)/i;

/** What a failed or cancelled task means to the item, or nothing where the task did not fail. */
export function failureProblem({ status, failure }: TaskState): Problem | undefined {
	if (status !== 'failed' && status !== 'cancelled') return undefined;
	const { code, message } = failure ?? { code: status, message: NO_REASON };
	const moderated = MODERATED.test(`${code} ${message}`);
	const kind = status === 'cancelled' ? 'cancelled' : moderated ? 'moderated' : 'failed';
	return { kind, code, reason: message };
}
