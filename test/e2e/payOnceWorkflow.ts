import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { endedExecution, type SavedExecution } from './n8n';
import { fluxNode, NODE } from './ownWorkflow';
import { post } from './webhooks';

/** What the webhook of such a workflow is told. */
export interface Delivery {
	/** The Pay Once Key; absent: the node has no such option. */
	order?: string;
	prompt: string;
	/** How many images; absent: one. */
	n?: number;
}

/** A published workflow that draws a picture for a webhook, and answers with its item. */
export interface PayOnceWorkflow {
	id: string;
	/** Where its webhook is, below `/webhook/`. */
	path: string;
	/** Delivers an order to its production URL; gives the item's JSON, of an error too. */
	deliver(delivery: Delivery): Promise<Record<string, unknown>>;
	/** Presses Execute workflow. */
	runManually(): Promise<SavedExecution>;
}

/** What a manual run orders. */
export interface ManualOrder {
	order: string;
	prompt: string;
}

interface PayOnceOptions {
	operation?: 'generateAndWait' | 'create';
	additionalFields?: Record<string, unknown>;
	/** False: the node has no key. */
	hasKey?: boolean;
}

const MANUAL = 'When clicking Execute workflow';

/** Saves and publishes such a workflow; `path` is its name too. */
export async function publishPayOnce(
	rest: N8nRest,
	path: string,
	manual: ManualOrder,
	{ operation = 'generateAndWait', additionalFields = {}, hasKey = true }: PayOnceOptions = {},
): Promise<PayOnceWorkflow> {
	const node = await fluxNode(rest, {
		onError: 'continueRegularOutput',
		parameters: {
			operation,
			prompt: '={{ $json.body.prompt }}',
			n: '={{ $json.body.n ?? 1 }}',
			additionalFields,
			options: hasKey ? { payOnceKey: '={{ $json.body.order }}' } : {},
		},
	});
	const workflow = workflowOf(path, manual, node);
	const saved = await rest.createWorkflow(workflow);
	await rest.publish(saved);
	return {
		id: saved.id,
		path,
		deliver: async (delivery) => (await post(path, delivery)).json(),
		runManually: async () => {
			const { executionId } = await rest.call<{ executionId: string }>(
				'POST',
				`workflows/${saved.id}/run`,
				{
					workflowData: await rest.call<object>('GET', `workflows/${saved.id}`),
					triggerToStartFrom: { name: MANUAL },
				},
			);
			return await endedExecution(executionId);
		},
	};
}

function workflowOf(path: string, manual: ManualOrder, node: Workflow['nodes'][number]): Workflow {
	const webhook = {
		...{ name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: path },
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
	};
	const trigger = {
		...{ name: MANUAL, type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} },
	};
	const order = {
		...{ name: 'Order', type: 'n8n-nodes-base.set', typeVersion: 3.4 },
		parameters: { mode: 'raw', jsonOutput: JSON.stringify({ body: manual }), options: {} },
	};
	const link = (to: string) => ({ main: [[{ node: to, type: 'main', index: 0 }]] });
	return {
		name: path,
		nodes: [webhook, trigger, order, node].map((each, index) => ({
			...each,
			id: `${index}`,
			position: [index * 200, 0],
		})),
		connections: {
			Webhook: link(NODE),
			[MANUAL]: link('Order'),
			Order: link(NODE),
		},
		settings: { executionOrder: 'v1' },
	};
}
