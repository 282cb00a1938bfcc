import { failureOf } from './failures';
import type { NamedGateway } from './gateways/gateway';
import type { Task, TaskState } from './jobs';
import { isOrder, readOrder } from './orders';
import type { Answer, Call, Protocol, Refusal, SandboxState } from './protocol';
import { refusalAnswer, type RefusalTable } from './refusalShapes';
import { stateWord, type StateWords } from './stateWords';

/** docs/contracts/queue.md#status: a task ends as COMPLETED, whether it went well or not. */
const documented: StateWords = {
	queued: 'IN_QUEUE',
	running: 'IN_PROGRESS',
	completed: 'COMPLETED',
	failed: 'COMPLETED',
	cancelled: 'COMPLETED',
};

/** Words that "also occur" there. */
const alternative: StateWords = {
	queued: 'QUEUED',
	running: 'IN_PROGRESS',
	completed: 'COMPLETED',
	failed: 'FAILED',
	cancelled: 'CANCELED',
};

/** Statuses and shapes from docs/contracts/queue.md#errors. */
const refusals: RefusalTable = {
	badKey: { statusCode: 401, shape: 'object' },
	noCredit: { statusCode: 402, shape: 'statusObject' },
	forbidden: { statusCode: 403, shape: 'object' },
	unknownModel: {
		statusCode: 404,
		shape: ({ message }) => ({ detail: `App not found: ${message}` }),
	},
	unknownTask: { statusCode: 404, shape: 'object' },
	unknownPath: { statusCode: 404, shape: 'detail' },
	invalid: { statusCode: 422, shape: 'detailList' },
	webhook: { statusCode: 400, shape: 'detail' },
	moderated: { statusCode: 422, shape: 'object' },
	rateLimited: { statusCode: 429, shape: 'object' },
	broken: { statusCode: 500, shape: 'text' },
	limiterDown: { statusCode: 503, shape: 'object' },
};

/** The queue API, for any gateway that speaks it. */
export function queueProtocol(state: SandboxState, gateway: NamedGateway): Protocol {
	const queue = new QueueGateway(state, gateway);
	const task = '/v1/queue/:model/requests/:id';
	return {
		gateway: gateway.name,
		refuse: (refusal) => queue.refuse(refusal),
		routes: [
			{
				method: 'POST',
				path: '/v1/queue/:model',
				call: 'create',
				handle: async (call) => await queue.create(call),
			},
			{
				method: 'GET',
				path: `${task}/status`,
				call: 'status',
				handle: (call) => queue.status(call),
			},
			{
				method: 'GET',
				path: `${task}/response`,
				call: 'result',
				handle: (call) => queue.result(call),
			},
			{
				method: 'PUT',
				path: `${task}/cancel`,
				call: 'cancel',
				handle: (call) => queue.cancel(call),
			},
		],
	};
}

class QueueGateway {
	constructor(
		private readonly state: SandboxState,
		private readonly gateway: NamedGateway,
	) {}

	refuse(refusal: Refusal): Answer {
		return refusalAnswer(refusals, refusal, this.state.quirks.current.refusalShape);
	}

	async create(call: Call): Promise<Answer> {
		const spelled = call.params.model ?? '';
		const model = this.modelSpelled(spelled);
		if (model === undefined) return this.refuse({ kind: 'unknownModel', message: spelled });
		const order = await readOrder(this.state, this.gateway, call, model, call.body);
		if (!isOrder(order)) return this.refuse(order);
		const task = this.state.tasks.create(order);
		return {
			statusCode: 200,
			taskId: task.id,
			billed: true,
			body: {
				request_id: task.id,
				response_url: this.urlOf(task, 'response'),
				status_url: this.urlOf(task, 'status'),
				cancel_url: this.urlOf(task, 'cancel'),
				queue_position: 0,
			},
		};
	}

	status(call: Call): Answer {
		const task = this.taskOf(call);
		if (!task) return this.unknownTask(call);
		return { statusCode: 200, taskId: task.id, body: this.statusBody(task) };
	}

	result(call: Call): Answer {
		const task = this.taskOf(call);
		if (!task) return this.unknownTask(call);
		const state = task.stateAt(this.state.tasks.nowMs());
		if (state === 'completed') {
			return { statusCode: 200, taskId: task.id, body: this.resultBody(task) };
		}
		if (state === 'queued' || state === 'running') {
			return { statusCode: 202, taskId: task.id, body: this.statusBody(task) };
		}
		return this.failedResult(task, state);
	}

	cancel(call: Call): Answer {
		const task = this.taskOf(call);
		if (!task) return { statusCode: 404, body: { status: 'NOT_FOUND' } };
		const nowMs = this.state.tasks.nowMs();
		const state = task.stateAt(nowMs);
		if (state !== 'queued' && state !== 'running') {
			return { statusCode: 400, taskId: task.id, body: { status: 'ALREADY_COMPLETED' } };
		}
		const { cancelIgnored, cancelSeconds } = task.order.quirks;
		if (!cancelIgnored) task.cancelAt(nowMs + cancelSeconds * 1000);
		return { statusCode: 202, taskId: task.id, body: { status: 'CANCELLATION_REQUESTED' } };
	}

