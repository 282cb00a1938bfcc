import type { Orders } from '../accounts/orders';
import type { GatewayClient } from '../client/gatewayClient';
import type { Clock } from '../core/clock';
import { taskName, type KnownTask, type TaskRef } from '../core/task';

/**
 * How long cancels are tried after Stop, in milliseconds. n8n does not wait for them: the node's
 * promise runs on, and its output is dropped already.
 */
const STOP_CANCEL_MS = 60_000;

/** A signal that never aborts: what is sent with it is not blocked by the stop. */
const NEVER = new AbortController().signal;

/** What became of a task when a cancel was asked for. */
export type Cancelled = 'requested' | 'alreadyCompleted' | 'notFound' | 'notOffered' | 'failed';

/** What active tasks need of the world. */
export interface ActiveTasksPorts {
	readonly client: GatewayClient;
	readonly clock: Clock;
	/** Aborts when the person stops the execution. */
	readonly cancelSignal: AbortSignal;
	readonly log: (message: string) => void;
	/** What this process knows of all executions: one of them may wait for the same task. */
	readonly orders: Orders;
	/** A task was cancelled: its order may be paid again. */
	readonly onCancelled: (task: TaskRef) => Promise<void>;
}

/** A task, and how many items of this execution wait for it. */
interface Active {
	readonly task: TaskRef;
	readonly cancelOnStop: boolean;
	readonly items: number;
}

/**
 * The tasks that this execution has paid for and that have not ended. On Stop each of them is
 * cancelled at the gateway, and the log says what became of it.
 */
export class ActiveTasks {
	private readonly tasks = new Map<string, Active>();

	/** Tasks that Stop has seen to; an earlier attempt's task is taken in more than once. */
	private readonly stopped = new Set<string>();

	/** Lines for the log, should Stop come. */
	private readonly untold: string[] = [];

	private readonly cancels: Array<Promise<void>> = [];

	private readonly onStop = () => this.cancelAll();

	constructor(private readonly ports: ActiveTasksPorts) {
		ports.cancelSignal.addEventListener('abort', this.onStop, { once: true });
	}

	/** Takes a task in; one that comes after the stop is cancelled at once. */
	add({ requestId, modelId }: TaskRef, cancelOnStop: boolean): void {
		if (this.stopped.has(requestId)) return;
		const items = (this.tasks.get(requestId)?.items ?? 0) + 1;
		this.tasks.set(requestId, { task: { requestId, modelId }, cancelOnStop, items });
		this.ports.orders.join(this.nameOf({ requestId }));
		if (this.ports.cancelSignal.aborted) this.cancelAll();
	}

	/** Lets a task go that has finished: there is nothing to cancel, but Stop drops its picture. */
	complete(task: KnownTask): void {
		this.delete(task);
		if (task.requestId !== '') return this.logOnStop(this.news(task, 'alreadyCompleted'));
		const places = (task.images ?? []).map(({ url }) => url).filter((url) => !/^data:/i.test(url));
		this.logOnStop([this.news(task, 'endedWithoutId'), ...places].join(' '));
	}

	/** Lets a task go that failed, or that was handed on. */
	delete({ requestId }: TaskRef): void {
		const active = this.tasks.get(requestId);
		if (!active) return;
		this.ports.orders.leave(this.nameOf({ requestId }));
		if (active.items === 1) this.tasks.delete(requestId);
		else this.tasks.set(requestId, { ...active, items: active.items - 1 });
	}

	/** Whether anybody but one item of this execution waits for the task: whoever waits last decides. */
	isAwaitedElsewhere(task: TaskRef): boolean {
		return this.ports.orders.waitersOf(this.nameOf(task)) > 1;
	}

	/** Has the log of a stop say what the node's output would have said, which Stop drops. */
	logOnStop(line: string): void {
		if (this.ports.cancelSignal.aborted) this.ports.log(line);
		else this.untold.push(line);
	}

	/**
	 * Ends the node's care: resolves when every cancel that Stop started has its answer. A stop that comes
	 * later, while other nodes run, leaves the tasks alone that this node has handed on.
	 */
	async close(): Promise<void> {
		this.ports.cancelSignal.removeEventListener('abort', this.onStop);
		await Promise.all(this.cancels);
		for (const active of this.tasks.values()) this.leave(active);
	}

	/** This execution waits for the task no more. */
	private leave({ task, items }: Active): void {
		this.ports.orders.leave(this.nameOf(task), items);
	}

	/** A task of the account, apart from all others of this process. */
	private nameOf({ requestId }: Pick<TaskRef, 'requestId'>): string {
		return `${this.ports.client.account}/${requestId}`;
	}

	private cancelAll(): void {
		const left = [...this.tasks.values()];
		this.tasks.clear();
		for (const active of left) {
			const { task, cancelOnStop } = active;
			this.stopped.add(task.requestId);
			this.leave(active);
			this.cancels.push(this.stopTask(task, cancelOnStop));
		}
		for (const line of this.untold.splice(0)) this.ports.log(line);
	}

	private async stopTask(task: TaskRef, cancelOnStop: boolean): Promise<void> {
		const { client, clock, log, orders } = this.ports;
		if (!cancelOnStop) return log(this.news(task, 'leftAlone'));
		if (orders.waitersOf(this.nameOf(task)) > 0) return log(this.news(task, 'awaited'));
		const deadlineMs = clock.nowMs() + STOP_CANCEL_MS;
		const became = await cancelQuietly(client, task, deadlineMs, NEVER);
		log(this.news(task, became));
		if (became === 'requested') await this.ports.onCancelled(task);
	}

	private news(task: TaskRef, became: keyof typeof BECAME): string {
		return `Task ${taskName(task)} at ${this.ports.client.gateway.displayName}: ${BECAME[became]}`;
	}
}

/** What the log says of a stopped task. */
const BECAME: Readonly<Record<Cancelled | 'leftAlone' | 'awaited' | 'endedWithoutId', string>> = {
	endedWithoutId: 'was already finished and cannot be asked for again; its pictures:',
	leftAlone: 'runs on, since Cancel on Stop is off',
	awaited: 'runs on, since another execution waits for it',
	requested: 'cancel requested',
	alreadyCompleted: 'was already finished; Task > Get Result fetches its picture',
	notFound: 'is not known to the gateway any more',
	notOffered: 'runs on, since the gateway has no cancel; Task > Wait collects its picture',
	failed: 'could not be cancelled and may run on; Task > Wait collects its picture',
};

/** Cancels a task, and says what became of it. */
export async function cancelQuietly(
	client: GatewayClient,
	task: TaskRef,
	deadlineMs: number,
	signal: AbortSignal,
): Promise<Cancelled> {
	const { value, problem } = await client.cancel(task, { deadlineMs, signal, retryNotFound: true });
	if (problem) return problem.kind === 'notFound' ? 'notFound' : 'failed';
	return value.cancellation;
}
