import { asObject, asText, firstFound, numberOf, omitUndefined } from '../core/json';
import type { Outcome, Problem } from '../core/problem';
import type { TaskRef } from '../core/task';
import { readErrorWords } from './errorWords';
import type { CancelReply, Gateway, GatewayReply, GatewayRequest } from './gateway';
import { taskReaders } from './reading';
import { probeByUnknownTask, refusalOf, unreadableReply } from './refusals';
import { isHtml } from './shownBody';
import { normalized } from './taskWords';

const readers = taskReaders({
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
const CANCELLATION_OF_WORD: ReadonlyMap<string, CancelReply['cancellation']> = new Map([
	['CANCELLATION_REQUESTED', 'requested'],
	['CANCEL_REQUESTED', 'requested'],
	['CANCELING', 'requested'],
	['CANCELLING', 'requested'],
	['CANCELED', 'requested'],
	['CANCELLED', 'requested'],
	['ALREADY_COMPLETED', 'alreadyCompleted'],
	['COMPLETED', 'alreadyCompleted'],
	['NOT_FOUND', 'notFound'],
]);

/** A model that all queue gateways sell: the probe needs one in its URL. */
const PROBE_TASK: TaskRef = { requestId: 'credential-test', modelId: 'flux_kontext_max' };

/** A gateway that speaks the queue API (docs/contracts/queue.md#addresses). */
export function queueGateway(
	names: Pick<Gateway, 'id' | 'displayName' | 'credentialType' | 'addresses'>,
): Gateway {
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

/** What became of a cancel: by its word, wherever that stands; else by how it was answered. */
function readCancel(reply: GatewayReply): Outcome<CancelReply> {
	const { status, data, error, code } = asObject(reply.body);
	const words = [status, asObject(data)['status'], asObject(error)['code'], code];
	const refused = refusalOf(reply)?.problem;
	const cancellation =
		firstFound(words, (word) => CANCELLATION_OF_WORD.get(normalized(asText(word) ?? ''))) ??
		cancellationWithoutWord(reply, refused);
	if (cancellation) return { value: { cancellation, raw: reply.body } };
	return { problem: refused ?? unreadableReply(reply) };
}

/** Words of a task that cannot be cancelled because it has ended; of others it may run on. */
const HAS_ENDED = /^ $|already|complete|finish|\bdone\b|ended|terminal|succe/i;

/** How a cancel is answered without a word (docs/contracts/queue.md#cancel). */
const ACCEPTED: ReadonlySet<number> = new Set([200, 202, 204]);

/** Nothing where the refusal is of another sort, or the reply a page of who stands before the gateway. */
function cancellationWithoutWord(
	{ statusCode, body }: GatewayReply,
	refused: Problem | undefined,
): CancelReply['cancellation'] | undefined {
	if (!refused) return ACCEPTED.has(statusCode) && !isHtml(body) ? 'requested' : undefined;
	if (refused.kind === 'notFound') return 'notFound';
	if (statusCode !== 400 || refused.kind !== 'badParameters') return undefined;
	const { code = '', reason = '' } = readErrorWords(body);
	return HAS_ENDED.test(`${code} ${reason}`) ? 'alreadyCompleted' : undefined;
}
