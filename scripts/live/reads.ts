import { GatewayClient } from '../../nodes/FluxImage/client/gatewayClient';
import type { Http } from '../../nodes/FluxImage/client/http';
import { systemClock } from '../../nodes/FluxImage/core/clock';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import type { GatewayReply } from '../../nodes/FluxImage/gateways/gateway';
import { told, type CheckRow } from './checkRow';
import { CONTRACTS } from './contract';
import { checkFreeReads } from './freeReads';

const TASK_OF_NOBODY = 'flux-image-check-task-of-nobody';

/** How long a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;

/** One address, as two keys see it. */
export interface Keys {
	/** With the person's key. */
	readonly right: Http;
	/** With a key that no gateway has given to anybody. */
	readonly wrong: Http;
}

/**
 * Compares what costs nothing: the key, a wrong key, a wrong address, a task that never was, and
 * what else the contract lets anybody read. Where nobody answers, that is all there is to say.
 *
 * @param keys at the gateway's address
 * @param astray at an address of the same host where the gateway is not
 */
export async function checkReads(
	client: GatewayClient,
	keys: Keys,
	astray: Keys,
): Promise<CheckRow[]> {
	const { gateway } = client;
	const task = { requestId: TASK_OF_NOBODY, modelId: CONTRACTS[gateway.id].cheapest.model };
	const until = {
		deadlineMs: systemClock.nowMs() + CALL_TIMEOUT_MS,
		signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
	};
	const first = await keys.right.send(gateway.credentialProbe(), { timeoutMs: CALL_TIMEOUT_MS });
	const yourKey = probeRow(client, first, 'Credential test, your key', undefined);
	if (first.problem) return [yourKey];
	const other = await keys.wrong.send(gateway.credentialProbe(), { timeoutMs: CALL_TIMEOUT_MS });
	const oneRead = gateway.result(task).path === gateway.status(task).path;
	return [
		yourKey,
		probeRow(client, other, 'Credential test, a wrong key', 'badKey'),
		await checkAddress(client, astray),
		unknownRow('Status of an unknown task', await client.status(task, until)),
		...(oneRead ? [] : [unknownRow('Result of an unknown task', await client.result(task, until))]),
		...(client.canCancel ? [cancelRow(await client.cancel(task, until))] : []),
		...(await checkFreeReads(CONTRACTS[gateway.id].freeReads, keys)),
	];
}

function probeRow(
	{ gateway }: GatewayClient,
	reply: Outcome<GatewayReply>,
	name: string,
	expected: 'badKey' | undefined,
): CheckRow {
	const problem = reply.problem ?? gateway.readProbe(reply.value);
	return {
		name,
		expected: expected ?? 'the key is taken',
		came: told(problem ? { problem } : reply, ({ statusCode }) => `HTTP ${statusCode}`),
		matched: problem?.kind === expected,
	};
}

/** A wrong path must say the same to everybody: by that, n8n's Test tells it from a key that works. */
async function checkAddress({ gateway }: GatewayClient, { right, wrong }: Keys): Promise<CheckRow> {
	const probe = gateway.credentialProbe();
	const [yours, other] = await Promise.all(
		[right, wrong].map(async (http) => await http.send(probe, { timeoutMs: CALL_TIMEOUT_MS })),
	);
	const words = (reply: Outcome<GatewayReply>) =>
		told(reply, ({ statusCode }) => `HTTP ${statusCode}`);
	const isTaken = !yours!.problem && gateway.readProbe(yours!.value) === undefined;
	return {
		name: 'Credential test, a wrong address',
		expected: 'the same to any key',
		came: `${words(yours!)} to yours, ${words(other!)} to a wrong one`,
		matched: !isTaken || words(yours!) === words(other!),
	};
}

function cancelRow(outcome: Awaited<ReturnType<GatewayClient['cancel']>>): CheckRow {
	return {
		name: 'Cancel of an unknown task',
		expected: 'notFound',
		came: told(outcome, ({ cancellation }) => cancellation),
		matched: outcome.value?.cancellation === 'notFound',
	};
}

const unknownRow = (name: string, outcome: Outcome<unknown>): CheckRow => ({
	name,
	expected: 'notFound',
	came: told(outcome, () => 'a task'),
	matched: outcome.problem?.kind === 'notFound',
});
