import { randomUUID } from 'node:crypto';
import type { Workflow, WorkflowNode } from './workflow-files';

/** One step of a chain: the node's name, type, version and parameters. */
export interface Step extends WorkflowNode {
	typeVersion: number;
	/** Part of a webhook's identity in n8n. */
	webhookId?: string;
}

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
