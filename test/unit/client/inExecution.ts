import type { IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import { unlimited } from '../../../nodes/FluxImage/client/limiter';
import type { Clock } from '../../../nodes/FluxImage/core/clock';
import { readCredential } from '../../../nodes/FluxImage/client/credential';
import { openHttp, type Http } from '../../../nodes/FluxImage/client/http';
import { nodePorts } from '../../engine/heldTime';
import { FLUX_NAME, nodeType, plainNode, startWorkflow } from '../../../tooling/engine/engine';

/** A key with characters that URLs and JSON spell otherwise. */
export const API_KEY = 'key/with+odd"signs\\and=é-0123456789';

/** The gateway whose protocol is spoken here. */
export const GATEWAY: Gateway = GATEWAYS.seaArtCloud;

/** A node of a test's own that runs in n8n's real engine, with n8n's real helpers. */
export interface RunningNode {
	readonly context: IExecuteFunctions;
	readonly http: Http;
	/** What the Stop button does. */
	stop(): void;
}

/** A client that goes through a door alone, without limits, and its clock. */
export function clientThrough(http: Http): { client: GatewayClient; clock: Clock } {
	const { clock } = nodePorts();
	const client = new GatewayClient(GATEWAY, {
		http,
		clock,
		random: () => 0,
		limiter: unlimited,
		execution: {},
		isTestRun: false,
		ownIds: { areRefused: false },
		taskModels: new Map(),
	});
	return { client, clock };
}

/**
 * Runs work inside an execution, with a door to a base URL.
 *
 * @throws whatever the work throws
 */
export async function inExecution<T>(
	baseUrl: string,
	work: (node: RunningNode) => Promise<T>,
	apiKey = API_KEY,
): Promise<T> {
	const { credentialType } = GATEWAY;
	let came: { value: T } | { error: unknown } | undefined;
	const type = nodeType(['done'], async function () {
		try {
			const credential = await readCredential(this, GATEWAY, 0);
			const http = openHttp(this, GATEWAY, credential, nodePorts().clock);
			came = { value: await work({ context: this, http, stop: () => execution.stop() }) };
		} catch (error) {
			came = { error };
		}
		return [[]];
	});
	const node = {
		...plainNode(FLUX_NAME, 'test.work'),
		credentials: { [credentialType]: { id: '1', name: credentialType } },
	};
	const execution = startWorkflow(
		[plainNode('Items'), node],
		{ Items: { main: [[{ node: FLUX_NAME, type: 'main', index: 0 }]] } },
		{ credentials: { [credentialType]: { apiKey, baseUrl } } },
		{
			'test.work': {
				...type,
				description: {
					...type.description,
					credentials: [{ name: credentialType, required: true }],
				},
			},
		},
	);
	await execution.finished;
	while (!came) await new Promise((resolve) => setImmediate(resolve));
	if ('error' in came) throw came.error;
	return came.value;
}
