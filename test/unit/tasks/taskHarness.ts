import { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import { Durations } from '../../../nodes/FluxImage/accounts/durations';
import { Limits } from '../../../nodes/FluxImage/accounts/limits';
import { unlimited, type Limiter } from '../../../nodes/FluxImage/client/limiter';
import type { Problem } from '../../../nodes/FluxImage/core/problem';
import type { KnownTask, TaskRef, TaskState } from '../../../nodes/FluxImage/core/task';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { ActiveTasks } from '../../../nodes/FluxImage/tasks/activeTasks';
import { Orders } from '../../../nodes/FluxImage/accounts/orders';
import { KeptOrders, type StaticData } from '../../../nodes/FluxImage/tasks/keptOrders';
import { Ledger, type Claims } from '../../../nodes/FluxImage/tasks/ledger';
import { PaidTasks } from '../../../nodes/FluxImage/tasks/paidTasks';
import type { Ending, WaitOptions } from '../../../nodes/FluxImage/tasks/poll';
import type { Execution } from '../../../nodes/FluxImage/tasks/execution';
import { generate, obtainTask } from '../../../nodes/FluxImage/tasks/lifecycle';
import type { Order, SharedName } from '../../../nodes/FluxImage/tasks/order';
import { Database } from './database';
import { FakeQueue } from './fakeQueue';
import { SimulatedClock } from '../../../tooling/simulatedClock';

/** What a verb or the lifecycle comes to: a value, a task, or a problem. */
interface Settled {
	readonly problem?: Problem | undefined;
	readonly task?: KnownTask | undefined;
}

/** What an execution may have otherwise than the others. */
interface ExecutionOptions {
	readonly executionId?: string;
	readonly gateway?: Gateway;
	readonly limiter?: Limiter;
	/** What n8n keeps for the node; that of the other executions, unless said otherwise. */
	readonly context?: Record<string, unknown>;
	readonly isTool?: boolean;
	/** Those of this process, unless said otherwise. */
	readonly orders?: Orders;
	readonly claims?: Claims;
	readonly kept?: KeptOrders;
}

/** A Pay Once Key of the node. */
export const KEY: SharedName = { kind: 'key', name: 'key/node/7' };

/** Tasks under test: a simulated clock, a gateway in memory, and the switches of an execution. */
export class TaskHarness {
	readonly clock = new SimulatedClock();
	readonly queue = new FakeQueue(this.clock);
	/** n8n's own, in which executions win their keys. */
	readonly database = new Database(this.clock);
	readonly log: string[] = [];
	/** What n8n keeps for the node. */
	readonly context: Record<string, unknown> = {};
	/** What n8n keeps for all nodes of the execution. */
	readonly flow: Record<string, unknown> = {};
	/** What the process knows of all executions. */
	readonly orders = new Orders();
	private readonly ownIds = { areRefused: false };
	private executions = 0;
	private stopping = new AbortController();
	private failing = new AbortController();

	/** @param random the jitter; the default takes it from the middle */
	constructor(
		private readonly random: () => number = () => 0.5,
		private readonly limited = false,
	) {}

	/** An execution, or a later attempt of it. */
	execution({
		executionId = '1',
		gateway = GATEWAYS.seaArtCloud,
		limiter = this.limited ? new Limits(this.clock) : unlimited,
		context = this.context,
		orders = this.orders,
		...keyPorts
	}: ExecutionOptions = {}): Execution {
		this.stopping = new AbortController();
		this.failing = new AbortController();
		const { clock, random, queue } = this;
		const cancelSignal = this.stopping.signal;
		const log = (line: string) => void this.log.push(line);
		const client = new GatewayClient(gateway, {
			http: queue.http,
			clock,
			random,
			limiter,
			execution: this,
			isTestRun: false,
			ownIds: this.ownIds,
			taskModels: new Map(),
		});
		const ledger = new Ledger({
			context,
			executionId,
			...keyPorts,
			orders,
			dateMs: () => clock.dateMs(),
		});
		const onCancelled = async (task: TaskRef) => await ledger.takeBackTask(task);
		return {
			client,
			clock,
			random,
			durations: new Durations(),
			ledger,
			orders,
			paidTasks: new PaidTasks(this.flow, executionId),
			activeTasks: new ActiveTasks({ client, clock, cancelSignal, log, orders, onCancelled }),
			cancelSignal,
			abortSignal: AbortSignal.any([cancelSignal, this.failing.signal]),
			log,
		};
	}

	/**
	 * A production execution of its own, with keys.
	 *
	 * @param data the workflow's static data, as n8n has kept it
	 */
	production(
		data: StaticData = {},
		{ orders = this.orders, ...options }: ExecutionOptions = {},
	): Execution {
		const kept = new KeptOrders(() => data, 'node', orders, 'key/node/');
		const executionId = String(++this.executions);
		const own = { executionId, context: {}, claims: this.database, orders, kept };
		return this.execution({ ...own, ...options });
	}

	/** The same in another process, which knows nothing. */
	worker(data?: StaticData, options?: ExecutionOptions): Execution {
		return this.production(data, { orders: new Orders(), ...options });
	}

	/** What the Stop button does. */
	stop(): void {
		this.stopping.abort();
	}

	/** The Stop button of the latest execution, also once there is a later one. */
	stopButton(): () => void {
		const { stopping } = this;
		return () => stopping.abort();
	}

	/** What the failure of another item does. */
	fail(): void {
		this.failing.abort();
	}

	/** Does something after so long. */
	after(milliseconds: number, then: () => void): void {
		void this.clock.sleep(milliseconds).then(then);
	}

	/** An order of one item. */
	order(itemIndex = 0, timeoutMs = 600_000, shared?: SharedName): Order {
		const modelId = 'flux_kontext_max';
		const parameters = { prompt: `item ${itemIndex}` };
		return {
			key: {
				runIndex: 0,
				itemIndex,
				origin: parameters,
				payload: parameters,
				...(shared && { shared }),
			},
			modelId,
			tasks: 1,
			build: async () => ({ value: { modelId, parameters, switches: {} } }),
			cancelOnStop: true,
			deadlineMs: this.clock.nowMs() + timeoutMs,
		};
	}

	/** How a task of the latest execution is waited for, so long from now. */
	wait(forMs = 600_000): WaitOptions {
		const signal = AbortSignal.any([this.stopping.signal, this.failing.signal]);
		return { deadlineMs: this.clock.nowMs() + forMs, signal };
	}

	/** Image > Generate and Wait, without the pictures. */
	async generate(execution = this.execution(), order = this.order()): Promise<Ending> {
		return await generate(execution, order, this.wait());
	}

	/** Image > Create, which must give a task. */
	async create(execution = this.execution(), order = this.order()): Promise<TaskState> {
		return await this.taskOf(obtainTask(execution, order));
	}

	/** How many tasks were paid for. */
	get paid(): number {
		return this.queue.tasks.size;
	}

	/** What the log says of a stop: all but the creates. */
	get stopLog(): string[] {
		return this.log.filter((line) => !line.includes('was created'));
	}

	/** Milliseconds between the calls, first to last. */
	gapsMs(kind: 'create' | 'status' | 'result' | 'cancel'): number[] {
		const times = this.queue.sent(kind).map(({ atMs }) => atMs);
		return times.slice(1).map((atMs, index) => atMs - times[index]!);
	}

	/** How long the work takes to its end, in milliseconds. */
	async timeOf(work: Promise<unknown>): Promise<number> {
		const startedMs = this.clock.nowMs();
		await this.clock.run(work);
		return this.clock.nowMs() - startedMs;
	}

	/** Runs the work to its end, which must be a task. */
	async taskOf(work: Promise<Ending>): Promise<TaskState> {
		const { task, problem } = await this.clock.run(work);
		if (problem) throw new Error(`No task, but ${JSON.stringify(problem)}`);
		return task;
	}

	/** Runs the work to its end, which must be a problem; with the task that it is about. */
	async problemOf(
		work: Promise<Settled>,
	): Promise<Problem & { requestId?: string; status?: string | undefined }> {
		const { problem, task } = await this.clock.run(work);
		if (!problem) throw new Error('No problem');
		return { ...problem, ...(task && { requestId: task.requestId, status: task.status }) };
	}
}
