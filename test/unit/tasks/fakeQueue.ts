import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type {
	Gateway,
	GatewayReply,
	GatewayRequest,
} from '../../../nodes/FluxImage/gateways/gateway';
import type { Outcome, ProblemKind } from '../../../nodes/FluxImage/core/problem';
import type { Http, RequestLimits } from '../../../nodes/FluxImage/client/http';
import type { SimulatedClock } from '../../../tooling/simulatedClock';

export type CallKind = 'create' | 'status' | 'result' | 'cancel' | 'find';

const OWN_ID_FIELD = 'own_id';

/** The protocol of a queue gateway that also keeps the ids of its callers' own, as ToAPIs does. */
export const KEEPS_OWN_IDS: Gateway = {
	...GATEWAYS.seaArtCloud,
	create: (request) => ({
		...GATEWAYS.seaArtCloud.create(request),
		body: {
			...request.parameters,
			...(request.ownId === undefined ? {} : { [OWN_ID_FIELD]: request.ownId }),
		},
	}),
	ownIdField: OWN_ID_FIELD,
	find: (ownId) => ({ method: 'GET', path: `/v1/queue/any/requests/${ownId}/find` }),
};

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
	/** What the create carried as the caller's own id. */
	readonly ownId?: unknown;
	readonly endsMs: number;
	readonly ending: 'completed' | 'failed' | 'moderated';
	cancelled: boolean;
}

/** What a call takes on the wire, in milliseconds. */
const LATENCY_MS = 20;

/** The reply about a task that is not known. */
export const UNKNOWN_TASK = {
	statusCode: 404,
	body: { error: { code: 'NOT_FOUND', message: '' } },
};

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
		find: [],
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
		if (kind === 'create') return this.create(request.body);
		const id = kind === 'find' ? this.idOf(requestId) : requestId;
		const task = this.tasks.get(id);
		if (!task) return UNKNOWN_TASK;
		const ended = task.cancelled || this.clock.nowMs() >= task.endsMs;
		const state = this.stateOf(task, ended);
		if (kind === 'find') return { statusCode: 200, body: { request_id: id, ...state } };
		if (kind === 'status') return { statusCode: 200, body: state };
		if (kind === 'result') {
			const outputs = [{ type: 'image', url: `https://pictures.test/${requestId}.png` }];
			return { statusCode: 200, body: ended ? { outputs } : state };
		}
		task.cancelled ||= !ended;
		return ended
			? { statusCode: 400, body: { status: 'ALREADY_COMPLETED' } }
			: { statusCode: 202, body: { status: 'CANCELLATION_REQUESTED' } };
	}

	/** The ids of their own that the creates carried, the earliest first. */
	get ownIds(): unknown[] {
		return [...this.tasks.values()].map(({ ownId }) => ownId);
	}

	private idOf(ownId: string): string {
		return [...this.tasks].find(([, task]) => task.ownId === ownId)?.[0] ?? '';
	}

	private create(body: GatewayRequest['body']): Pick<GatewayReply, 'statusCode' | 'body'> {
		const requestId = `task-${this.tasks.size + 1}`;
		const endsMs = this.clock.nowMs() + this.jobMs;
		const { prompt, [OWN_ID_FIELD]: ownId } = body ?? {};
		const task = { prompt: String(prompt), ownId, endsMs, ending: this.ending };
		this.tasks.set(requestId, { ...task, cancelled: false });
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
	if (verb === 'find') return { kind: 'find', requestId };
	return { kind: verb === 'response' ? 'result' : 'status', requestId };
}
