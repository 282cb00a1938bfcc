import { failureOf } from './failures';
import type { NamedGateway } from './gateways/gateway';
import type { Order, Task, TaskState } from './jobs';
import { isOrder, readOrder } from './orders';
import type { Answer, Call, Protocol, Refusal, SandboxState } from './protocol';
import { refusalAnswer, type RefusalTable } from './refusalShapes';
import { stateWord, type StateWords } from './stateWords';
import { readUpload } from './upload';
import { isObject, type Parameters } from './validation';

/** docs/contracts/toapis.md#status; it has no cancel. */
const documented: StateWords = {
	queued: 'queued',
	running: 'in_progress',
	completed: 'completed',
	failed: 'failed',
	cancelled: 'failed',
};

/** The other states that it lists. */
const alternative: StateWords = { ...documented, queued: 'submitted', running: 'pending' };

/** `{"error": {"code", "message", "type", "param"}}`; `message` in place of the sandbox's own. */
function errorShape(code: string, fixed: { type?: string; message?: string } = {}) {
	return ({ message, path }: Refusal): unknown => ({
		error: { code, type: code, message, param: path?.[0] ?? null, ...fixed },
	});
}

const invalidRequest = 'invalid_request_error';

/**
 * Statuses, codes and shapes of docs/contracts/toapis.md#errors. It has no 403; that one is made
 * like the others.
 */
const refusals: RefusalTable = {
	badKey: { statusCode: 401, shape: errorShape('authentication_error') },
	noCredit: { statusCode: 402, shape: errorShape('insufficient_quota') },
	forbidden: { statusCode: 403, shape: errorShape('permission_error') },
	unknownModel: { statusCode: 400, shape: errorShape('model_not_found', { type: invalidRequest }) },
	unknownTask: { statusCode: 404, shape: errorShape('task_not_found') },
	unknownPath: { statusCode: 404, shape: 'success' },
	invalid: { statusCode: 400, shape: errorShape(invalidRequest) },
	webhook: {
		statusCode: 400,
		shape: errorShape('webhook_not_configured', { type: invalidRequest }),
	},
	moderated: { statusCode: 422, shape: errorShape('content_policy_violation') },
	rateLimited: {
		statusCode: 429,
		shape: errorShape('rate_limit_exceeded', { message: 'Async task request rate exceeded' }),
	},
	broken: { statusCode: 500, shape: errorShape('internal_error') },
	limiterDown: { statusCode: 503, shape: errorShape('rate_limit_unavailable') },
};

/** What an older report has in place of the documented 404 for a task that is not known. */
const olderUnknownTask: Answer = { statusCode: 400, body: { message: 'task_not_exist' } };

/** What is listed where images are not asked for: any model of text will do. */
const textModel = 'a-model-of-text';

/** How long pictures live, in seconds: one day, as in the contract's example. */
const pictureLifeSeconds = 86_400;

/** The image API of ToAPIs. */
export function toApisProtocol(state: SandboxState, gateway: NamedGateway): Protocol {
	const toApis = new ToApisGateway(state, gateway);
	const generations = '/v1/images/generations';
	return {
		gateway: gateway.name,
		refuse: (refusal) => toApis.refuse(refusal),
		routes: [
			{
				method: 'POST',
				path: generations,
				call: 'create',
				handle: async (call) => await toApis.create(call),
			},
			{
				method: 'GET',
				path: `${generations}/:id`,
				call: 'status',
				handle: (call) => toApis.read(call),
			},
			{
				method: 'POST',
				path: '/v1/uploads/images',
				call: 'upload',
				handle: async (call) => await toApis.upload(call),
			},
			{
				method: 'GET',
				path: '/v1/balance',
				call: 'balance',
				handle: (call) => toApis.balance(call),
			},
			{ method: 'GET', path: '/v1/models', call: 'models', handle: (call) => toApis.models(call) },
			{
				method: 'POST',
				path: '/v1/chat/completions',
				call: 'other',
				handle: () => toApis.refuse({ kind: 'invalid', message: 'invalid apitype: -1' }),
			},
		],
	};
}

class ToApisGateway {
	constructor(
		private readonly state: SandboxState,
		private readonly gateway: NamedGateway,
	) {}

	refuse(refusal: Refusal): Answer {
		const { refusalShape, unknownTask } = this.state.quirks.current;
		if (refusal.kind === 'unknownTask' && unknownTask === 'older') return olderUnknownTask;
		return refusalAnswer(refusals, refusal, refusalShape);
	}

	async create(call: Call): Promise<Answer> {
		const {
			model,
			client_business_id: ownId,
			...parameters
		} = isObject(call.body) ? call.body : {};
		const twoFields = imageFieldRefusal(parameters);
		if (twoFields) return this.refuse(twoFields);
		const order = await readOrder(this.state, this.gateway, call, model, parameters);
		if (!isOrder(order)) return this.refuse(order);
		const refusal = ownIdRefusal(ownId, order);
		if (refusal) return this.refuse(refusal);
		const isKept = typeof ownId === 'string' && order.quirks.clientBusinessId === 'kept';
		const task = this.state.tasks.create({ ...order, ...(isKept ? { businessId: ownId } : {}) });
		const body =
			order.quirks.idField === 'data'
				? { success: true, data: { task_id: task.id } }
				: this.firstBody(task);
		return { statusCode: 200, taskId: task.id, billed: true, body };
	}

