import { randomUUID } from 'node:crypto';
import { N8nRest } from '../../scripts/n8n/rest';
import { stage } from './stage';

/** One step of a chain: the node's name, type, version and parameters. */
export interface Step {
	name: string;
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
}

/** Width of a step on the canvas, with the gap to the next. */
const STEP_WIDTH = 240;

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
	const rest = new N8nRest(stage.url);
	await rest.enter(stage.login);
	const { id } = await rest.createWorkflow({
		name,
		nodes: steps.map((step, index) => ({
			...step,
			id: randomUUID(),
			position: [index * STEP_WIDTH, 0],
		})),
		connections: Object.fromEntries(
			steps
				.slice(1)
				.map(({ name: node }, index) => [
					steps[index]?.name,
					{ main: [[{ node, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1' },
	});
	return `${stage.url}/workflow/${id}`;
}
