import { N8nRest } from '../../scripts/n8n/rest';
import type { Workflow } from '../../scripts/n8n/workflow-files';
import { eventually, webhooksOf } from './observed';
import { stage } from './stage';

/** A node as the builders below write it: the name, what it is, and its parameters. */
interface Step {
	name: string;
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
}

const MODEL = { gateway: 'seaArtCloud', model: 'flux_kontext_max' };
const CREDENTIAL = { type: 'seaArtCloudApi', name: 'SeaArt Cloud account' };

/** Logs in to the main n8n. */
export async function openN8n(): Promise<N8nRest> {
	const rest = new N8nRest(stage.url);
	await rest.enter(stage.login);
	return rest;
}

/** Saves and publishes a workflow whose steps follow each other, and waits for its webhook. */
export async function publish(rest: N8nRest, name: string, steps: Step[]): Promise<{ id: string }> {
	const credentials = await rest.call<Array<{ id: string; type: string }>>('GET', 'credentials');
	const { id } = credentials.find(({ type }) => type === CREDENTIAL.type) ?? { id: null };
	const workflow: Workflow = {
		name,
		nodes: steps.map((step, index) => ({
			...step,
			id: `${name} ${index}`,
			position: [index * 220, 0],
			...(step.type.endsWith('.webhook') ? { webhookId: name } : {}),
			...(step.type.endsWith('.fluxImage')
				? { credentials: { [CREDENTIAL.type]: { id, name: CREDENTIAL.name } } }
				: {}),
		})),
		connections: Object.fromEntries(
			steps
				.slice(1)
				.map(({ name: node }, index) => [
					steps[index]?.name,
					{ main: [[{ node, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1', saveExecutionProgress: true },
	};
	const saved = await rest.createWorkflow(workflow);
	await rest.publish(saved);
	// n8n answers before the webhook is there.
	const hooks = async () => await webhooksOf(saved);
	if ((await eventually(hooks, ({ length }) => length > 0)).length > 0) return saved;
	throw new Error(`n8n has not registered the webhook of "${name}"`);
}

/** Starts the workflow by POST at `/webhook/<path>`; the answer comes at once, or from `answer`. */
export function webhook(path: string, responseMode: 'onReceived' | 'responseNode'): Step {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path, httpMethod: 'POST', responseMode, options: {} },
	};
}

/** One item for each of the prompts that the webhook was given. */
export const eachPrompt: Step = {
	name: 'Each prompt',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.prompts', options: { destinationFieldName: 'prompt' } },
};

/** Image > Generate and Wait, or Image > Create. */
export function image(operation: 'generateAndWait' | 'create', prompt: string): Step {
	const parameters = { ...MODEL, resource: 'image', operation, prompt, options: {} };
	return { name: 'Image', type: 'n8n-nodes-flux-image.fluxImage', typeVersion: 1, parameters };
}

/** Task > Wait. */
export function wait(requestId: string): Step {
	const parameters = { ...MODEL, resource: 'task', operation: 'wait', requestId, options: {} };
	return { name: 'Wait', type: 'n8n-nodes-flux-image.fluxImage', typeVersion: 1, parameters };
}

/** Answers the webhook with the first item's JSON, or with its picture. */
export function answer(respondWith: 'firstIncomingItem' | 'binary'): Step {
	return {
		name: 'Answer',
		type: 'n8n-nodes-base.respondToWebhook',
		typeVersion: 1.1,
		parameters: { respondWith, options: {} },
	};
}
