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
	/** By name; none is empty. */
	private readonly queues = new Map<string, Set<Waiting>>();
	private first: keyof typeof ORDERS = 'poll';

	add(waiting: Waiting): void {
		const name = queueOf(waiting);
		this.queues.set(name, (this.queues.get(name) ?? new Set<Waiting>()).add(waiting));
	}

	delete(waiting: Waiting): void {
		const queue = this.queues.get(queueOf(waiting));
		queue?.delete(waiting);
		if (queue?.size === 0) this.queues.delete(queueOf(waiting));
	}

	get isEmpty(): boolean {
		return this.queues.size === 0;
	}

	/** The first of each queue, in the order in which they should go. */
	*heads(kinds: readonly CallKind[] = ORDERS[this.first]): Iterable<Waiting> {
		for (const kind of kinds) {
			for (const [head] of this.queues.values()) if (head?.kind === kind) yield head;
		}
	}

	went({ kind }: Waiting): void {
		if (kind === 'poll') this.first = 'create';
		else if (kind === 'create' || kind === 'upload') this.first = 'poll';
	}
}

/** Who waits for a turn, and in which order: cancels, then execution by execution. */
export class Turns<Waiting extends InLine> {
	private readonly lines = new Map<object, Line<Waiting>>();
	private cancels = 0;

	get isEmpty(): boolean {
		return this.lines.size === 0;
	}

	add(waiting: Waiting): void {
		const line = this.lines.get(waiting.execution) ?? new Line<Waiting>();
		this.lines.set(waiting.execution, line);
		line.add(waiting);
		if (waiting.kind === 'cancel') this.cancels++;
	}

	/** Takes one out that does not wait any more. */
	delete(waiting: Waiting): void {
		const line = this.lines.get(waiting.execution);
		if (!line) return;
		line.delete(waiting);
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
		if (this.cancels > 0) for (const line of this.lines.values()) yield* line.heads(['cancel']);
		for (const line of this.lines.values()) yield* line.heads();
	}
}

const queueOf = ({ kind, modelId }: InLine) => (kind === 'create' ? `${kind}/${modelId}` : kind);
