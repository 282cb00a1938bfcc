import 'reflect-metadata';

import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

process.env.N8N_ENCRYPTION_KEY ??= 'engine-tests-only';
process.env.N8N_USER_FOLDER ??= mkdtempSync(path.join(tmpdir(), 'flux-image-engine-'));

import {
	BinaryDataConfig,
	BinaryDataService,
	ExecutionLifecycleHooks,
	WorkflowExecute,
} from 'n8n-core';
import {
	NodeHelpers,
	Workflow,
	createRunExecutionData,
	type IBinaryData,
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type ICredentialsHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
	type IRunExecutionData,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { OdiRouterApi } from '../../credentials/OdiRouterApi.credentials';
import { SeaArtCloudApi } from '../../credentials/SeaArtCloudApi.credentials';
import { ToApisApi } from '../../credentials/ToApisApi.credentials';
import { VtrixApi } from '../../credentials/VtrixApi.credentials';
import { FluxImage } from '../../nodes/FluxImage/FluxImage.node';

/** The container that n8n-core itself uses: npm may have put another copy of it at the top. */
const { Container } = createRequire(require.resolve('n8n-core'))('@n8n/di') as typeof import('@n8n/di');

/** A credential's fields by its type. */
export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** A node type of a test's own, beside the FLUX Image node: what it does with its items. */
export type TestNode = INodeType;

/** What a node of a workflow under test is. */
export interface NodeUnderTest {
	readonly parameters: INodeParameters;
	readonly items?: INodeExecutionData[];
	readonly credentials: Credentials;
	/** Settings of the node beside its parameters: `onError`, `retryOnFail`, `maxTries`. */
	readonly settings?: Partial<INode>;
	/** Run data of an earlier execution to go on from, as n8n's Retry does. */
	readonly context?: IRunExecutionData['executionData'];
	readonly executionId?: string;
	readonly mode?: 'manual' | 'trigger' | 'retry';
}

/** What came of it. */
export interface Outcome {
	/** Items by output: the first is the success branch, the second the error branch. */
	readonly outputs: INodeExecutionData[][];
	readonly error: (Error & { description?: string | null; httpCode?: string | null }) | undefined;
	readonly run: IRun;
	readonly context: Record<string, unknown>;
}

/** An execution under way. */
export interface Execution {
	readonly finished: Promise<Outcome>;
	/** What the Stop button does. */
	stop(): void;
	/** Lines that the node logged. */
	readonly log: string[];
}

export type BinaryMode = 'default' | 'filesystem';

const CREDENTIAL_TYPES: Record<string, ICredentialType> = Object.fromEntries(
	[new SeaArtCloudApi(), new OdiRouterApi(), new VtrixApi(), new ToApisApi()].map((type) => [
		type.name,
		type,
	]),
);

/** Sets where n8n keeps binaries: in memory (`default`, n8n 1.x) or on disk (n8n 2.x). */
export async function useBinaryMode(mode: BinaryMode): Promise<void> {
	const config = Container.get(BinaryDataConfig);
	config.mode = mode;
	config.signingSecret ??= 'engine-tests-only';
	await Container.get(BinaryDataService).init();
}

/** The bytes of a binary field, wherever n8n keeps them. */
export async function binaryBytes(binary: IBinaryData | undefined): Promise<Buffer> {
	if (!binary) throw new Error('The item has no such binary field');
	return await Container.get(BinaryDataService).getAsBuffer(binary);
}

/** Starts the FLUX Image node in n8n's real engine, behind a node that gives it its items. */
export function startNode(under: NodeUnderTest): Execution {
	const flux: INode = {
		id: 'flux',
		name: 'FLUX Image',
		type: 'n8n-nodes-flux-image.fluxImage',
		typeVersion: 1,
		position: [200, 0],
		parameters: under.parameters,
		credentials: Object.fromEntries(
			Object.keys(under.credentials).map((name) => [name, { id: name, name }]),
		),
		...under.settings,
	};
	return startWorkflow(
		[ITEMS_NODE, flux],
		{ Items: { main: [[{ node: 'FLUX Image', type: 'main', index: 0 }]] } },
		under,
	);
}

/** The node in the engine, to its end. */
export async function runNode(under: NodeUnderTest): Promise<Outcome> {
	return await startNode(under).finished;
}

const ITEMS_NODE: INode = {
	id: 'items',
	name: 'Items',
	type: 'test.passThrough',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

/** Starts a workflow that begins with a node named `Items`. */
export function startWorkflow(
	nodes: INode[],
	connections: ConstructorParameters<typeof Workflow>[0]['connections'],
	under: Pick<NodeUnderTest, 'items' | 'credentials' | 'context' | 'executionId' | 'mode'>,
	testNodes: Record<string, TestNode> = {},
): Execution {
	const types = nodeTypes(testNodes);
	const workflow = new Workflow({
		id: 'workflow',
		name: 'Test',
		nodes,
		connections,
		active: false,
		nodeTypes: types,
		settings: { executionOrder: 'v1' },
	});
	const start = workflow.getNode('Items')!;
	const runData = createRunExecutionData({
		executionData: {
			contextData: under.context?.contextData ?? {},
			nodeExecutionStack: [
				{
					node: start,
					data: { main: [under.items ?? [{ json: {} }]] },
					source: null,
				},
			],
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	});
	const log: string[] = [];
	const mode = under.mode ?? 'trigger';
	const data = additionalData(workflow, under, mode);
	const execution = new WorkflowExecute(data, mode, runData).processRunExecutionData(workflow);
	const last = nodes.at(-1)!.name;
	return {
		log,
		stop: () => execution.cancel(),
		finished: execution.then((run) => outcomeOf(run, last)),
	};
}

function outcomeOf(run: IRun, nodeName: string): Outcome {
	const task = run.data.resultData.runData[nodeName]?.at(-1);
	return {
		run,
		outputs: (task?.data?.main ?? []).map((items) => items ?? []),
		error: run.data.resultData.error as Outcome['error'],
		context: (run.data.executionData?.contextData[`node:${nodeName}`] ?? {}) as Record<
			string,
			unknown
		>,
	};
}

function nodeTypes(testNodes: Record<string, TestNode>) {
	const passThrough: INodeType = {
		description: {
			displayName: 'Pass Through',
			name: 'passThrough',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		},
		async execute() {
			return [this.getInputData()];
		},
	};
	const flux = new FluxImage();
	const known: Record<string, INodeType> = {
		'n8n-nodes-flux-image.fluxImage': flux,
		'test.passThrough': passThrough,
		...testNodes,
	};
	const byName = (name: string) => {
		const type = known[name];
		if (!type) throw new Error(`No node type ${name}`);
		return type;
	};
	return {
		getByName: byName,
		getByNameAndVersion: (name: string) => NodeHelpers.getVersionedNodeType(byName(name)),
		getKnownTypes: () => ({}),
	};
}

function additionalData(
	workflow: Workflow,
	{ credentials, executionId = '1' }: Pick<NodeUnderTest, 'credentials' | 'executionId'>,
	mode: 'manual' | 'trigger' | 'retry',
): IWorkflowExecuteAdditionalData {
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		id: workflow.id,
		name: 'Test',
		active: false,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	} as ConstructorParameters<typeof ExecutionLifecycleHooks>[2]);
	return {
		credentialsHelper: credentialsHelper(credentials),
		executionId,
		hooks,
		currentNodeExecutionIndex: 0,
		restApiUrl: 'http://127.0.0.1/rest',
		instanceBaseUrl: 'http://127.0.0.1',
		formBaseUrl: 'http://127.0.0.1/form',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		formTestBaseUrl: 'http://127.0.0.1/form-test',
		webhookBaseUrl: 'http://127.0.0.1/webhook',
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
		webhookTestBaseUrl: 'http://127.0.0.1/webhook-test',
		mcpBaseUrl: 'http://127.0.0.1/mcp',
		mcpTestBaseUrl: 'http://127.0.0.1/mcp-test',
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** n8n's own way with credentials, less its database: the generic bearer of the credential files. */
function credentialsHelper(credentials: Credentials): ICredentialsHelper {
	const helper: Partial<Record<keyof ICredentialsHelper, unknown>> = {
		getParentTypes: () => [],
		isCredentialUsableByNode: () => true,
		getDecrypted: async (_data: unknown, _node: unknown, type: string) => ({
			...credentials[type],
		}),
		preAuthentication: async () => undefined,
		runPreAuthentication: async () => undefined,
		getCredentials: async (_node: unknown, type: string) => ({ id: type, name: type, type, data: '' }),
		getCredentialsProperties: (type: string) => CREDENTIAL_TYPES[type]?.properties ?? [],
		authenticate: async (
			{ apiKey }: ICredentialDataDecryptedObject,
			_type: string,
			options: IHttpRequestOptions,
		) => ({ ...options, headers: { ...options.headers, Authorization: `Bearer ${String(apiKey)}` } }),
	};
	return helper as unknown as ICredentialsHelper;
}
