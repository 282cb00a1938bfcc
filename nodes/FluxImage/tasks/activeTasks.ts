import type { GatewayReply } from '../gateways/gateway';
import { ProblemError } from '../core/problem';
import { UNPACED } from '../client/rateLimiter';
import { readStubbornly } from '../client/retry';
import type { Session } from '../client/gatewayClient';
import type { TaskRef } from '../core/task';

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

	/** Lines for the log, should Stop come. */
	private readonly untold: string[] = [];

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

	/** Lets a task go that has finished: there is nothing to cancel, but Stop drops its picture. */
	finish(task: TaskRef): void {
		this.tasks.delete(task.requestId);
		this.tellOnStop(this.news(task, 'alreadyCompleted'));
	}

	/** Has the log of a stop say what the node's output would have said, which Stop drops. */
	tellOnStop(line: string): void {
		if (this.session.stop.aborted) this.session.log(line);
		else this.untold.push(line);
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
		for (const line of this.untold.splice(0)) this.session.log(line);
	}

	private async stopTask(task: TaskRef, cancelOnStop: boolean): Promise<void> {
		const { clock, log } = this.session;
		if (!cancelOnStop) return log(this.news(task, 'leftAlone'));
		const unstoppable = { ...this.session, halt: UNSTOPPABLE, pacer: UNPACED };
		const deadlineMs = clock.nowMs() + STOP_CANCEL_MS;
		log(this.news(task, await cancelQuietly(unstoppable, task, deadlineMs)));
	}

	private news({ requestId }: TaskRef, became: keyof typeof BECAME): string {
		return `Task ${requestId} at ${this.session.gateway.displayName}: ${BECAME[became]}`;
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

const NOT_FOUND = { kind: 'notFound' } as const;

/**
 * Cancels a task, and says what became of it. A gateway may lag behind itself and not know its newest
 * task, so it is asked again where it says so. Never throws.
 */
export async function cancelQuietly(
	session: Session,
	task: TaskRef,
	deadlineMs: number,
): Promise<Cancelled> {
	const { cancel, readCancel } = session.gateway;
	if (!cancel || !readCancel) return 'notOffered';
	const readKnown = (reply: GatewayReply) => {
		const outcome = readCancel(reply);
		return outcome.value?.cancellation === 'notFound' ? { problem: NOT_FOUND } : outcome;
	};
	const patience = { deadlineMs, mayLag: true };
	try {
		const reply = await readStubbornly(session, cancel(task), readKnown, patience, 'result');
		return reply.cancellation;
	} catch (error) {
		const isUnknown = error instanceof ProblemError && error.problem.kind === NOT_FOUND.kind;
		return isUnknown ? 'notFound' : 'failed';
	}
}
