import { UNPACED } from './pacer';
import { readStubbornly } from './read';
import type { Session } from './session';
import type { TaskRef } from './task';

/**
 * How long cancels may take after Stop, in milliseconds: with the second for which a create in flight
 * is awaited, Stop is done within two.
 */
const STOP_CANCEL_MS = 900;

/** A signal that never aborts: what is sent with it is not blocked by the stop. */
const UNSTOPPABLE = new AbortController().signal;

/** What became of a task when a cancel was asked for. */
export type Cancelled = 'requested' | 'alreadyCompleted' | 'notFound' | 'notOffered' | 'failed';

/**
 * The tasks that this execution has paid for and that have not ended. On Stop each of them is
 * cancelled at the gateway, and the log says what became of it.
 */
export class InFlight {
	private readonly tasks = new Map<string, { task: TaskRef; cancelOnStop: boolean }>();

	/** Tasks that Stop has seen to; an earlier attempt's task is taken in more than once. */
	private readonly stopped = new Set<string>();

	private readonly finished: TaskRef[] = [];

	private readonly cancels: Array<Promise<void>> = [];

	private readonly onStop = () => this.cancelAll();

	constructor(private readonly session: Session) {
		session.stop.addEventListener('abort', this.onStop, { once: true });
	}

	/** Takes a task in; one that comes after the stop is cancelled at once. */
	add(task: TaskRef, cancelOnStop: boolean): void {
		if (this.stopped.has(task.requestId)) return;
		this.tasks.set(task.requestId, { task, cancelOnStop });
		if (this.session.stop.aborted) this.cancelAll();
	}

	/**
	 * Lets a task go that has finished. There is nothing to cancel, but a stop drops the node's output,
	 * so the log names it then.
	 */
	finish(task: TaskRef): void {
		this.tasks.delete(task.requestId);
		if (this.session.stop.aborted) this.tell(task, 'alreadyCompleted');
		else this.finished.push(task);
	}

	/** Lets a task go that failed, or that was handed on. */
	remove(task: TaskRef): void {
		this.tasks.delete(task.requestId);
	}

	/**
	 * Ends the node's care: resolves when every cancel that Stop started has its answer. A stop that comes
	 * later, while other nodes run, leaves the tasks alone that this node has handed on.
	 */
	async close(): Promise<void> {
		this.session.stop.removeEventListener('abort', this.onStop);
		await Promise.all(this.cancels);
	}

	private cancelAll(): void {
		const left = [...this.tasks.values()];
		this.tasks.clear();
		for (const { task, cancelOnStop } of left) {
			this.stopped.add(task.requestId);
			this.cancels.push(this.stopTask(task, cancelOnStop));
		}
		for (const task of this.finished.splice(0)) this.tell(task, 'alreadyCompleted');
	}

	private async stopTask(task: TaskRef, cancelOnStop: boolean): Promise<void> {
		if (!cancelOnStop) return this.tell(task, 'leftAlone');
		const deadlineMs = this.session.clock.nowMs() + STOP_CANCEL_MS;
		this.tell(task, await cancelQuietly(this.session, task, deadlineMs));
	}

	private tell({ requestId }: TaskRef, became: keyof typeof BECAME): void {
		const { gateway, log } = this.session;
		log(`Task ${requestId} at ${gateway.displayName}: ${BECAME[became]}`);
	}
}

/** What the log says of a stopped task. */
const BECAME: Readonly<Record<Cancelled | 'leftAlone', string>> = {
	leftAlone: 'runs on, since Cancel on Stop is off',
	requested: 'cancel requested',
	alreadyCompleted: 'was already finished; Task > Get Result fetches its picture',
	notFound: 'is not known to the gateway any more',
	notOffered: 'runs on, since the gateway has no cancel; Task > Wait collects its picture',
	failed: 'could not be cancelled and may run on; Task > Wait collects its picture',
};

/** Cancels a task even after Stop, and says what became of it. Never throws. */
export async function cancelQuietly(
	session: Session,
	task: TaskRef,
	deadlineMs: number,
): Promise<Cancelled> {
	const { cancel, readCancel } = session.gateway;
	if (!cancel || !readCancel) return 'notOffered';
	try {
		const unstoppable = { ...session, stop: UNSTOPPABLE, halt: UNSTOPPABLE, pacer: UNPACED };
		const reply = await readStubbornly(unstoppable, cancel(task), readCancel, { deadlineMs });
		return reply.cancellation;
	} catch {
		return 'failed';
	}
}
