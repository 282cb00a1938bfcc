import { randomUUID } from 'node:crypto';
import type { Workflow, WorkflowNode } from './workflow-files';

/** One step of a chain: the node's name, type, version and parameters. */
export interface Step extends WorkflowNode {
	typeVersion: number;
	/** Part of a webhook's identity in n8n. */
	webhookId?: string;
}

/** The step that a person starts. */
export const manualTrigger: Step = {
	name: 'When clicking Execute workflow',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

/** Steps of n8n's own that put out a picture as the file `data`. */
export const pictureAsFile = (picture: Buffer): Step[] => [
	{
		name: 'Picture as Text',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			mode: 'raw',
			jsonOutput: JSON.stringify({ picture: picture.toString('base64') }),
			options: {},
		},
	},
	{
		name: 'Picture as File',
		type: 'n8n-nodes-base.convertToFile',
		typeVersion: 1.1,
		parameters: {
			operation: 'toBinary',
			sourceProperty: 'picture',
			options: { fileName: 'apple.png', mimeType: 'image/png' },
		},
	},
];

/** Width of a step on the canvas, with the gap to the next. */
const STEP_WIDTH = 240;

/** A workflow of these steps, each joined to the next. */
export function chainOf(
	name: string,
	steps: readonly Step[],
	settings: Record<string, unknown> = {},
): Workflow {
	return {
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
		settings: { executionOrder: 'v1', ...settings },
	};
}
