import type { Outcome } from '../core/problem';
import type { TaskRef, TaskStatus } from '../core/task';
import type { CancelReply, Gateway, GatewayId, GatewayReply, GatewayRequest } from './gateway';
import { probeByUnknownTask } from './probe';
import { envelopeRefusal, readRefusal, unreadableReply } from './refusals';
import { asObject, numberOf, omitUndefined, asText } from '../core/json';
import { isHtml, readErrorWords } from './errorWords';
import { taskReaders } from './reading';
import { normalized } from './taskWords';

/**
 * The words for a task's state, upper case (docs/contracts/queue.md#status). `COMPLETED` may hide a
 * failure.
 */
const STATUS_OF_WORD: Readonly<Record<string, TaskStatus>> = {
	IN_QUEUE: 'queued',
	QUEUED: 'queued',
	IN_PROGRESS: 'running',
	COMPLETED: 'completed',
	FAILED: 'failed',
	CANCELED: 'cancelled',
	CANCELLED: 'cancelled',
};

const readers = taskReaders({
	words: STATUS_OF_WORD,
	ids: ['request_id', 'task_id', 'requestId', 'taskId', 'id'],
	pictures: ['outputs', 'output'],
	fullProgress: 1,
	successMayHaveFailed: true,
	resultApart: true,
	alsoTold: ({ metrics }) => {
		const inferenceTime = numberOf(asObject(metrics)['inference_time']);
		return omitUndefined({ metrics: inferenceTime === undefined ? undefined : { inferenceTime } });
	},
});

/** The words for what became of a cancel (docs/contracts/queue.md#cancel), and others for the same. */
const CANCELLATION_OF_WORD: Readonly<Record<string, CancelReply['cancellation']>> = {
	CANCELLATION_REQUESTED: 'requested',
	CANCEL_REQUESTED: 'requested',
	CANCELING: 'requested',
	CANCELLING: 'requested',
	CANCELED: 'requested',
	CANCELLED: 'requested',
	ALREADY_COMPLETED: 'alreadyCompleted',
	COMPLETED: 'alreadyCompleted',
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

/** A model that all queue gateways sell: the probe needs one in its URL. */
const PROBE_TASK: TaskRef = { requestId: 'credential-test', modelId: 'flux_kontext_max' };

/** A gateway that speaks the queue API (docs/contracts/queue.md#addresses). */
export function queueGateway(names: {
	id: GatewayId;
	displayName: string;
	credentialType: string;
	addresses?: string;
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

		...readers,
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

/**
 * What became of a cancel: by its word, wherever that stands; else by the HTTP status, unless the body
 * is an error of another sort, or a page of somebody who stands before the gateway.
 */
function readCancel(reply: GatewayReply): Outcome<CancelReply> {
	const { statusCode, body } = reply;
	const fields = asObject(body);
	const error = asObject(fields['error']);
	const words = [
		fields['status'],
		asObject(fields['data'])['status'],
		error['code'],
		fields['code'],
	];
	const word = words.map((value) => normalized(asText(value) ?? ''));
	const known = word.find((spelled) => Object.hasOwn(CANCELLATION_OF_WORD, spelled));
	const refused = statusCode < 300 ? envelopeRefusal(reply)?.problem : readRefusal(reply);
	const byStatus = isAnswer(reply, refused?.kind) ? CANCELLATION_OF_STATUS[statusCode] : undefined;
	const cancellation = known === undefined ? byStatus : CANCELLATION_OF_WORD[known];
	if (cancellation) return { value: { cancellation, raw: body } };
	return { problem: refused ?? unreadableReply(reply) };
}

/** Words of a task that cannot be cancelled because it has ended; of others it may run on. */
const HAS_ENDED = /already|complete|finish|\bdone\b|ended|terminal|succe/i;

/** Whether the HTTP status of a cancel is the gateway's word on the task. */
function isAnswer({ statusCode, body }: GatewayReply, refusedAs: string | undefined): boolean {
	if (statusCode === 404) return refusedAs === 'notFound';
	if (statusCode === 400) {
		if (refusedAs === 'notFound') return true;
		const { code = '', reason = '' } = readErrorWords(body);
		const words = `${code} ${reason}`;
		return refusedAs === 'badParameters' && (words.trim() === '' || HAS_ENDED.test(words));
	}
	return refusedAs === undefined && !isHtml(body);
}
