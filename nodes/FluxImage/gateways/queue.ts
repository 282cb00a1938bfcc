import type { Outcome } from '../core/problem';
import type { TaskFailure, TaskRef, TaskState, TaskStatus } from '../core/task';
import type { CancelReply, Gateway, GatewayId, GatewayReply, GatewayRequest } from './gateway';
import { readImages } from './outputs';
import { isPathPart } from './pathPart';
import { probeByUnknownTask } from './probe';
import {
	readErrorWords,
	readRefusal,
	refusalOf,
	UNEXPLAINED,
	unreadableReply,
	unusableId,
} from './errors';
import { fieldsOf, isBlank, numberOf, present, progressOf, textOf } from '../core/json';
import { statusOfWord } from './states';

/** The words for a task's state, upper case (contract: queue API). `COMPLETED` may hide a failure. */
const STATUS_OF_WORD: Readonly<Record<string, TaskStatus>> = {
	IN_QUEUE: 'queued',
	QUEUED: 'queued',
	IN_PROGRESS: 'running',
	COMPLETED: 'completed',
	FAILED: 'failed',
	CANCELED: 'cancelled',
	CANCELLED: 'cancelled',
};

/** The words for what became of a cancel (contract: queue API). */
const CANCELLATION_OF_WORD: Readonly<Record<string, CancelReply['cancellation']>> = {
	CANCELLATION_REQUESTED: 'requested',
	ALREADY_COMPLETED: 'alreadyCompleted',
	NOT_FOUND: 'notFound',
};

/** The same by HTTP status, where the body has no known word. */
const CANCELLATION_OF_STATUS: Readonly<Record<number, CancelReply['cancellation']>> = {
	200: 'requested',
	202: 'requested',
	204: 'requested',
	400: 'alreadyCompleted',
	404: 'notFound',
};

/** Error types of a cancelled task (contract: `CANCELED`, inferred; both spellings occur). */
const CANCELLED_TYPES = new Set(['CANCELED', 'CANCELLED']);

/** A model that all queue gateways sell: the probe needs one in its URL. */
const PROBE_TASK: TaskRef = { requestId: 'credential-test', modelId: 'flux_kontext_max' };

/** A gateway that speaks the queue API (contract: `POST /v1/queue/{model}` and three more). */
export function queueGateway(names: {
	id: GatewayId;
	displayName: string;
	credentialType: string;
}): Gateway {
	return {
		...names,
		modelInTaskUrl: true,
		normalizeBaseUrl: (baseUrl) => baseUrl.trim().replace(/\/+$/, ''),

		create: ({ modelId, parameters }) => ({
			method: 'POST',
			path: `/v1/queue/${encodeURIComponent(modelId)}`,
			body: parameters,
		}),
		status: (task) => taskCall(task, 'GET', 'status'),
		result: (task) => taskCall(task, 'GET', 'response'),
		cancel: (task) => taskCall(task, 'PUT', 'cancel'),
		credentialProbe: () => taskCall(PROBE_TASK, 'GET', 'status'),

		readCreate,
		readStatus,
		readResult,
		readCancel,
		readProbe: probeByUnknownTask,
	};
}

function taskCall(
	{ modelId, requestId }: TaskRef,
	method: GatewayRequest['method'],
	verb: 'status' | 'response' | 'cancel',
): GatewayRequest {
	const [model, request] = [modelId, requestId].map(encodeURIComponent);
	return { method, path: `/v1/queue/${model}/requests/${request}/${verb}` };
}

function readCreate(reply: GatewayReply, modelId: string): Outcome<TaskState> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const fields = fieldsOf(reply.body);
	const requestId = textOf(fields['request_id']);
	if (!requestId) return { problem: unreadableReply(reply) };
	if (!isPathPart(requestId)) return { problem: unusableId(reply, requestId) };
	return {
		value: stateOf(reply.body, { requestId, modelId }) ?? queued(reply, requestId, modelId),
	};
}

/** The reply to a create says no state: the task is in the queue. */
function queued(reply: GatewayReply, requestId: string, modelId: string): TaskState {
	const queuePosition = numberOf(fieldsOf(reply.body)['queue_position']);
	return {
		requestId,
		modelId,
		status: 'queued',
		...present({ queuePosition }),
		raw: reply.body,
	};
}

function readStatus(reply: GatewayReply, task: TaskRef): Outcome<TaskState> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const state = stateOf(reply.body, task);
	return state ? { value: state } : { problem: unreadableReply(reply) };
}

/**
 * A result has `outputs`, or `output` as the provider's client reads too, and no `status`; an
 * unfinished task answers 202 with a status body, and so may a failed one.
 */
function readResult(reply: GatewayReply, task: TaskRef): Outcome<TaskState> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const fields = fieldsOf(reply.body);
	const outputs = fields['outputs'] ?? fields['output'];
	const state = stateOf(reply.body, task);
	if (state && outputs === undefined) return { value: state };
	if (!Array.isArray(outputs)) return { problem: unreadableReply(reply) };
	const failure = failureOf(reply.body);
	const completed: TaskState = {
		...task,
		status: 'completed',
		images: readImages(outputs),
		raw: reply.body,
	};
	return { value: failure ? { ...completed, ...failureState(failure) } : completed };
}

function readCancel(reply: GatewayReply): Outcome<CancelReply> {
	const word = textOf(fieldsOf(reply.body)['status'])?.toUpperCase() ?? '';
	const cancellation = CANCELLATION_OF_WORD[word] ?? CANCELLATION_OF_STATUS[reply.statusCode];
	return cancellation
		? { value: { cancellation, raw: reply.body } }
		: { problem: readRefusal(reply) };
}

/** The state that a status body tells; nothing where it is no status body. */
function stateOf(body: unknown, task: TaskRef): TaskState | undefined {
	const fields = fieldsOf(body);
	const word = textOf(fields['status']);
	const failure = failureOf(body);
	if (word === undefined) return undefined;
	const status = statusOfWord(STATUS_OF_WORD, word);
	const inferenceTime = numberOf(fieldsOf(fields['metrics'])['inference_time']);
	const ended = status === 'completed' && failure !== undefined;
	return {
		...task,
		status,
		...present({
			queuePosition: numberOf(fields['queue_position']),
			progress: progressOf(fields['progress'], 1),
			metrics: inferenceTime === undefined ? undefined : { inferenceTime },
		}),
		...(ended || status === 'failed' ? failureState(failure) : {}),
		raw: body,
	};
}

/** An `error` that is absent or says nothing (null, '', an empty object) means that there is none. */
function failureOf(body: unknown): TaskFailure | undefined {
	const { error, provider_error: providerError } = fieldsOf(body);
	if (isBlank(error)) return undefined;
	const { code, reason } = readErrorWords(body);
	const provider = fieldsOf(providerError);
	const detail = textOf(provider['message']);
	const message = reason ?? UNEXPLAINED.message;
	return {
		code: code ?? textOf(provider['code']) ?? UNEXPLAINED.code,
		message: detail && detail !== message ? `${message} (${detail})` : message,
	};
}

function failureState(failure: TaskFailure | undefined): Pick<TaskState, 'status' | 'failure'> {
	const cancelled = failure !== undefined && CANCELLED_TYPES.has(failure.code.toUpperCase());
	return {
		status: cancelled ? 'cancelled' : 'failed',
		failure: failure ?? UNEXPLAINED,
	};
}
