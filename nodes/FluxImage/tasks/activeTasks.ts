import type { Orders } from '../accounts/orders';
import type { GatewayClient } from '../client/gatewayClient';
import { NEVER, type Clock } from '../core/clock';
import { isEmbedded, taskName, type KnownTask, type TaskRef } from '../core/task';

/**
 * How long cancels are tried after Stop, in milliseconds. n8n does not wait for them: the node's
 * promise runs on, and its output is dropped already.
 */
const STOP_CANCEL_MS = 60_000;

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

/** A task that Stop cancels. */
interface Active {
	readonly task: TaskRef;
	readonly cancelOnStop: boolean;
	/** The key of its order: who waits for the order's create waits for the task too. */
	readonly orderName?: string | undefined;
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
	add({ requestId, modelId }: TaskRef, cancelOnStop: boolean, orderName?: string): void {
		if (this.stopped.has(requestId)) return;
		this.tasks.set(requestId, { task: { requestId, modelId }, cancelOnStop, orderName });
		if (this.ports.cancelSignal.aborted) this.cancelAll();
	}

	/** An item of this execution waits for a task, or for the create of an order, while the work goes on. */
	async whileWaiting<T>(what: TaskRef | string, work: () => Promise<T>): Promise<T> {
		const name = typeof what === 'string' ? what : this.nameOf(what);
		return await this.ports.orders.whileWaiting(name, this, work);
	}

	/** Lets a task go that has finished: there is nothing to cancel, but Stop drops its picture. */
	complete(task: KnownTask): void {
		this.delete(task);
		if (task.requestId !== '') return this.logOnStop(this.news(task, 'alreadyCompleted'));
		const places = (task.images ?? []).flatMap((image) => (isEmbedded(image) ? [] : image.url));
		this.logOnStop([this.news(task, 'endedWithoutId'), ...places].join(' '));
	}

	/** Lets a task go that failed, or that was handed on. */
	delete({ requestId }: TaskRef): void {
		this.tasks.delete(requestId);
	}

	/** Whether an item of this process still waits for the task: whoever waits last decides. */
	isAwaited(task: TaskRef): boolean {
		return this.ports.orders.isAwaited(this.nameOf(task));
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
	}

	/** Whether another execution waits for the task, or for the create of its order. */
	private isAwaitedElsewhere({ task, orderName }: Active): boolean {
		const names = [this.nameOf(task), ...(orderName === undefined ? [] : [orderName])];
		return names.some((name) => this.ports.orders.isAwaited(name, this));
	}

	/** A task of the account, apart from all others of this process. */
	private nameOf({ requestId }: Pick<TaskRef, 'requestId'>): string {
		return `${this.ports.client.account}/${requestId}`;
	}

	private cancelAll(): void {
		const left = [...this.tasks.values()];
		this.tasks.clear();
		for (const active of left) {
			this.stopped.add(active.task.requestId);
			this.cancels.push(this.stopTask(active));
		}
		for (const line of this.untold.splice(0)) this.ports.log(line);
	}

	private async stopTask(active: Active): Promise<void> {
		const { task, cancelOnStop } = active;
		const { client, clock, log } = this.ports;
		if (!cancelOnStop) return log(this.news(task, 'leftAlone'));
		if (this.isAwaitedElsewhere(active)) return log(this.news(task, 'awaited'));
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
