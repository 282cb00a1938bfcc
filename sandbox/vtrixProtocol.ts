import { failureOf } from './failures';
import type { NamedGateway } from './gateways/gateway';
import type { Task, TaskState } from './jobs';
import { soldModel } from './models';
import { isOrder, readOrder } from './orders';
import type { Answer, Call, Protocol, Refusal, SandboxState } from './protocol';
import { refusalAnswer, type RefusalTable } from './refusalShapes';
import { stateWord, type StateWords } from './stateWords';
import { isObject } from './validation';

/** The words of the examples in docs/contracts/vtrix.md#status; it has no cancel, so none for cancelled. */
const documented: StateWords = {
	queued: 'queued',
	running: 'in_progress',
	completed: 'completed',
	failed: 'failed',
	cancelled: 'failed',
};

/** Its "other words for the states". */
const alternative: StateWords = {
	queued: 'pending',
	running: 'processing',
	completed: 'done',
	failed: 'failed',
	cancelled: 'failed',
};

/** The code of a refusal for sensitive content (docs/contracts/vtrix.md#errors). */
const sensitive = 110001;

/** docs/contracts/vtrix.md#errors gives the statuses; the shapes are those of its failed tasks and of the queue API. */
const refusals: RefusalTable = {
	badKey: { statusCode: 401, shape: 'object' },
	noCredit: { statusCode: 403, shape: 'object' },
	forbidden: { statusCode: 403, shape: 'object' },
	unknownModel: { statusCode: 404, shape: 'object' },
	unknownTask: { statusCode: 404, shape: 'object' },
	unknownPath: { statusCode: 404, shape: 'detail' },
	invalid: { statusCode: 400, shape: 'object' },
	webhook: { statusCode: 400, shape: 'object' },
	moderated: { statusCode: 400, shape: ({ message }) => ({ code: sensitive, message }) },
	rateLimited: { statusCode: 429, shape: 'object' },
	broken: { statusCode: 500, shape: 'object' },
	limiterDown: { statusCode: 503, shape: 'object' },
};

/** What a picture costs, in USD as text, as the contract's example has it. */
const cost = '0.08';

/** The ways to write it (docs/contracts/vtrix.md#result). */
const costs = { text: cost, number: Number(cost), empty: '', null: null };

/** The generation API of VTrix. */
export function vtrixProtocol(state: SandboxState, gateway: NamedGateway): Protocol {
	const vtrix = new VtrixGateway(state, gateway);
	return {
		gateway: gateway.name,
		refuse: (refusal) => vtrix.refuse(refusal),
		routes: [
			{
				method: 'POST',
				path: '/v1/generation',
				call: 'create',
				handle: async (call) => await vtrix.create(call),
			},
			{
				method: 'GET',
				path: '/v1/generation/task/:id',
				call: 'status',
				handle: (call) => vtrix.read(call),
			},
			{
				method: 'POST',
				path: '/v1/generation/precharge',
				call: 'price',
				handle: (call) => vtrix.price(call),
			},
		],
	};
}

class VtrixGateway {
	constructor(
		private readonly state: SandboxState,
		private readonly gateway: NamedGateway,
	) {}

	refuse(refusal: Refusal): Answer {
		const { refusalShape, badKeyIs403 } = this.state.quirks.current;
		const answer = refusalAnswer(refusals, refusal, refusalShape);
		return refusal.kind === 'badKey' && badKeyIs403 ? { ...answer, statusCode: 403 } : answer;
	}

	async create(call: Call): Promise<Answer> {
		const { model, parameters } = unwrapped(call.body);
		const order = await readOrder(this.state, this.gateway, call, model, parameters);
		if (!isOrder(order)) return this.refuse(order);
		const task = this.state.tasks.create(order);
		return { statusCode: 200, taskId: task.id, billed: true, body: this.firstBody(task) };
	}

	/** One read serves status and result. */
	read({ params }: Call): Answer {
		const task = this.state.tasks.find(this.gateway.name, params.id ?? '');
		if (!task) return this.refuse({ kind: 'unknownTask', message: `No such task: ${params.id}` });
		return { statusCode: 200, taskId: task.id, body: this.taskBody(task) };
	}

	/** Tells what a create would cost, and runs nothing. */
	price({ body }: Call): Answer {
		if (!this.state.quirks.current.price) {
			return this.refuse({ kind: 'unknownPath', message: 'Not Found' });
		}
		const { model } = unwrapped(body);
		const isKnown = typeof model === 'string' && soldModel(this.gateway, model) !== undefined;
		const told = { status: 'success', data: { cost, currency: 'USD', discount: 1 } };
		return { statusCode: 200, body: isKnown ? told : { status: 'failed', data: { cost: null } } };
	}

	/** What a create is answered with: the task as it was made, however long the answer takes. */
	private firstBody(task: Task): unknown {
		return this.taskBody(task, task.createdAtMs);
	}

	private taskBody(task: Task, nowMs = this.state.tasks.nowMs()): unknown {
		const state = task.stateAt(nowMs);
		return {
			id: task.id,
			created_at: Math.floor(task.createdAtMs / 1000),
			status: stateWord(task, state, { documented, alternative }),
			model: task.order.model,
			progress: task.progressAt(nowMs),
			...this.ending(task, state),
		};
	}

	/** `output` and `usage` only when completed, `error` only when failed. */
	private ending(task: Task, state: TaskState): Record<string, unknown> {
		const { quirks, trouble, key, pictures } = task.order;
		if (state === 'failed') return errorFields(task);
		if (state !== 'completed') return {};
		const content = pictures.map((_, index) => ({
			type: 'image',
			url: this.state.pictureUrlOf(task, index),
			[quirks.contentId]: `${task.id}-${index}`,
		}));
		return {
			output: [{ content }],
			usage: { cost: costs[quirks.usageCost], discount: 1 },
			metadata: {
				...(quirks.metadataTimes ? timesOf(task) : {}),
				...(trouble.echoKey === 'result' ? { authorization: key } : {}),
			},
			...(quirks.successError === 'absent'
				? {}
				: { error: quirks.successError === 'null' ? null : '' }),
		};
	}
}

/** Both forms of a create: `{model, input: [{params}]}`, and model and parameters side by side. */
function unwrapped(body: unknown): { model: unknown; parameters: unknown } {
	if (!isObject(body)) return { model: undefined, parameters: undefined };
	const { model, input, ...rest } = body;
	if (input === undefined) return { model, parameters: rest };
	const [first] = Array.isArray(input) && input.length === 1 ? (input as unknown[]) : [];
	if (!isObject(first) || !isObject(first.params)) return { model, parameters: undefined };
	return { model, parameters: { ...rest, ...first.params } };
}

/** Seconds since 1970, as its other times are. */
function timesOf({ createdAtMs, startsAtMs, endsAtMs }: Task): Record<string, number> {
	const seconds = (ms: number): number => Math.floor(ms / 1000);
	return {
		in_queue_at: seconds(createdAtMs),
		upload_at: seconds(startsAtMs),
		completed_at: seconds(endsAtMs),
	};
}

function errorFields(task: Task): Record<string, unknown> {
	const { code, number, message } = failureOf(task, 'failed');
	const { errorForm } = task.order.quirks;
	if (errorForm === 'text') return { error: message };
	if (errorForm === 'errorMessage') return { error_message: message };
	if (errorForm === 'codeAndErrorMessage') return { error: { code, error_message: message } };
	return { error: { code: errorForm === 'numericCode' ? number : code, message } };
}
