import { GatewayClient } from '../../nodes/FluxImage/client/gatewayClient';
import type { Http } from '../../nodes/FluxImage/client/http';
import { systemClock } from '../../nodes/FluxImage/core/clock';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import { told, type CheckRow } from './checkRow';
import { CONTRACTS } from './contract';

const TASK_OF_NOBODY = 'flux-image-check-task-of-nobody';

/** How long a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;

/**
 * Compares what costs nothing: the key, a wrong key, and a task that never was.
 *
 * @param http with the key
 * @param wrongHttp with a key that no gateway has given to anybody
 */
export async function checkReads(
	client: GatewayClient,
	http: Http,
	wrongHttp: Http,
): Promise<CheckRow[]> {
	const { gateway } = client;
	const task = { requestId: TASK_OF_NOBODY, modelId: CONTRACTS[gateway.id].cheapest.model };
	const until = {
		deadlineMs: systemClock.nowMs() + CALL_TIMEOUT_MS,
		signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
	};
	const oneRead = gateway.result(task).path === gateway.status(task).path;
	return [
		await checkProbe(client, http, 'Credential test, your key', undefined),
		await checkProbe(client, wrongHttp, 'Credential test, a wrong key', 'badKey'),
		unknownRow('Status of an unknown task', await client.status(task, until)),
		...(oneRead ? [] : [unknownRow('Result of an unknown task', await client.result(task, until))]),
	];
}

async function checkProbe(
	{ gateway }: GatewayClient,
	http: Http,
	name: string,
	expected: 'badKey' | undefined,
): Promise<CheckRow> {
	const reply = await http.send(gateway.credentialProbe(), { timeoutMs: CALL_TIMEOUT_MS });
	const problem = reply.problem ?? gateway.readProbe(reply.value);
	return {
		name,
		expected: expected ?? 'the key is taken',
		came: told(problem ? { problem } : reply, ({ statusCode }) => `HTTP ${statusCode}`),
		matched: problem?.kind === expected,
	};
}

const unknownRow = (name: string, outcome: Outcome<unknown>): CheckRow => ({
	name,
	expected: 'notFound',
	came: told(outcome, () => 'a task'),
	matched: outcome.problem?.kind === 'notFound',
});
