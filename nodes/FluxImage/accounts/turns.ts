import type { Call, CallKind } from '../client/limiter';

/** What stands in the line. */
export type InLine = Pick<Call, 'kind' | 'modelId' | 'execution'>;

/** Results end what is paid; then a poll and a create in turn, so that neither starves the other. */
const ORDERS: Readonly<Record<'poll' | 'create', readonly CallKind[]>> = {
	poll: ['result', 'poll', 'upload', 'create'],
	create: ['result', 'upload', 'create', 'poll'],
};

/** The calls of one execution that wait: by kind, creates by model too, each first come first. */
class Line<Waiting extends InLine> {
	private readonly queues = new Map<CallKind, Map<string, Set<Waiting>>>();
	private first: keyof typeof ORDERS = 'poll';

	add(waiting: Waiting): void {
		const { kind } = waiting;
		const models = this.queues.get(kind) ?? new Map<string, Set<Waiting>>();
		this.queues.set(kind, models);
		const key = modelOf(waiting);
		models.set(key, (models.get(key) ?? new Set<Waiting>()).add(waiting));
	}

	delete(waiting: Waiting): void {
		const models = this.queues.get(waiting.kind);
		const queue = models?.get(modelOf(waiting));
		queue?.delete(waiting);
		if (queue?.size === 0) models?.delete(modelOf(waiting));
		if (models?.size === 0) this.queues.delete(waiting.kind);
	}

	get isEmpty(): boolean {
		return this.queues.size === 0;
	}

	/** The first of each queue, in the order in which they should go. */
	*heads(): Iterable<Waiting> {
		for (const kind of ORDERS[this.first]) {
			for (const queue of this.queues.get(kind)?.values() ?? []) yield* firstOf(queue);
		}
	}

	*cancels(): Iterable<Waiting> {
		for (const queue of this.queues.get('cancel')?.values() ?? []) yield* firstOf(queue);
	}

	went({ kind }: Waiting): void {
		if (kind === 'poll') this.first = 'create';
		else if (kind === 'create' || kind === 'upload') this.first = 'poll';
	}
}

/** Who waits for a turn, and in which order: cancels, then execution by execution. */
export class Turns<Waiting extends InLine> {
	private readonly lines = new Map<object, Line<Waiting>>();
	private count = 0;
	private cancels = 0;

	get size(): number {
		return this.count;
	}

	add(waiting: Waiting): void {
		const line = this.lines.get(waiting.execution) ?? new Line<Waiting>();
		this.lines.set(waiting.execution, line);
		line.add(waiting);
		this.count++;
		if (waiting.kind === 'cancel') this.cancels++;
	}

	/** Takes one out that does not wait any more. */
	delete(waiting: Waiting): void {
		const line = this.lines.get(waiting.execution);
		if (!line) return;
		line.delete(waiting);
		this.count--;
		if (waiting.kind === 'cancel') this.cancels--;
		if (line.isEmpty) this.lines.delete(waiting.execution);
	}

	/** Takes one out that goes: its execution is the last in the round now. */
	went(waiting: Waiting): void {
		const line = this.lines.get(waiting.execution);
		this.delete(waiting);
		if (!line || !this.lines.delete(waiting.execution)) return;
		line.went(waiting);
		this.lines.set(waiting.execution, line);
	}

	/** Those of whom one may go next, in the order in which they should. */
	*candidates(): Iterable<Waiting> {
		if (this.cancels > 0) for (const line of this.lines.values()) yield* line.cancels();
		for (const line of this.lines.values()) yield* line.heads();
	}
}

const modelOf = ({ kind, modelId }: InLine) => (kind === 'create' ? modelId : '');

function* firstOf<T>(queue: Iterable<T>): Iterable<T> {
	for (const first of queue) {
		yield first;
		return;
	}
}
