import type { JsonObject } from 'n8n-workflow';

import type { Outcome } from '../problems/problem';
import type { TaskRef, TaskState, TaskStatus } from '../tasks/task';
import type { Gateway, GatewayReply, Submission } from './gateway';
import { readImages } from './outputs';
import { isPathPart } from './pathPart';
import { probeByUnknownTask } from './probe';
import { readFailure, refusalOf, unreadableReply, unusableId } from './refusal';
import { fieldsOf, numberOf, present, progressOf, textOf } from './replyBody';
import { statusOfWord } from './states';

/** The words for a task's state, upper case (contract: VTrix, and its client's other words). */
const STATUS_OF_WORD: Readonly<Record<string, TaskStatus>> = {
	PENDING: 'queued',
	QUEUED: 'queued',
	IN_QUEUE: 'queued',
	PROCESSING: 'running',
	IN_PROGRESS: 'running',
	COMPLETED: 'completed',
	DONE: 'completed',
	FAILED: 'failed',
	CANCELED: 'cancelled',
	CANCELLED: 'cancelled',
};

/** VTrix: one call creates a task, one reads its state and, once it is there, its result. */
export const vtrix: Gateway = {
	id: 'vtrix',
	displayName: 'VTrix',
	credentialType: 'vtrixApi',
	modelInTaskUrl: false,
	statusCarriesImages: true,
	normalizeBaseUrl: (baseUrl) => baseUrl.trim().replace(/\/+$/, ''),

	create: (submission) => ({
		method: 'POST',
		path: '/v1/generation',
		body: createBody(submission),
	}),
	status: taskRead,
	result: taskRead,
	credentialProbe: () => taskRead({ requestId: 'credential-test', modelId: '' }),

	readCreate: (reply, modelId) => readTask(reply, { requestId: '', modelId }),
	readStatus: readTask,
	readResult: readTask,
	readProbe: probeByUnknownTask,
};

/**
 * The gateway's client wraps the parameters; its page lists them beside the model (contract). The flat
 * form is the person's to choose, should the gateway move to it.
 */
function createBody({ modelId, parameters, switches }: Submission): JsonObject {
	return switches['flatRequest'] === true
		? { model: modelId, ...parameters }
		: { model: modelId, input: [{ params: parameters }] };
}

function taskRead({ requestId }: TaskRef) {
	return { method: 'GET', path: `/v1/generation/task/${encodeURIComponent(requestId)}` } as const;
}

function readTask(reply: GatewayReply, task: TaskRef): Outcome<TaskState> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const fields = fieldsOf(reply.body);
	const requestId = textOf(task.requestId, fields['id']);
	const word = textOf(fields['status']) ?? (task.requestId === '' ? 'queued' : undefined);
	if (!requestId || word === undefined) return { problem: unreadableReply(reply) };
	if (!isPathPart(requestId)) return { problem: unusableId(reply, requestId) };
	const status = statusOfWord(STATUS_OF_WORD, word);
	return {
		value: {
			requestId,
			modelId: task.modelId || (textOf(fields['model']) ?? ''),
			status,
			...present({
				progress: progressOf(fields['progress'], 1),
				failure: status === 'failed' ? readFailure(reply.body) : undefined,
				images: status === 'completed' ? readImages(fields['output']) : undefined,
				usage: usageOf(fields['usage']),
			}),
			raw: reply.body,
		},
	};
}

function usageOf(usage: unknown): TaskState['usage'] {
	const fields = fieldsOf(usage);
	const told = present({ cost: textOf(fields['cost']), discount: numberOf(fields['discount']) });
	return Object.keys(told).length > 0 ? told : undefined;
}
