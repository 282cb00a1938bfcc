import { join } from 'node:path';

import type { N8nRest } from '../../tooling/n8n/rest';
import { mapNodes, readWorkflows, type WorkflowNode } from '../../tooling/n8n/workflow-files';

/** A copy of an example workflow. */
export interface ExampleCopy {
	/** Name of the example. */
	example: string;
	/** Name of the copy. */
	name: string;
	/** What differs in its nodes. */
	change: (node: WorkflowNode) => WorkflowNode;
}

/**
 * Saves and publishes such a copy, with the credentials of this n8n. They are found by name: another test
 * leaves credentials of the same type that do not work.
 */
export async function publishCopy(
	rest: N8nRest,
	{ example, name, change }: ExampleCopy,
): Promise<void> {
	const examples = await readWorkflows(join(__dirname, '../../workflows'));
	const original = examples.find((workflow) => workflow.name === example);
	if (!original) throw new Error(`There is no workflow "${example}"`);
	const credentials = await rest.call<Array<{ id: string; name: string }>>('GET', 'credentials');
	const idOf = new Map(credentials.map((credential) => [credential.name, credential.id]));
	const connected = ({ credentials: named = {}, ...node }: WorkflowNode): WorkflowNode => ({
		...node,
		credentials: Object.fromEntries(
			Object.entries(named).map(([type, credential]) => [
				type,
				{ id: idOf.get(credential.name) ?? null, name: credential.name },
			]),
		),
	});
	const copy = mapNodes(original, (node) => connected(change(node)));
	await rest.publish(await rest.createWorkflow({ ...copy, name }));
}
