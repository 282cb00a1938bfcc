import type { IExecuteFunctions } from 'n8n-workflow';

import type { Gateway } from '../gateways/gateway';
import { wallClock } from '../core/clock';
import { InFlight } from '../tasks/activeTasks';
import { JobLengths } from '../tasks/durations';
import type { TaskRoom } from '../tasks/lifecycle';
import { TaskMemory } from '../tasks/createdTasks';
import { GatewayPacer } from '../client/rateLimiter';
import type { Session } from '../client/gatewayClient';
import { openTransport } from '../client/http';

/** A room whose execution can be given up: nothing is waited for any more. */
export type NodeRoom = TaskRoom & { readonly giveUp: () => void };

/**
 * The tasks of this execution, and what they need of the world.
 *
 * @throws NodeOperationError where the node has no credential for the gateway (n8n's own error)
 */
export async function openRoom(context: IExecuteFunctions, gateway: Gateway): Promise<NodeRoom> {
	const stop = context.getExecutionCancelSignal() ?? new AbortController().signal;
	const failed = new AbortController();
	const executionId = context.getExecutionId();
	const who = `FLUX Image "${context.getNode().name}" in execution ${executionId}`;
	const session: Session = {
		gateway,
		transport: await openTransport(context, gateway, wallClock),
		clock: wallClock,
		lengths: new JobLengths(),
		pacer: new GatewayPacer(wallClock),
		random: Math.random,
		stop,
		halt: AbortSignal.any([stop, failed.signal]),
		log: (message) => context.logger.info(`${who}: ${message}`),
	};
	return {
		session,
		memory: new TaskMemory(context.getContext('node'), executionId, isAgentTool(context)),
		inFlight: new InFlight(session),
		giveUp: () => failed.abort(),
	};
}

/** n8n makes a node type of its own for the tool, with `Tool` at the end of its name. */
const isAgentTool = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');
