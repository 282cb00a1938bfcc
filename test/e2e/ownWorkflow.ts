import { request } from 'undici';

import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow, WorkflowNode } from '../../tooling/n8n/workflow-files';
import { eventually } from '../../tooling/eventually';
import type { RequestRow, TaskRow } from '../../sandbox';
import { fixture } from './fixture';
import { executionsOf, workflowId, type SavedExecution } from './n8n';
import { post } from './webhooks';

/** The example workflows whose FLUX Image node holds the credential of a gateway. */
const EXAMPLES = { seaArtCloud: 'Draw a picture', toApis: 'Draw with ToAPIs' };

/** Name of the FLUX Image node in the workflows that are made here. */
export const NODE = 'FLUX Image';

/** Tries of a node with Retry On Fail. */
const MOST_TRIES = 3;

/** What a workflow of one FLUX Image node differs in. */
export interface OwnWorkflow {
	/** Its name, and its webhook's path. */
	path: string;
	gateway?: keyof typeof EXAMPLES;
	parameters: Record<string, unknown>;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail?: boolean;
	/** Runs the node once a row, in Loop Over Items. */
	inLoop?: boolean;
	/** A node behind the pictures. */
	next?: NodeSettings;
}

type NodeSettings = Pick<WorkflowNode, 'name' | 'type' | 'parameters'> & { typeVersion: number };

/** A published workflow whose webhook takes `{rows: […]}`, each of them an item. */
export interface Published {
	/** Posts rows, and waits until the execution has ended. */
	run(rows: object[]): Promise<SavedExecution>;
	/** A person's Retry of an execution that failed; waits until the new one has succeeded. */
	retry(failed: SavedExecution): Promise<SavedExecution>;
}

/** Saves and publishes such a workflow. */
export async function publishOwn(rest: N8nRest, own: OwnWorkflow): Promise<Published> {
	const saved = await rest.createWorkflow(await workflowOf(rest, own));
	await rest.publish(saved);
	let known = 0;
	return {
		run: async (rows) => {
			await post(own.path, { rows });
			const [latest] = await eventually(
				`the end of an execution of ${own.path}`,
				async () => await executionsOf(saved.id),
				(executions) => executions.length > known,
			);
			known++;
			return latest!;
		},
		retry: async ({ id }) => {
			await rest.call('POST', `executions/${id}/retry`, { loadWorkflow: false });
			const [latest] = await eventually(
				`the success of a retry of ${own.path}`,
				async () => await executionsOf(saved.id),
				([execution]) => execution?.status === 'success',
			);
			known++;
			return latest!;
		},
	};
}

async function workflowOf(rest: N8nRest, own: OwnWorkflow): Promise<Workflow> {
	const { path, inLoop, next } = own;
	const node = await fluxNode(rest, own);
	const nodes = [
		...startingNodes(path),
		...(inLoop ? [{ ...LOOP }] : []),
		node,
		...(next ? [next] : []),
	];
	const link = (to: string) => [{ node: to, type: 'main', index: 0 }];
	// In a loop, rows that fail go round as well.
	const behind = inLoop ? [link(LOOP.name), link(LOOP.name)] : next ? [link(next.name)] : [];
	return {
		name: path,
		nodes: nodes.map((each, index) => ({ ...each, id: `${index}`, position: [index * 200, 0] })),
		connections: {
			Webhook: { main: [link(SPLIT)] },
			[SPLIT]: { main: [link(inLoop ? LOOP.name : NODE)] },
			...(inLoop ? { [LOOP.name]: { main: [[], link(NODE)] } } : {}),
			[NODE]: { main: behind },
		},
		settings: { executionOrder: 'v1' },
	};
}

const SPLIT = 'Split Out';

const LOOP: NodeSettings = {
	name: 'Loop Over Items',
	type: 'n8n-nodes-base.splitInBatches',
	typeVersion: 3,
	parameters: { options: {} },
};

function startingNodes(path: string): NodeSettings[] {
	const webhook = { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} };
	const split = { fieldToSplitOut: 'body.rows', include: 'noOtherFields', options: {} };
	return [
		{
			name: 'Webhook',
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2,
			parameters: webhook,
			...{ webhookId: path },
		},
		{ name: SPLIT, type: 'n8n-nodes-base.splitOut', typeVersion: 1, parameters: split },
	];
}

/** The node itself, with the credential of its gateway. */
export async function fluxNode(
	rest: N8nRest,
	{
		gateway = 'seaArtCloud',
		parameters,
		onError = 'stopWorkflow',
		retryOnFail,
	}: Omit<OwnWorkflow, 'path'>,
): Promise<WorkflowNode> {
	const example = await rest.call<Workflow>('GET', `workflows/${workflowId(EXAMPLES[gateway])}`);
	const node = example.nodes.find(({ type }) => type.endsWith('.fluxImage'));
	if (!node) throw new Error(`The workflow "${EXAMPLES[gateway]}" has no FLUX Image node`);
	const { model } = node.parameters;
	const operation = { resource: 'image', operation: 'generateAndWait' };
	const retry = { retryOnFail: true, maxTries: MOST_TRIES, waitBetweenTries: 100 };
	return {
		...node,
		name: NODE,
		...{ onError },
		...(retryOnFail ? retry : {}),
		parameters: { gateway, ...operation, model, ...parameters },
	};
}

/** What the sandbox wrote down. */
async function ledger(): Promise<{ requests: RequestRow[]; tasks: TaskRow[] }> {
	const { body } = await request(`${fixture.sandbox.url}/sandbox/ledger`);
	return (await body.json()) as { requests: RequestRow[]; tasks: TaskRow[] };
}

/** The tasks whose prompt begins so, the earliest first: each was billed once. */
export async function tasksThatBegin(prompt: string): Promise<TaskRow[]> {
	return (await ledger()).tasks.filter((task) => task.prompt.startsWith(prompt));
}

/** The calls about a task, of one kind. */
export async function callsAbout(id: string, call: RequestRow['call']): Promise<RequestRow[]> {
	return (await ledger()).requests.filter((row) => row.taskId === id && row.call === call);
}
