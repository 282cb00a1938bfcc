import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { INode, INodeExecutionData, INodeType, IVersionedNodeType } from 'n8n-workflow';

import {
	fluxNode,
	FLUX_NAME,
	FLUX_TYPE,
	plainNode,
	startWorkflow,
	type Execution,
	type Outcome,
} from '../../tooling/engine/engine';
import type { Sandbox } from '../../sandbox';
import { ensureN8n } from '../../tooling/n8n/install';
import { FIRST_NODE, loopAt, type LoopChange, type LoopName } from './handBuiltLoops';

/** What of a sandbox a run needs; another process may hold the sandbox itself. */
export type Address = Pick<Sandbox, 'keys' | 'baseUrls'>;

type NodeClass = new () => INodeType | IVersionedNodeType;

/** The classes that a compiled module exports. */
export function loadNodeClass(file: string): NodeClass {
	const [NodeOfFile] = Object.values(createRequire(file)(file) as Record<string, NodeClass>);
	if (!NodeOfFile) throw new Error(`${file} exports no node`);
	return NodeOfFile;
}

/** The node as it is built and shipped. */
export const BUILT_NODE = join(__dirname, '../../dist/nodes/FluxImage/FluxImage.node.js');

/** The gateways that the bench runs the node with: their credential, and FLUX.1 Kontext [max] there. */
const GATEWAYS = {
	seaArtCloud: { credential: 'seaArtCloudApi', model: 'flux_kontext_max' },
	toApis: { credential: 'toApisApi', model: 'flux-kontext-max' },
} as const;

/** What the node is run with in the bench, beside its items. */
export interface FluxRun {
	readonly prompts: readonly string[];
	/** Default: SeaArt Cloud. */
	readonly gateway?: keyof typeof GATEWAYS;
	/** A picture as base64 that every item has in its binary field `data`, to be edited. */
	readonly inputImage?: string;
	/** Fields of the model beside the prompt. */
	readonly additionalFields?: Record<string, string>;
	readonly options?: Record<string, number | boolean>;
	/** Settings of the node beside its parameters, such as `onError`. */
	readonly settings?: Partial<INode>;
}

/** Starts the built node in n8n's engine. */
export function startFlux(sandbox: Address, run: FluxRun): Execution {
	const { prompts, inputImage, additionalFields, options, settings = {} } = run;
	const { gateway = 'seaArtCloud' } = run;
	const credentials = credentialsOf(sandbox, gateway);
	const binary = inputImage && { data: { data: inputImage, mimeType: 'image/png' } };
	const parameters = {
		gateway,
		resource: 'image',
		operation: 'generateAndWait',
		model: GATEWAYS[gateway].model,
		prompt: '={{ $json.prompt }}',
		...(binary
			? { inputImages: { image: [{ source: 'binary', binaryPropertyName: 'data' }] } }
			: {}),
		additionalFields: { ...additionalFields },
		options: { ...options },
	};
	return startWorkflow(
		[plainNode('Items'), fluxNode({ parameters, credentials, settings })],
		{ Items: { main: [[{ node: FLUX_NAME, type: 'main', index: 0 }]] } },
		{ items: itemsOf(prompts).map((item) => (binary ? { ...item, binary } : item)), credentials },
		builtNode(),
	);
}

/** The built node in n8n's engine, to its end. */
export async function runFlux(sandbox: Address, run: FluxRun): Promise<Outcome> {
	const outcome = await startFlux(sandbox, run).finished;
	if (outcome.error) throw new Error(`The node failed: ${outcome.error.message}`);
	return outcome;
}

/** What a hand-built loop is run with, beside its items. */
export interface LoopRun extends LoopChange {
	readonly prompts: readonly string[];
	readonly name?: LoopName;
}

/** Starts a loop that people build by hand, with n8n's own nodes, in the same engine. */
export async function startLoop(sandbox: Address, run: LoopRun): Promise<Execution> {
	const { prompts, name = 'loop', ...change } = run;
	const { nodes, connections } = loopAt(sandbox.baseUrls.seaArtCloud, name, change);
	return startWorkflow(
		[plainNode('Items'), ...nodes],
		{ ...connections, Items: { main: [[{ node: FIRST_NODE, type: 'main', index: 0 }]] } },
		{ items: itemsOf(prompts), credentials: credentialsOf(sandbox, 'seaArtCloud') },
		{ ...builtNode(), ...(await baseNodes()) },
	);
}

/** The loop as most people build it, to its end. */
export async function runHandBuiltLoop(sandbox: Address, prompts: readonly string[]) {
	const outcome = await (await startLoop(sandbox, { prompts })).finished;
	if (outcome.error) throw new Error(`The hand-built loop failed: ${outcome.error.message}`);
	return outcome;
}

/** Folder of the nodes that n8n itself brings. */
export async function n8nNodesBase(): Promise<string> {
	const { program } = await ensureN8n('2.41');
	return dirname(createRequire(program).resolve('n8n-nodes-base/package.json'));
}

/** The built node as the engine takes it. */
export const builtNode = () => ({ [FLUX_TYPE]: new (loadNodeClass(BUILT_NODE))() });

async function baseNodes(): Promise<Record<string, INodeType | IVersionedNodeType>> {
	const nodes = join(await n8nNodesBase(), 'dist', 'nodes');
	const files = {
		'n8n-nodes-base.httpRequest': 'HttpRequest/HttpRequest.node.js',
		'n8n-nodes-base.wait': 'Wait/Wait.node.js',
		'n8n-nodes-base.if': 'If/If.node.js',
	};
	return Object.fromEntries(
		Object.entries(files).map(([type, file]) => [type, new (loadNodeClass(join(nodes, file)))()]),
	);
}

const itemsOf = (prompts: readonly string[]): INodeExecutionData[] =>
	prompts.map((prompt) => ({ json: { prompt } }));

const credentialsOf = ({ keys, baseUrls }: Address, gateway: keyof typeof GATEWAYS) => ({
	[GATEWAYS[gateway].credential]: { apiKey: keys.valid, baseUrl: baseUrls[gateway] },
});
