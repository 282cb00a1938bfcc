import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A node of a workflow file, as far as it is read here. */
export interface WorkflowNode {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string | null; name: string }>;
}

/** A workflow as n8n exports and imports it. */
export interface Workflow {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings: Record<string, unknown>;
}

/** The example workflows of a folder, by file name. */
export async function readWorkflows(folder: string): Promise<Workflow[]> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
	return await Promise.all(
		files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Workflow),
	);
}

/** The workflow with its nodes changed by `change`. */
export function mapNodes(
	workflow: Workflow,
	change: (node: WorkflowNode) => WorkflowNode,
): Workflow {
	return { ...workflow, nodes: workflow.nodes.map(change) };
}

/**
 * Whether a webhook, form or schedule can start the workflow, so that it is worth publishing, and
 * no credential is missing for it.
 */
export function canBePublished({ nodes }: Workflow): boolean {
	const hasTrigger = nodes.some(
		({ type, parameters }) =>
			/trigger$|\.webhook$/i.test(type) &&
			!type.endsWith('.manualTrigger') &&
			// A chat that is not public is open in the editor alone.
			(!type.endsWith('.chatTrigger') || parameters.public === true),
	);
	const credentials = nodes.flatMap((node) => Object.values(node.credentials ?? {}));
	return hasTrigger && credentials.every(({ id }) => id !== null);
}
