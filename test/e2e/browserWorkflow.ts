import { N8nRest } from '../../tooling/n8n/rest';
import { chainOf, type Step } from '../../tooling/n8n/chain';
import { fixture } from './fixture';

export const manualTrigger: Step = {
	name: 'When clicking Execute workflow',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

/** A FLUX Image as it comes from the node panel: nothing filled in. */
export const emptyFluxImage: Step = {
	name: 'FLUX Image',
	type: 'n8n-nodes-flux-image.fluxImage',
	typeVersion: 1,
	parameters: {},
};

/** Saves a workflow of these steps, each joined to the next, and gives its address in the editor. */
export async function saveChain(name: string, steps: readonly Step[]): Promise<string> {
	const rest = new N8nRest(fixture.url);
	await rest.enter(fixture.login);
	const { id } = await rest.createWorkflow(chainOf(name, steps));
	return `${fixture.url}/workflow/${id}`;
}
