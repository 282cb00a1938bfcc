import { definitions, type Gateway } from './gateways';
import type { Thumbnail } from './inputImages';
import { abridged, type Ledger, type TaskRow } from './ledger';
import type { PictureRequest } from './picture';
import type { Trouble } from './prompts';
import type { Quirks } from './quirks';
import { logUniform, seededRandom, seedOf } from './random';
import type { Parameters } from './validation';

export type TaskState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** What a create asks for, once it is known to be in order. */
export interface Order {
	gateway: Gateway;
	model: string;
	prompt: string;
	parameters: Parameters;
	trouble: Trouble;
	quirks: Readonly<Quirks>;
	/** The key it came with, for the prompts that ask to have it echoed. */
	key: string;
	thumbnails: Thumbnail[];
	pictures: PictureRequest[];
	/** The caller's own id, where the gateway keeps it. */
	businessId?: string;
}

/** Bounds of the job time in seconds, queue included. */
export interface JobSeconds {
	min: number;
	max: number;
}

/** A job: its state follows from the clock alone. */
export class Task {
	/** When a cancel takes effect. */
	cancelledAtMs: number | undefined;
	/** Reads of its state while it was running. */
	runningReads = 0;
	downloads = 0;
	readonly billed = 1;

	constructor(
		readonly id: string,
		readonly order: Order,
		readonly createdAtMs: number,
		readonly startsAtMs: number,
		readonly endsAtMs: number,
	) {}

	stateAt(nowMs: number): TaskState {
		if (this.cancelledAtMs !== undefined && nowMs >= this.cancelledAtMs) return 'cancelled';
		if (nowMs >= this.endsAtMs) return this.order.trouble.failure ? 'failed' : 'completed';
		return nowMs >= this.startsAtMs ? 'running' : 'queued';
	}

	/** From 0 to 1; a task that never ends stands at one half. */
	progressAt(nowMs: number): number {
		if (nowMs <= this.startsAtMs) return 0;
		if (this.endsAtMs === Infinity) return 0.5;
		return Math.min(1, (nowMs - this.startsAtMs) / (this.endsAtMs - this.startsAtMs));
	}

	/** How long the model worked, in seconds. */
	get inferenceSeconds(): number {
		return Math.round(this.endsAtMs - this.startsAtMs) / 1000;
	}

	/** Takes effect unless the task has ended by then. */
	cancelAt(atMs: number): void {
		if (atMs < this.endsAtMs) this.cancelledAtMs ??= atMs;
	}

	row(nowMs: number): TaskRow {
		const { gateway, model, prompt, parameters } = this.order;
		return {
			id: this.id,
			gateway,
			model,
			prompt,
			parameters: abridged(parameters),
			state: this.stateAt(nowMs),
			createdAtMs: this.createdAtMs,
			startsAtMs: this.startsAtMs,
			endsAtMs: this.endsAtMs === Infinity ? null : this.endsAtMs,
			cancelledAtMs: this.cancelledAtMs ?? null,
			billed: this.billed,
			downloads: this.downloads,
		};
	}
}

/** Every task that was accepted. */
export class TaskStore {
	private readonly tasks = new Map<string, Task>();
	/** The first task of each gateway under each id of the caller's own. */
	private readonly byBusinessId = new Map<string, Task>();
	/** How often each payload came, so that equal creates get job times of their own. */
	private readonly repetitions = new Map<number, number>();

	constructor(
		private readonly ledger: Ledger,
		private readonly seed: number,
		private readonly jobSeconds: JobSeconds,
		readonly nowMs: () => number,
	) {}

	/** Accepts and bills an order. */
	create(order: Order): Task {
		const createdAtMs = this.nowMs();
		const { queuedMs, totalMs } = this.jobTimes(order);
		const task = new Task(
			definitions[order.gateway].newTaskId(),
			order,
			createdAtMs,
			createdAtMs + queuedMs,
			createdAtMs + totalMs,
		);
		this.tasks.set(task.id, task);
		const name = businessName(order.gateway, order.businessId ?? '');
		if (order.businessId && !this.byBusinessId.has(name)) this.byBusinessId.set(name, task);
		this.ledger.addTask(task);
		return task;
	}

	/** The task of that id, if this gateway made it. */
	find(gateway: Gateway, id: string): Task | undefined {
		const task = this.tasks.get(id);
		return task?.order.gateway === gateway ? task : undefined;
	}

	/** The first task that was created under that id of the caller's own. */
	findByBusinessId(gateway: Gateway, businessId: string): Task | undefined {
		return this.byBusinessId.get(businessName(gateway, businessId));
	}

	/** How many tasks of a gateway, and of one model where that is named, have not ended. */
	unfinished(gateway: Gateway, model?: string): number {
		const nowMs = this.nowMs();
		let count = 0;
		for (const task of this.tasks.values()) {
			const isSuch =
				task.order.gateway === gateway && (model ?? task.order.model) === task.order.model;
			if (isSuch && ['queued', 'running'].includes(task.stateAt(nowMs))) count++;
		}
		return count;
	}

	/** The task of that id, whichever gateway made it. */
	byId(id: string): Task | undefined {
		return this.tasks.get(id);
	}

	/**
	 * Seeded by what is asked, not by the order of arrival: a run with many tasks at once gives the
	 * same job times when it is repeated. A tenth to three tenths of the time goes to the queue.
	 */
	private jobTimes(order: Order): { queuedMs: number; totalMs: number } {
		const payload = seedOf(
			order.gateway,
			order.model,
			order.prompt,
			JSON.stringify(order.pictures),
		);
		const repetition = this.repetitions.get(payload) ?? 0;
		this.repetitions.set(payload, repetition + 1);
		const random = seededRandom(seedOf(this.seed, payload, repetition));
		const drawn = logUniform(random, this.jobSeconds.min, this.jobSeconds.max);
		const finished = order.quirks.finishedAtOnce && definitions[order.gateway].isSingleRead;
		const seconds = finished ? 0 : (order.trouble.seconds ?? drawn);
		const queuedMs = Math.min(seconds, drawn) * (0.1 + 0.2 * random()) * 1000;
		return { queuedMs, totalMs: seconds * 1000 };
	}
}

function businessName(gateway: Gateway, businessId: string): string {
	return `${gateway} ${businessId}`;
}
