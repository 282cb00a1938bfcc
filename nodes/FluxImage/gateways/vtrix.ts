import type { JsonObject } from 'n8n-workflow';

import { asObject, asText, numberOf, omitUndefined } from '../core/json';
import type { TaskRef, TaskState } from '../core/task';
import type { Gateway, TaskRequest } from './gateway';
import { taskReaders } from './reading';
import { probeByUnknownTask } from './refusals';

const readers = taskReaders({
	ids: ['id', 'task_id', 'taskId'],
	pictures: ['output', 'outputs'],
	fullProgress: 1,
	alsoTold: ({ usage }) => omitUndefined({ usage: usageOf(usage) }),
});

/** VTrix: one call creates a task, one reads its state and, once it is there, its result. */
export const vtrix: Gateway = {
	id: 'vtrix',
	displayName: 'VTrix',
	credentialType: 'vtrixApi',
	modelInTaskUrl: false,
	normalizeBaseUrl: (baseUrl) => baseUrl.trim().replace(/\/+$/, ''),

	create: (request) => ({
		method: 'POST',
		path: '/v1/generation',
		body: createBody(request),
	}),
	status: taskRead,
	result: taskRead,
	credentialProbe: () => taskRead({ requestId: 'credential-test', modelId: '' }),

	...readers,
	readProbe: probeByUnknownTask,
};

/**
 * The gateway's client wraps the parameters; its page lists them beside the model (docs/contracts/vtrix.md#create). The flat
 * form is the person's to choose, should the gateway move to it.
 */
function createBody({ modelId, parameters, switches }: TaskRequest): JsonObject {
	return switches['flatRequest'] === true
		? { model: modelId, ...parameters }
		: { model: modelId, input: [{ params: parameters }] };
}

function taskRead({ requestId }: TaskRef) {
	return { method: 'GET', path: `/v1/generation/task/${encodeURIComponent(requestId)}` } as const;
}

function usageOf(usage: unknown): TaskState['usage'] {
	const fields = asObject(usage);
	const told = omitUndefined({
		cost: asText(fields['cost']),
		discount: numberOf(fields['discount']),
	});
	return Object.keys(told).length > 0 ? told : undefined;
}
