import { N8nRest } from '../../tooling/n8n/rest';
import { chainOf, type Step } from '../../tooling/n8n/chain';
import { fixture } from './fixture';

const MODEL = { gateway: 'seaArtCloud', model: 'flux_kontext_max' };
const CREDENTIAL = { type: 'seaArtCloudApi', name: 'SeaArt Cloud account' };

/** Logs in to the main n8n. */
export async function openN8n(): Promise<N8nRest> {
	const rest = new N8nRest(fixture.url);
	await rest.enter(fixture.login);
	return rest;
}

/** Saves and publishes a workflow whose steps follow each other. */
export async function publish(rest: N8nRest, name: string, steps: Step[]): Promise<{ id: string }> {
	const credentials = await rest.call<Array<{ id: string; type: string }>>('GET', 'credentials');
	const { id } = credentials.find(({ type }) => type === CREDENTIAL.type) ?? { id: null };
	const furnished = steps.map((step) => ({
		...step,
		...(step.type.endsWith('.webhook') ? { webhookId: name } : {}),
		...(step.type.endsWith('.fluxImage')
			? { credentials: { [CREDENTIAL.type]: { id, name: CREDENTIAL.name } } }
			: {}),
	}));
	const saved = await rest.createWorkflow(
		chainOf(name, furnished, { saveExecutionProgress: true }),
	);
	await rest.publish(saved);
	return saved;
}

/**
 * Starts the workflow by POST at `/webhook/<path>`; the answer comes at once, from `answer`, or is the
 * JSON of the last step's first item.
 */
export function webhook(
	path: string,
	responseMode: 'onReceived' | 'responseNode' | 'lastNode',
): Step {
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
export function image(
	operation: 'generateAndWait' | 'create',
	prompt: string,
	options: Record<string, unknown> = {},
): Step {
	const parameters = { ...MODEL, resource: 'image', operation, prompt, options };
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
