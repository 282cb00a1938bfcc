import { failureOf } from './failures';
import type { NamedGateway } from './gateways/gateway';
import type { Task, TaskState } from './jobs';
import { isOrder, readOrder } from './orders';
import type { Answer, Call, Protocol, Refusal, World } from './protocol';
import { refusalAnswer, type RefusalTable } from './refusalShapes';
import { stateWord, type StateWords } from './stateWords';
import { readUpload } from './upload';
import { isObject } from './validation';

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

/** `{"error": {"code", "message", "type", "param"}}`, where the code may be a number. */
function errorShape(code: string | number, type: string): (refusal: Refusal) => unknown {
	return ({ message, path }) => ({ error: { code, message, type, param: path?.[0] ?? null } });
}

/** Statuses and shapes of docs/contracts/toapis.md#errors; 402 and 403 are taken from the queue API. */
const refusals: RefusalTable = {
	badKey: { statusCode: 401, shape: errorShape(401, 'authentication_error') },
	noCredit: { statusCode: 402, shape: errorShape('insufficient_quota', 'billing_error') },
	forbidden: { statusCode: 403, shape: errorShape(403, 'permission_error') },
	unknownModel: { statusCode: 400, shape: errorShape('model_not_found', 'invalid_request_error') },
	unknownTask: { statusCode: 400, shape: () => ({ message: 'task_not_exist' }) },
	unknownPath: { statusCode: 404, shape: 'success' },
	invalid: { statusCode: 400, shape: errorShape('invalid_parameter', 'invalid_request_error') },
	rateLimited: { statusCode: 429, shape: errorShape(429, 'rate_limit_error') },
	broken: { statusCode: 500, shape: 'success' },
};

/** How long pictures live, in seconds: one day, as in the contract's example. */
const pictureLifeSeconds = 86_400;

/** The image API of ToAPIs. */
export function toApisProtocol(world: World, gateway: NamedGateway): Protocol {
	const toApis = new ToApisGateway(world, gateway);
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
			{ method: 'GET', path: '/v1/balance', call: 'balance', handle: (call) => balance(call) },
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
		private readonly world: World,
		private readonly gateway: NamedGateway,
	) {}

	refuse(refusal: Refusal): Answer {
		return refusalAnswer(refusals, refusal, this.world.quirks.current.refusalShape);
	}

	async create(call: Call): Promise<Answer> {
		const { model, ...parameters } = isObject(call.body) ? call.body : {};
		const order = await readOrder(this.world, this.gateway, call, model, parameters);
		if (!isOrder(order)) return this.refuse(order);
		const task = this.world.tasks.create(order);
		return { statusCode: 200, taskId: task.id, billed: true, body: this.taskBody(task) };
	}

	/** One read serves status and result. */
	read({ params }: Call): Answer {
		const task = this.world.tasks.find(this.gateway.name, params.id ?? '');
		if (!task) return this.refuse({ kind: 'unknownTask', message: 'task_not_exist' });
		return { statusCode: 200, taskId: task.id, body: this.taskBody(task) };
	}

	async upload({ headers, body }: Call): Promise<Answer> {
		const file = await readUpload(headers['content-type'], body);
		if ('kind' in file) return this.refuse(file);
		const url = this.world.storeUpload(file.bytes, file.type);
		return { statusCode: 200, body: { success: true, data: { url } } };
	}

	private taskBody(task: Task): unknown {
		const nowMs = this.world.tasks.nowMs();
		const state = task.stateAt(nowMs);
		const { quirks, model, trouble, key } = task.order;
		return {
			[quirks.idField]: task.id,
			object: 'generation.task',
			model,
			status: stateWord(task, state, { documented, alternative }),
			progress: Math.round(task.progressAt(nowMs) * 100),
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
		const data = pictures.map((_, index) => ({ url: this.world.pictureUrlOf(task, index) }));
		if (quirks.picturesAt === 'data') return { data };
		if (quirks.picturesAt === 'url' && data.length === 1) return { url: data[0]?.url };
		return { result: { type: 'image', data } };
	}
}

function failureFields(task: Task): Record<string, unknown> {
	const { toApisCode: code, message } = failureOf(task, 'failed');
	const { errorForm } = task.order.quirks;
	if (errorForm === 'failReason') return { fail_reason: message };
	if (errorForm === 'text') return { error: message };
	if (errorForm === 'codeAndErrorMessage') return { error: { code, error_message: message } };
	return { error: { code, message } };
}

/** The contract's example figures. One kind of bad key is told by `success` alone. */
function balance({ role }: Call): Answer {
	if (role === 'unsuccessful') {
		return { statusCode: 200, body: { success: false, message: 'Invalid token' } };
	}
	const remaining = role === 'noCredit' ? 0 : 10.5;
	const body = {
		success: true,
		remain_balance: remaining,
		used_balance: 2.3,
		unlimited_quota: false,
	};
	return { statusCode: 200, body };
}
