import { asObject, asText, numberOf, omitUndefined } from '../core/json';
import type { Outcome, Problem } from '../core/problem';
import type { TaskRef } from '../core/task';
import type { Gateway, GatewayReply, GatewayRequest } from './gateway';
import { taskReaders } from './reading';
import { readRefusal, refusalOf, unreadableReply } from './refusals';

const readers = taskReaders({
	ids: ['id', 'task_id', 'taskId'],
	pictures: ['result', 'data', 'url'],
	fullProgress: 100,
	alsoTold: ({ expires_at: seconds }) => omitUndefined({ expiresAt: isoTime(seconds) }),
});

/** A text of the caller's, kept with the task (docs/contracts/toapis.md#create). */
const OWN_ID_FIELD = 'client_business_id';

/** ToAPIs: one call creates a task, one reads its state and result; images go up by themselves. */
export const toApis: Gateway = {
	id: 'toApis',
	displayName: 'ToAPIs',
	credentialType: 'toApisApi',
	modelInTaskUrl: false,
	addresses: 'ToAPIs is at https://toapis.com, and in mainland China at https://toapis.cn.',
	/** People paste it with `/v1`, with a slash, with both. */
	normalizeBaseUrl: (baseUrl) => baseUrl.trim().replace(/\/+$/, '').replace(/\/v1$/i, ''),

	create: ({ modelId, parameters, ownId }) => ({
		method: 'POST',
		path: '/v1/images/generations',
		body: { model: modelId, ...parameters, ...omitUndefined({ [OWN_ID_FIELD]: ownId }) },
	}),
	status: taskRead,
	result: taskRead,
	/** The vendor's own id and the caller's stand at the same place (docs/contracts/toapis.md#create). */
	ownIdField: OWN_ID_FIELD,
	find: (ownId) => taskRead({ requestId: ownId, modelId: '' }),
	upload: (image) => ({
		method: 'POST',
		path: '/v1/uploads/images',
		file: { fieldName: 'file', ...image },
	}),
	credentialProbe: () => ({ method: 'GET', path: '/v1/balance' }),

	...readers,
	readUpload,
	readProbe,
};

function taskRead({ requestId }: TaskRef): GatewayRequest {
	return { method: 'GET', path: `/v1/images/generations/${encodeURIComponent(requestId)}` };
}

/** Seconds since 1970 as ISO 8601. */
function isoTime(seconds: unknown): string | undefined {
	const time = new Date((numberOf(seconds) ?? NaN) * 1000);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function readUpload(reply: GatewayReply): Outcome<string> {
	const refused = refusalOf(reply);
	if (refused) return refused;
	const url = asText(asObject(asObject(reply.body)['data'])['url']);
	return url ? { value: url } : { problem: unreadableReply(reply) };
}

/** HTTP 200 with `success: false` is a key that does not work (docs/contracts/toapis.md#balance). */
function readProbe(reply: GatewayReply): Problem | undefined {
	const { success, remain_balance: balance } = asObject(reply.body);
	if (success === false && reply.statusCode < 300) return { ...readRefusal(reply), kind: 'badKey' };
	const refused = refusalOf(reply);
	if (refused) return refused.problem;
	return success === true || numberOf(balance) !== undefined ? undefined : unreadableReply(reply);
}
