import type { GatewayReply, GatewayRequest } from '../../nodes/FluxImage/gateways/gateway';
import type { Outcome, Problem } from '../../nodes/FluxImage/core/problem';
import { told, type CheckRow } from './checkRow';
import { CONTRACTS } from './contract';
import type { Wire } from './wire';

/** A key that no gateway has given to anybody. */
const KEY_OF_NOBODY = 'flux-image-check-key-of-nobody';

const TASK_OF_NOBODY = 'flux-image-check-task-of-nobody';

/** Compares what costs nothing: the key, a wrong key, and a task that never was. */
export async function checkReads(wire: Wire): Promise<CheckRow[]> {
	const { gateway } = wire;
	const { model } = CONTRACTS[gateway.id].cheapest;
	const task = { requestId: TASK_OF_NOBODY, modelId: model };
	const status = gateway.status(task);
	const result = gateway.result(task);
	return [
		await checkProbe(wire),
		await checkWrongKey(wire),
		await checkUnknown(wire, 'Status of an unknown task', status, (reply) =>
			gateway.readStatus(reply, task),
		),
		...(result.path === status.path
			? []
			: [
					await checkUnknown(wire, 'Result of an unknown task', result, (reply) =>
						gateway.readResult(reply, task),
					),
				]),
	];
}

async function checkProbe(wire: Wire): Promise<CheckRow> {
	const reply = await wire.send(wire.gateway.credentialProbe());
	const problem = reply.value && wire.gateway.readProbe(reply.value);
	return {
		name: 'Credential test, your key',
		expected: 'the key is taken',
		came: told(reply, problem),
		matched: reply.value !== undefined && problem === undefined,
	};
}

async function checkWrongKey(wire: Wire): Promise<CheckRow> {
	const reply = await wire.send(wire.gateway.credentialProbe(), KEY_OF_NOBODY);
	const problem = reply.value && wire.gateway.readProbe(reply.value);
	return {
		name: 'Credential test, a wrong key',
		expected: 'badKey',
		came: told(reply, problem),
		matched: problem?.kind === 'badKey',
	};
}

async function checkUnknown(
	wire: Wire,
	name: string,
	request: GatewayRequest,
	read: (reply: GatewayReply) => Outcome<unknown>,
): Promise<CheckRow> {
	const reply = await wire.send(request);
	const problem: Problem | undefined = reply.value && read(reply.value).problem;
	return {
		name,
		expected: 'notFound',
		came: told(reply, problem),
		matched: problem?.kind === 'notFound',
	};
}
