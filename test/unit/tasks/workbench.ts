import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { ProblemError, type Problem } from '../../../nodes/FluxImage/core/problem';
import { InFlight } from '../../../nodes/FluxImage/tasks/activeTasks';
import { JobLengths } from '../../../nodes/FluxImage/tasks/durations';
import { generate, type Order, type TaskRoom } from '../../../nodes/FluxImage/tasks/lifecycle';
import { TaskMemory } from '../../../nodes/FluxImage/tasks/createdTasks';
import { GatewayPacer, UNPACED } from '../../../tooling/limits/pacerOf10';
import type { Session } from '../../../nodes/FluxImage/client/gatewayClient';
import type { TaskState } from '../../../nodes/FluxImage/core/task';
import type { Watch } from '../../../nodes/FluxImage/tasks/poll';
import { FakeQueue } from './fakeQueue';
import { SimulatedClock } from './simulatedClock';

/** A work bench for tasks: a simulated clock, a gateway in memory, and the switches of an execution. */
export class Workbench {
	readonly clock = new SimulatedClock();
	readonly queue = new FakeQueue(this.clock);
	readonly log: string[] = [];
	/** What n8n keeps for the node. */
	readonly context: Record<string, unknown> = {};
	private stopping = new AbortController();
	private failing = new AbortController();

	/** @param random the jitter; the default takes it from the middle */
	constructor(
		private readonly random: () => number = () => 0.5,
		private readonly paced = false,
	) {}

	/** An execution's room, or that of a later attempt of it. */
	room(executionId = '1'): TaskRoom {
		this.stopping = new AbortController();
		this.failing = new AbortController();
		const session: Session = {
			gateway: GATEWAYS.seaArtCloud,
			transport: this.queue.transport,
			clock: this.clock,
			lengths: new JobLengths(),
			pacer: this.paced ? new GatewayPacer(this.clock) : UNPACED,
			random: this.random,
			stop: this.stopping.signal,
			halt: AbortSignal.any([this.stopping.signal, this.failing.signal]),
			log: (line) => void this.log.push(line),
		};
		return {
			session,
			memory: new TaskMemory(this.context, executionId),
			inFlight: new InFlight(session),
		};
	}

	/** What the Stop button does. */
	stop(): void {
		this.stopping.abort();
	}

	/** What the failure of another item does. */
	fail(): void {
		this.failing.abort();
	}

	/** An order of one item. */
	order(itemIndex = 0, timeoutMs = 600_000): Order {
		const modelId = 'flux_kontext_max';
		const parameters = { prompt: `item ${itemIndex}` };
		return {
			identity: { runIndex: 0, itemIndex, payload: parameters },
			modelId,
			submit: async () => ({ modelId, parameters, switches: {} }),
			cancelOnStop: true,
			deadlineMs: this.clock.nowMs() + timeoutMs,
		};
	}

	/** How a task is watched for so long from now. */
	watch(forMs = 600_000): Watch {
		return { deadlineMs: this.clock.nowMs() + forMs };
	}

	/** Image > Generate and Wait, without the pictures. */
	async generate(room = this.room(), order = this.order()): Promise<TaskState> {
		return await generate(room, order, this.watch());
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

	/** Runs the work to its end, which must be a problem. */
	async problemOf(
		work: Promise<unknown>,
	): Promise<Problem & { requestId?: string; status?: string }> {
		const error: unknown = await this.clock.run(
			work.then(
				() => undefined,
				(thrown: unknown) => thrown,
			),
		);
		if (!(error instanceof ProblemError)) throw new Error(`No problem, but ${String(error)}`);
		const { problem, task } = error;
		return { ...problem, ...(task && { requestId: task.requestId, status: task.status }) };
	}
}
