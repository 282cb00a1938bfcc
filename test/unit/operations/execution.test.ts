import type { IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { NodeExecution } from '../../../nodes/FluxImage/operations/execution';
import { nodePorts } from '../../engine/heldTime';

/** What the node of an execution logs; n8n tells no ID of the calls of an agent's tool. */
async function logged(executionId: string | undefined): Promise<string[]> {
	const lines: string[] = [];
	const context = {
		getNode: () => ({ name: 'FLUX Image', type: 'fluxImage' }),
		getContext: () => ({}),
		getExecutionId: () => executionId,
		getExecutionCancelSignal: () => undefined,
		getMode: () => 'manual',
		getCredentials: async () => ({ apiKey: 'sk-0123456789', baseUrl: 'https://gateway.test' }),
		logger: { info: (line: string) => lines.push(line) },
	};
	const node = new NodeExecution(context as unknown as IExecuteFunctions, nodePorts());
	(await node.at(GATEWAYS.vtrix, 0)).log('Task 1 was created');
	return lines;
}

it('the log names the execution, and none where n8n does not tell it (FAULTS E13)', async () => {
	expect(await logged('7')).toEqual(['FLUX Image "FLUX Image" in execution 7: Task 1 was created']);
	expect(await logged(undefined)).toEqual(['FLUX Image "FLUX Image": Task 1 was created']);
});
