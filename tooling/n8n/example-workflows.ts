import type { Gateway } from '../gateways';
import type { N8nRest } from './rest';
import { canBePublished, mapNodes, type Workflow, type WorkflowNode } from './workflow-files';

/** The node, and what n8n makes of it for AI agents. */
const NODE_TYPES = ['n8n-nodes-flux-image.fluxImage', 'n8n-nodes-flux-image.fluxImageTool'];
/** The value of `model` that means: the id stands in `modelId`, as where an expression gives it. */
const OTHER_MODEL = 'other';
/** The node in which a workflow keeps what a person sets once: a bucket, a folder, an address. */
const SETTINGS_NODE = 'Settings';

interface Assignment {
	name: string;
	value: unknown;
}

/** What an n8n has for the workflows, in place of what their files leave open. */
export interface WorkflowSurroundings {
	/** Ids of the credentials, by type. */
	credentialIds: ReadonlyMap<string, string>;
	/** Values for the fields of the nodes named Settings, by field. */
	settings: Readonly<Record<string, string>>;
	/** The gateway that the workflows are set to; absent: as they are in their files. */
	gateway?: Gateway | undefined;
	/** All gateways, by which workflows made for another one are known. */
	gateways: readonly Gateway[];
}

/**
 * Saves the workflows that n8n does not hold yet, and makes live those that something from outside
 * can start and whose credentials are all there.
 *
 * @returns ids by name, also of what was there before
 */
export async function saveWorkflows(
	rest: N8nRest,
	workflows: readonly Workflow[],
	surroundings: WorkflowSurroundings,
): Promise<Map<string, string>> {
	const ids = new Map((await rest.listWorkflows()).map(({ id, name }) => [name, id]));
	for (const workflow of workflows) {
		if (ids.has(workflow.name) || isForAnotherGateway(workflow, surroundings)) continue;
		const fitted = mapNodes(workflow, (node) => fit(node, surroundings));
		const saved = await rest.createWorkflow(fitted);
		if (canBePublished(fitted)) await rest.publish(saved);
		ids.set(workflow.name, saved.id);
	}
	return ids;
}

/** A workflow that has a gateway in its name shows that gateway; any other can be set to all. */
function isForAnotherGateway(
	{ name }: Workflow,
	{ gateway, gateways }: WorkflowSurroundings,
): boolean {
	return (
		gateway !== undefined &&
		gateways.some((other) => other.name !== gateway.name && name.includes(other.title))
	);
}

function fit(node: WorkflowNode, surroundings: WorkflowSurroundings): WorkflowNode {
	const { gateway, settings, credentialIds } = surroundings;
	const aimed = gateway && NODE_TYPES.includes(node.type) ? setGateway(node, gateway) : node;
	const settled = node.name === SETTINGS_NODE ? fillSettings(aimed, settings) : aimed;
	return fillCredentials(settled, credentialIds);
}

/**
 * The node at another gateway, with the same model under its name there, else that gateway's first. The
 * picture's shape stands under both of its names, of which the node reads the one that the model has.
 */
function setGateway(node: WorkflowNode, gateway: Gateway): WorkflowNode {
	const { name, credentialType, credentialName } = gateway;
	const model = String(node.parameters.model);
	const shape = node.parameters.aspectRatio ?? node.parameters.size;
	return {
		...node,
		parameters: {
			...node.parameters,
			...(shape === undefined ? {} : { aspectRatio: shape, size: shape }),
			gateway: name,
			model: model === OTHER_MODEL ? model : gateway.modelLike(model),
		},
		credentials: { [credentialType]: { id: null, name: credentialName } },
	};
}

function fillSettings(node: WorkflowNode, settings: Readonly<Record<string, string>>) {
	const { assignments } = node.parameters.assignments as { assignments: Assignment[] };
	const filled = assignments.map((field) => ({
		...field,
		value: settings[field.name] ?? field.value,
	}));
	return { ...node, parameters: { ...node.parameters, assignments: { assignments: filled } } };
}

/** The files name their credentials without an id, since every n8n has its own. */
function fillCredentials(node: WorkflowNode, ids: ReadonlyMap<string, string>): WorkflowNode {
	const credentials = Object.entries(node.credentials ?? {}).map(
		([type, { name }]) => [type, { id: ids.get(type) ?? null, name }] as const,
	);
	return { ...node, credentials: Object.fromEntries(credentials) };
}
