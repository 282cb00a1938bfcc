import type { Submission } from '../gateways/gateway';
import { about, ProblemError, type Problem } from '../core/problem';
import { createTask } from './create';
import { cancelQuietly, type Cancelled, type InFlight } from './activeTasks';
import type { CreateIdentity, TaskMemory } from './createdTasks';
import type { Session } from '../client/gatewayClient';
import { ENDED, type TaskRef, type TaskState } from '../core/task';
import { failureProblem, fetchResult, readStatus, watchTask, type Watch } from './poll';

/** Where the tasks of one execution live. */
export interface TaskRoom {
	readonly session: Session;
	readonly memory: TaskMemory;
	readonly inFlight: InFlight;
}

/** A task to be paid for. */
export interface Order {
	readonly identity: CreateIdentity;
	readonly modelId: string;
	/** Builds what is sent; images are read only then. */
	readonly submit: () => Promise<Submission>;
	readonly cancelOnStop: boolean;
	/** When to give up, in milliseconds since 1970. */
	readonly deadlineMs: number;
}

/** How long a cancel after a time-out may take, in milliseconds. */
const TIMEOUT_CANCEL_MS = 10_000;

/**
 * A task for the order: the one that an earlier attempt paid for, else a new one. A remembered task
 * that has failed or was cancelled is forgotten and made anew.
 *
 * @throws ProblemError as `createTask` and `readStatus` do
 */
export async function obtainTask(room: TaskRoom, order: Order): Promise<TaskState> {
	const known = recallTask(room, order);
	if (!known) return await orderTask(room, order);
	const { deadlineMs } = order;
	const patience = { deadlineMs, mayLag: true };
	const state = await about(known, readStatus(room.session, known, patience));
	if (!failureProblem(state)) return state;
	room.inFlight.remove(state);
	room.memory.forget(order.identity);
	return await orderTask(room, order);
}

/**
 * A task for the order, seen through to its images. A remembered task that ends badly is made anew
 * once; a new one that ends badly is an error, and forgotten.
 *
 * @throws ProblemError naming the task wherever one exists
 */
export async function generate(room: TaskRoom, order: Order, watch: Watch): Promise<TaskState> {
	const finish = async (task: TaskState, isNew: boolean) =>
		await finishTask(room, task, { ...watch, isNew }, order.cancelOnStop).catch(
			(error: unknown) => {
				if (endedBadly(error)) room.memory.forget(order.identity);
				throw error;
			},
		);
	const known = recallTask(room, order);
	const kept = known && (await finish(known, false).catch(unlessEndedBadly));
	return kept ?? (await finish(await orderTask(room, order), true));
}

/**
 * A task that somebody created before, seen through to its images.
 *
 * @throws ProblemError naming the task
 */
export async function collectTask(
	room: TaskRoom,
	task: TaskRef,
	watch: Watch,
	cancelOnStop: boolean,
): Promise<TaskState> {
	return await finishTask(room, unseen(task), { ...watch, isNew: false }, cancelOnStop);
}

/**
 * Cancels a task whose time is up.
 *
 * @returns the error that says that the time was up and what became of the cancel
 */
export async function cancelAfterDeadline(
	{ session, inFlight }: TaskRoom,
	task: TaskState,
): Promise<ProblemError> {
	// Another item's failure does not cut it; Stop does, which cancels by itself.
	const untilStop = { ...session, halt: session.stop };
	const became = await cancelQuietly(untilStop, task, session.clock.nowMs() + TIMEOUT_CANCEL_MS);
	inFlight.remove(task);
	return new ProblemError(AFTER_CANCEL[became], task);
}

/** What a timed-out task comes to, by what became of its cancel. */
const AFTER_CANCEL: Readonly<Record<Cancelled, Problem>> = {
	requested: { kind: 'deadlineCancelled' },
	alreadyCompleted: { kind: 'resultUnread', reason: 'the cancel came too late' },
	notFound: { kind: 'deadlineReached', reason: 'the cancel found no such task' },
	notOffered: { kind: 'deadlineReached', reason: 'the gateway cannot cancel' },
	failed: { kind: 'deadlineReached', reason: 'the cancel did not get through' },
};

/** A task before its first status reply: its status is a guess until then. */
export const unseen = (task: TaskRef): TaskState => ({ ...task, status: 'queued', raw: UNSEEN });
const UNSEEN = null;

/** Whether a reply has told the task's status. */
export const isSeen = ({ raw }: TaskState): boolean => raw !== UNSEEN;

function recallTask({ memory, inFlight }: TaskRoom, order: Order): TaskState | undefined {
	const known = memory.recall(order.identity);
	if (!known) return undefined;
	inFlight.add(known, order.cancelOnStop);
	return unseen(known);
}

/** Pays for a task and remembers it, or remembers that it may have been paid. */
async function orderTask(room: TaskRoom, order: Order): Promise<TaskState> {
	const { memory, inFlight, session } = room;
	const { identity, modelId } = order;
	if (memory.isDoubtful(identity)) {
		const reason = 'an earlier attempt of this execution sent it already';
		throw new ProblemError({ kind: 'mayHaveBeenAccepted', reason, modelId });
	}
	const created = await createTask(session, order.submit, order.deadlineMs).catch(
		(error: unknown) => {
			if (!(error instanceof ProblemError)) throw error;
			if (error.problem.kind === 'mayHaveBeenAccepted') rememberDoubt(room, order);
			throw new ProblemError({ ...error.problem, modelId });
		},
	);
	memory.remember(identity, created);
	// What is remembered dies with the process; the log tells of a paid task even then.
	session.log(
		`Task ${created.requestId} of item ${identity.itemIndex} was created at ${session.gateway.displayName}`,
	);
	if (!ENDED.has(created.status)) inFlight.add(created, order.cancelOnStop);
	return created;
}

/** Keeps later attempts from paying again; after a stop, nobody sees the item's own error. */
function rememberDoubt(room: TaskRoom, { identity, modelId }: Order): void {
	room.memory.rememberDoubt(identity, modelId);
	const { displayName } = room.session.gateway;
	room.inFlight.tellOnStop(
		`A task of item ${identity.itemIndex} may have been accepted by ${displayName}, but no task ID came back`,
	);
}

/**
 * Watches a task to its end, as one that Stop cancels, and gets its images.
 *
 * @throws ProblemError naming the task, also where it ended without an image
 */
async function finishTask(
	{ session, inFlight }: TaskRoom,
	state: TaskState,
	watch: Watch & { readonly isNew: boolean },
	cancelOnStop: boolean,
): Promise<TaskState> {
	if (!ENDED.has(state.status)) inFlight.add(state, cancelOnStop);
	const startedMs = session.clock.nowMs();
	const ended = await watchTask(session, state, { ...watch, startedMs, mayLag: true });
	const problem = failureProblem(ended);
	if (problem) {
		inFlight.remove(ended);
		throw new ProblemError(problem, ended);
	}
	inFlight.finish(ended);
	return await about(ended, fetchResult(session, ended, watch));
}

function unlessEndedBadly(error: unknown): undefined {
	if (!endedBadly(error)) throw error;
}

/** Whether an error tells of a task that failed or was cancelled: another one may be made. */
function endedBadly(error: unknown): boolean {
	return error instanceof ProblemError && !!error.task && !!failureProblem(error.task);
}
