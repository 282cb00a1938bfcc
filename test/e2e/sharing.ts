import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { fluxNode, NODE } from './ownWorkflow';
import { post } from './webhooks';

/** The item of a picture that has a share link, as the workflow's caller sees it. */
export interface SharedItem {
	shareUrl: string;
	shareUrlExpiresAt: string;
	fileName: string;
}

/**
 * Publishes a workflow whose webhook answers a prompt with the JSON of its picture's item.
 *
 * @param options of the FLUX Image node
 * @param settings of the workflow
 * @returns the workflow's id
 */
export async function publishSharing(
	rest: N8nRest,
	path: string,
	options: object,
	settings: object = {},
): Promise<string> {
	const node = await fluxNode(rest, {
		parameters: { prompt: '={{ $json.body.prompt }}', options },
	});
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
		webhookId: path,
	};
	const nodes = [webhook, node].map((each, index) => ({
		...{ ...each, id: `${index}`, position: [index * 200, 0] },
	}));
	const saved = await rest.createWorkflow({
		name: path,
		nodes,
		connections: { Webhook: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1', ...settings },
	} as Workflow);
	await rest.publish(saved);
	return saved.id;
}

/** Draws by such a workflow. */
export async function drawShared(path: string, prompt: string): Promise<SharedItem> {
	const answer = await post(path, { prompt });
	if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.bytes.toString()}`);
	return answer.json<SharedItem>();
}
