import type { Outcome, Problem } from '../problems/problem';
import type { GeneratedImage, TaskRef, TaskState, TaskStatus } from '../tasks/task';
import type { Gateway, GatewayReply, GatewayRequest } from './gateway';
import { readImages } from './outputs';
import { isPathPart } from './pathPart';
import { readFailure, readRefusal, refusalOf, unreadableReply, unusableId } from './refusal';
import { fieldsOf, numberOf, present, progressOf, textOf } from './replyBody';
import { statusOfWord } from './states';

/** The words for a task's state, upper case (contract: ToAPIs). */
const STATUS_OF_WORD: Readonly<Record<string, TaskStatus>> = {
	QUEUED: 'queued',
	SUBMITTED: 'queued',
	PENDING: 'queued',
	IN_PROGRESS: 'running',
	COMPLETED: 'completed',
	FAILED: 'failed',
	CANCELED: 'cancelled',
	CANCELLED: 'cancelled',
};

/** `progress` runs to 100 (contract: ToAPIs). */
const FULL_PROGRESS = 100;

/** ToAPIs: one call creates a task, one reads its state and result; images go up by themselves. */
export const toApis: Gateway = {
	id: 'toApis',
	displayName: 'ToAPIs',
	credentialType: 'toApisApi',
	modelInTaskUrl: false,
	statusCarriesImages: true,
	/** People paste it with `/v1`, with a slash, with both. */
	normalizeBaseUrl: (baseUrl) => baseUrl.trim().replace(/\/+$/, '').replace(/\/v1$/i, ''),

	create: ({ modelId, parameters }) => ({
		method: 'POST',
		path: '/v1/images/generations',
		body: { model: modelId, ...parameters },
	}),
	status: taskRead,
	result: taskRead,
	upload: (image) => ({
		method: 'POST',
		path: '/v1/uploads/images',
		file: { fieldName: 'file', ...image },
	}),
	credentialProbe: () => ({ method: 'GET', path: '/v1/balance' }),

	readCreate: (reply, modelId) => readTask(reply, { requestId: '', modelId }),
	readStatus: readTask,
	readResult: readTask,
	readUpload,
	readProbe,
};

function taskRead({ requestId }: TaskRef): GatewayRequest {
	return { method: 'GET', path: `/v1/images/generations/${encodeURIComponent(requestId)}` };
}

function readTask(reply: GatewayReply, task: TaskRef): Outcome<TaskState> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const fields = fieldsOf(reply.body);
	const requestId = textOf(task.requestId, fields['id'], fields['task_id']);
	const images = imagesOf(fields);
	const word = textOf(fields['status']) ?? impliedWord(task, images);
	if (!requestId || word === undefined) return { problem: unreadableReply(reply) };
	if (!isPathPart(requestId)) return { problem: unusableId(reply, requestId) };
	const status = statusOfWord(STATUS_OF_WORD, word);
	return {
		value: {
			requestId,
			modelId: task.modelId || (textOf(fields['model']) ?? ''),
			status,
			...present({
				progress: progressOf(fields['progress'], FULL_PROGRESS),
				failure: status === 'failed' ? readFailure(reply.body) : undefined,
				images: status === 'completed' ? images : undefined,
				expiresAt: isoTime(fields['expires_at']),
			}),
			raw: reply.body,
		},
	};
}

/** A reply without a state: images say that it is finished; a create's id, that it is queued. */
function impliedWord(task: TaskRef, images: readonly GeneratedImage[]): string | undefined {
	if (images.length > 0) return 'completed';
	return task.requestId === '' ? 'queued' : undefined;
}

/** Images stand at `result.data[]`, `data[]` or `url` (contract: ToAPIs). */
function imagesOf(fields: Readonly<Record<string, unknown>>): readonly GeneratedImage[] {
	const places = [fieldsOf(fields['result'])['data'], fields['data'], [{ url: fields['url'] }]];
	return places.map(readImages).find((images) => images.length > 0) ?? [];
}

/** Seconds since 1970 as ISO 8601. */
function isoTime(seconds: unknown): string | undefined {
	const time = new Date((numberOf(seconds) ?? NaN) * 1000);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function readUpload(reply: GatewayReply): Outcome<string> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const url = textOf(fieldsOf(fieldsOf(reply.body)['data'])['url']);
	return url ? { value: url } : { problem: unreadableReply(reply) };
}

/** HTTP 200 with `success: false` is a key that does not work (contract: ToAPIs). */
function readProbe(reply: GatewayReply): Problem | undefined {
	const { success, remain_balance: balance } = fieldsOf(reply.body);
	if (success === false && reply.statusCode < 300) return { ...readRefusal(reply), kind: 'badKey' };
	const refused = refusalOf(reply);
	if (refused) return refused.problem;
	return success === true || numberOf(balance) !== undefined ? undefined : unreadableReply(reply);
}