	private taskOf({ params }: Call): Task | undefined {
		const task = this.state.tasks.find(this.gateway.name, params.id ?? '');
		return task && this.spelling(task) === params.model ? task : undefined;
	}

	/** The model that an address means; undefined where it is spelled the way that is not known. */
	private modelSpelled(spelled: string): string | undefined {
		if (!this.state.quirks.current.hyphenatedModels) return spelled;
		return spelled.includes('_') ? undefined : spelled.replaceAll('-', '_');
	}

	/** A task's model as its addresses spell it. */
	private spelling({ order: { model, quirks } }: Task): string {
		return quirks.hyphenatedModels ? model.replaceAll('_', '-') : model;
	}

	private unknownTask({ params }: Call): Answer {
		return this.refuse({ kind: 'unknownTask', message: `Request not found: ${params.id}` });
	}

	private urlOf(task: Task, verb: 'response' | 'status' | 'cancel'): string {
		const base = task.order.quirks.foreignReplyUrls ? this.state.trapUrl() : this.state.apiUrl();
		return `${base}${this.gateway.basePath}/v1/queue/${this.spelling(task)}/requests/${task.id}/${verb}`;
	}

	private statusBody(task: Task): unknown {
		const { quirks } = task.order;
		const nowMs = this.state.tasks.nowMs();
		const state = task.stateAt(nowMs);
		return {
			status: stateWord(task, state, { documented, alternative }),
			request_id: task.id,
			...(state === 'queued' ? { queue_position: 0 } : {}),
			response_url: this.urlOf(task, 'response'),
			...(state === 'completed' ? { metrics: { inference_time: inferenceTime(task) } } : {}),
			...(quirks.progress ? { progress: task.progressAt(nowMs) } : {}),
			...(quirks.logs ? { logs: logsOf(task, nowMs) } : {}),
			...errorFields(task, state),
		};
	}

	private resultBody(task: Task): unknown {
		const { quirks, prompt, trouble, key, pictures } = task.order;
		const outputs = pictures.map((picture, index) => {
			const url = this.state.pictureUrlOf(task, index);
			const { width, height, format } = picture;
			const full = { content_type: `image/${format}`, file_name: fileNameOf(url), width, height };
			return { type: 'image', url, ...(quirks.bareOutputs ? {} : full) };
		});
		return {
			request_id: task.id,
			...(quirks.outputsForm === 'flat' ? { outputs } : { output: [{ content: outputs }] }),
			metadata: { prompt, ...(trouble.echoKey === 'result' ? { authorization: key } : {}) },
			...successError(task),
		};
	}

	private failedResult(task: Task, state: 'failed' | 'cancelled'): Answer {
		if (task.order.quirks.failedResult === 'statusBody') {
			return { statusCode: 200, taskId: task.id, body: this.statusBody(task) };
		}
		const { errorType, message } = failureOf(task, state);
		const body = { error: { code: errorType, message }, request_id: task.id };
		return { statusCode: 422, taskId: task.id, body };
	}
}

/** The only figure that the contract shows, in whatever unit (docs/contracts/queue.md#status). */
const sampleInferenceTime = 12.34;

function inferenceTime({ inferenceSeconds, order: { quirks } }: Task): number {
	if (quirks.inferenceTime === 'constant') return sampleInferenceTime;
	return quirks.inferenceTime === 'seconds' ? inferenceSeconds : inferenceSeconds * 1000;
}

function fileNameOf(url: string): string {
	return new URL(url).pathname.split('/').at(-1) ?? '';
}

function logsOf(task: Task, nowMs: number): unknown[] {
	const lines: Array<[string, number]> = [
		['queued', task.createdAtMs],
		['started', task.startsAtMs],
		['ended', task.endsAtMs],
	];
	return lines
		.filter(([, atMs]) => atMs <= nowMs)
		.map(([message, atMs]) => ({ message, timestamp: new Date(atMs).toISOString() }));
}

function errorFields(task: Task, state: TaskState): Record<string, unknown> {
	if (state === 'completed') return successError(task);
	if (state !== 'failed' && state !== 'cancelled') return {};
	const { quirks } = task.order;
	const { errorType, message, code } = failureOf(task, state);
	return {
		error: errorValue(quirks.errorForm, errorType, message),
		error_type: errorType,
		...(quirks.providerError ? { provider_error: { code, message, task_status: 'failed' } } : {}),
	};
}

function errorValue(form: string, code: string, message: string): unknown {
	if (form === 'object') return { code, message };
	if (form === 'codeAndErrorMessage') return { code, error_message: message };
	return message;
}

/** What stands at `error` where there is none, as the quirk has it. */
function successError(task: Task): Record<string, unknown> {
	const { successError: form } = task.order.quirks;
	return form === 'absent' ? {} : { error: form === 'null' ? null : '' };
}
