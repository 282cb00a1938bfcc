import { chainOf, type Step } from '../../tooling/n8n/chain';
import { fixture } from './fixture';
import { openN8n } from './n8n';

/** A FLUX Image as it comes from the node panel: nothing filled in. */
export const emptyFluxImage: Step = {
	name: 'FLUX Image',
	type: 'n8n-nodes-flux-image.fluxImage',
	typeVersion: 1,
	parameters: {},
};

/** Saves a workflow of these steps, each joined to the next, and gives its address in the editor. */
export async function saveChain(name: string, steps: readonly Step[]): Promise<string> {
	const { id } = await openN8n().createWorkflow(chainOf(name, steps));
	return `${fixture.url}/workflow/${id}`;
}