	/** One read serves status and result, by the task's id or the caller's own. */
	read({ params: { id = '' } }: Call): Answer {
		const { tasks } = this.state;
		const { name } = this.gateway;
		const task = tasks.find(name, id) ?? tasks.findByBusinessId(name, id);
		if (!task) return this.refuse({ kind: 'unknownTask', message: `No such task: ${id}` });
		return { statusCode: 200, taskId: task.id, body: this.taskBody(task) };
	}

	async upload({ headers, body }: Call): Promise<Answer> {
		const file = await readUpload(headers['content-type'], body);
		if ('kind' in file) {
			return { statusCode: 400, body: { success: false, message: file.message } };
		}
		const url = this.state.storeUpload(file.bytes, file.type);
		const id = new URL(url).pathname.replace(/^.*\/|\.\w+$/g, '');
		const data = { id, url, mime_type: file.type, size: file.bytes.length };
		return { statusCode: 200, body: { success: true, message: '', data } };
	}

	/** The contract's example figures. One kind of bad key is told by `success` alone. */
	balance({ role }: Call): Answer {
		if (role === 'unsuccessful') {
			return { statusCode: 200, body: { success: false, message: 'Invalid token' } };
		}
		const { unlimitedQuota } = this.state.quirks.current;
		const remaining = role === 'noCredit' ? 0 : 10.5;
		const body = {
			success: true,
			remain_balance: unlimitedQuota ? -1 : remaining,
			used_balance: 2.3,
			unlimited_quota: unlimitedQuota,
		};
		return { statusCode: 200, body };
	}

	/** Models of images where these are asked for, else those of text alone. */
	models({ query }: Call): Answer {
		const ids = query.type === 'image' ? Object.keys(this.gateway.models) : [textModel];
		const data = ids.map((id) => ({
			id,
			object: 'model',
			created: 1_703_884_800,
			owned_by: 'toapis',
			supported_endpoint_types: [],
		}));
		return { statusCode: 200, body: { success: true, object: 'list', data } };
	}

	/** What a create is answered with: the task as it was made, however long the answer takes. */
	private firstBody(task: Task): unknown {
		return this.taskBody(task, task.createdAtMs);
	}

	private taskBody(task: Task, nowMs = this.state.tasks.nowMs()): unknown {
		const state = task.stateAt(nowMs);
		const { model, trouble, key } = task.order;
		return {
			...idFields(task, state),
			object: 'generation.task',
			model,
			status: stateWord(task, state, { documented, alternative }),
			progress: state === 'failed' ? 0 : Math.round(task.progressAt(nowMs) * 100),
			created_at: Math.floor(task.createdAtMs / 1000),
			metadata: trouble.echoKey === 'result' && state === 'completed' ? { authorization: key } : {},
			...this.ending(task, state),
		};
	}

	private ending(task: Task, state: TaskState): Record<string, unknown> {
		if (state === 'failed') return failureFields(task);
		if (state !== 'completed') return {};
		const completedAt = Math.floor(task.endsAtMs / 1000);
		const { successError } = task.order.quirks;
		return {
			completed_at: completedAt,
			expires_at: completedAt + pictureLifeSeconds,
			...this.pictureFields(task),
			...(successError === 'absent' ? {} : { error: successError === 'null' ? null : '' }),
		};
	}

	private pictureFields(task: Task): Record<string, unknown> {
		const { pictures, quirks } = task.order;
		const data = pictures.map((_, index) => ({ url: this.state.pictureUrlOf(task, index) }));
		if (quirks.picturesAt === 'data') return { data };
		if (quirks.picturesAt === 'url' && data.length === 1) return { url: data[0]?.url };
		return { result: { type: 'image', data } };
	}
}

function idFields({ id, order: { quirks } }: Task, state: TaskState): Record<string, string> {
	if (quirks.idField === 'none' && state === 'completed') return {};
	return { [quirks.idField === 'task_id' ? 'task_id' : 'id']: id };
}

/** Nobody says what becomes of a create with both fields, so it is not taken. */
function imageFieldRefusal({ image_urls, reference_images }: Parameters): Refusal | undefined {
	if (image_urls === undefined || reference_images === undefined) return undefined;
	const message = 'image_urls and reference_images exclude each other';
	return { kind: 'invalid', message, path: ['reference_images'] };
}

/** A field that the page on FLUX does not list is refused where the quirk says so. */
function ownIdRefusal(ownId: unknown, { quirks }: Order): Refusal | undefined {
	if (ownId === undefined) return undefined;
	const isText = typeof ownId === 'string' && ownId !== '';
	if (isText && quirks.clientBusinessId !== 'refused') return undefined;
	const complaint = isText ? 'extra fields not permitted' : 'must be a string';
	return {
		kind: 'invalid',
		message: `client_business_id: ${complaint}`,
		path: ['client_business_id'],
	};
}

function failureFields(task: Task): Record<string, unknown> {
	const { toApisCode: code, message } = failureOf(task, 'failed');
	const { errorForm } = task.order.quirks;
	if (errorForm === 'failReason') return { fail_reason: message };
	if (errorForm === 'text') return { error: message };
	if (errorForm === 'codeAndErrorMessage') return { error: { code, error_message: message } };
	return { error: { code, message } };
}
