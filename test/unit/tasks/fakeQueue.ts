import type { GatewayReply, GatewayRequest } from '../../../nodes/FluxImage/gateways/gateway';
import type { Outcome, ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { Http, RequestLimits } from '../../../nodes/FluxImage/client/http';
import type { SimulatedClock } from '../../../tooling/simulatedClock';

export type CallKind = 'create' | 'status' | 'result' | 'cancel';

/** What goes wrong with one call. */
export interface Fault {
	/** Whether the call does its work before it goes wrong. */
	readonly accepted?: boolean;
	/** A reply in place of the right one. */
	readonly reply?: Partial<GatewayReply>;
	/** What the network does in place of a reply. */
	readonly network?: Extract<ProblemKind, 'neverConnected' | 'interrupted'>;
	/** No answer ever. */
	readonly hang?: boolean;
}

/** A call that reached the gateway. */
export interface Call {
	readonly kind: CallKind;
	readonly atMs: number;
	readonly requestId?: string;
}

interface FakeTask {
	readonly prompt: string;
	readonly endsMs: number;
	readonly ending: 'completed' | 'failed' | 'moderated';
	cancelled: boolean;
}

/** What a call takes on the wire, in milliseconds. */
const LATENCY_MS = 20;

/** A queue gateway in memory, on a simulated clock, with faults call by call. */
export class FakeQueue {
	readonly calls: Call[] = [];
	readonly tasks = new Map<string, FakeTask>();
	/** Faults of the calls to come, first to last; a call without one goes well. */
	readonly faults: Record<CallKind, Array<Fault | undefined>> = {
		create: [],
		status: [],
		result: [],
		cancel: [],
	};
	/** How long each job takes, in milliseconds. */
	jobMs = 5_000;
	ending: FakeTask['ending'] = 'completed';
	/** The word for a running task. */
	runningWord = 'IN_PROGRESS';

	constructor(private readonly clock: SimulatedClock) {}

	/** The calls of a kind. */
	sent(kind: CallKind): Call[] {
		return this.calls.filter((call) => call.kind === kind);
	}

	readonly http: Http = {
		account: 'fake',
		host: 'gateway.test',
		redact: { text: (text) => text, deep: (value) => value },
		send: async (request, limits) => await this.send(request, limits),
		download: async () => ({ problem: { kind: 'interrupted' } }),
	};

	private async send(
		request: GatewayRequest,
		{ timeoutMs, signal }: RequestLimits,
	): Promise<Outcome<GatewayReply>> {
		if (signal?.aborted) return { problem: { kind: 'stopped' } };
		const { kind, requestId } = readPath(request);
		const fault = this.faults[kind].shift();
		if (fault?.network === 'neverConnected') return { problem: { kind: 'neverConnected' } };
		this.calls.push({ kind, atMs: this.clock.nowMs(), ...(requestId && { requestId }) });
		const right = fault && !fault.accepted ? undefined : this.work(kind, request, requestId);
		await this.clock.sleep(fault?.hang ? timeoutMs : Math.min(LATENCY_MS, timeoutMs), signal);
		if (signal?.aborted) return { problem: { kind: 'stopped' } };
		if (fault?.hang || timeoutMs < LATENCY_MS) return { problem: { kind: 'requestTimedOut' } };
		if (fault?.network) return { problem: { kind: fault.network } };
		return { value: { statusCode: 200, headers: {}, body: '', ...right, ...fault?.reply } };
	}

	private work(
		kind: CallKind,
		request: GatewayRequest,
		requestId: string,
	): Pick<GatewayReply, 'statusCode' | 'body'> {
		if (kind === 'create') return this.create(String(request.body?.prompt));
		const task = this.tasks.get(requestId);
		if (!task) return { statusCode: 404, body: { error: { code: 'NOT_FOUND', message: '' } } };
		const ended = task.cancelled || this.clock.nowMs() >= task.endsMs;
		if (kind === 'status') return { statusCode: 200, body: this.stateOf(task, ended) };
		if (kind === 'result') {
			const outputs = [{ type: 'image', url: `https://pictures.test/${requestId}.png` }];
			return { statusCode: 200, body: ended ? { outputs } : this.stateOf(task, ended) };
		}
		task.cancelled ||= !ended;
		return ended
			? { statusCode: 400, body: { status: 'ALREADY_COMPLETED' } }
			: { statusCode: 202, body: { status: 'CANCELLATION_REQUESTED' } };
	}

	private create(prompt: string): Pick<GatewayReply, 'statusCode' | 'body'> {
		const requestId = `task-${this.tasks.size + 1}`;
		const endsMs = this.clock.nowMs() + this.jobMs;
		this.tasks.set(requestId, { prompt, endsMs, ending: this.ending, cancelled: false });
		return { statusCode: 200, body: { request_id: requestId, queue_position: 0 } };
	}

	private stateOf(task: FakeTask, ended: boolean): object {
		if (!ended) return { status: this.runningWord };
		if (task.cancelled) return { status: 'COMPLETED', error: 'x', error_type: 'CANCELED' };
		const failure = { error: 'it broke', error_type: 'INFERENCE_FAILURE' };
		const blocked = { error: 'it was blocked', error_type: 'CONTENT_BLOCKED' };
		const endings = { completed: {}, failed: failure, moderated: blocked };
		return { status: 'COMPLETED', ...endings[task.ending] };
	}
}

function readPath({ method, path }: GatewayRequest): { kind: CallKind; requestId: string } {
	const [, requestId = '', verb = ''] = /requests\/([^/]+)\/(\w+)$/.exec(path) ?? [];
	if (method === 'POST') return { kind: 'create', requestId: '' };
	if (method === 'PUT') return { kind: 'cancel', requestId };
	return { kind: verb === 'response' ? 'result' : 'status', requestId };
}
