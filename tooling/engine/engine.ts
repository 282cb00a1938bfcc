import 'reflect-metadata';

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

process.env.N8N_ENCRYPTION_KEY ??= 'engine-tests-only';
const userFolders = process.env.FLUX_IMAGE_USER_FOLDERS ?? tmpdir();
const userFolder = mkdtempSync(path.join(userFolders, 'flux-image-engine-'));
process.env.N8N_USER_FOLDER = userFolder;
// For the scripts that use the engine; of jest, whose tests never see the exit, see userFolders/.
process.once('exit', () => rmSync(userFolder, { recursive: true, force: true }));

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
	type IDataObject,
	type IExecuteContextData,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
	type IRunExecutionData,
	type IVersionedNodeType,
	type IWorkflowExecuteAdditionalData,
	type IWorkflowSettings,
} from 'n8n-workflow';

import type { NodePorts } from '../../nodes/FluxImage/operations/execution';
import { runItems } from '../../nodes/FluxImage/operations/runItems';
import { credentialsHelper, type Credentials, type OnCall } from './credentialsHelper';
import { collectLog, engineLog } from './engineLog';

/** The container that n8n-core itself uses: npm may have put another copy of it at the top. */
const { Container } = createRequire(require.resolve('n8n-core'))(
	'@n8n/di',
) as typeof import('@n8n/di');

/** With its extension: where tsx runs this, the codex file of the same name would come first. */
const { FluxImage } = createRequire(__filename)(
	'../../nodes/FluxImage/FluxImage.node.ts',
) as typeof import('../../nodes/FluxImage/FluxImage.node');

// Before anything of n8n is built that would take its own logger.
collectLog();

/** How an execution is started. */
export interface ExecutionStart {
	readonly items?: INodeExecutionData[];
	readonly credentials: Credentials;
	/** Node contexts that an earlier execution left, as n8n's Retry hands them on. */
	readonly contextData?: IExecuteContextData;
	/** Null: n8n gives none, as to a call by MCP. */
	readonly executionId?: string | null;
	readonly mode?: Mode;
	/** `workflow` unless said otherwise. */
	readonly workflowId?: string;
	/** The workflow's static data, as n8n loads it; what the execution leaves is in the outcome. */
	readonly staticData?: IDataObject;
	/** The workflow's settings beside those of every test. */
	readonly workflowSettings?: IWorkflowSettings;
	/** What n8n takes for its own public address, `WEBHOOK_URL`; by default this machine. */
	readonly publicUrl?: string;
	readonly onCall?: OnCall;
	/** The node's time and chance, where they are not the world's. */
	readonly ports?: NodePorts;
	/** Sees each run of the node as it begins: attempts, turns of a loop. */
	readonly onRun?: (run: Promise<unknown>) => void;
}

type Mode = 'manual' | 'trigger' | 'webhook' | 'retry';

/** The FLUX Image node of a workflow under test. */
export interface NodeUnderTest extends ExecutionStart {
	readonly parameters: INodeParameters;
	/** Settings of the node beside its parameters: `onError`, `retryOnFail`, `maxTries`. */
	readonly settings?: Partial<INode>;
}

/** The plain copy of an error that an execution keeps. */
export type KeptError = Error & {
	description?: string | null;
	httpCode?: string | null;
	context: { itemIndex?: number };
};

/** What came of an execution. */
export interface Outcome {
	/** Items of the node's last run, by output: the first is the success branch, the second the error's. */
	readonly outputs: INodeExecutionData[][];
	/** Items of the first output. */
	readonly items: INodeExecutionData[];
	readonly error: KeptError | undefined;
	readonly run: IRun;
	readonly contextData: IExecuteContextData;
	/** The workflow's static data, as n8n would save it. */
	readonly staticData: IDataObject;
}

/** An execution under way. */
export interface Execution {
	readonly finished: Promise<Outcome>;
	/** What the Stop button does. */
	stop(): void;
	/** What was logged since the start. */
	log(): string[];
}

export type BinaryMode = 'default' | 'filesystem';

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

/**
 * The bytes behind a link that n8n has signed, as its own server looks at it.
 *
 * @throws what n8n answers to a link that is not, or no longer, good
 */
export async function bytesBehind(link: unknown): Promise<Buffer> {
	const token = new URL(String(link)).searchParams.get('token') ?? '';
	const service = Container.get(BinaryDataService);
	const id = service.validateSignedToken(token);
	return await service.getAsBuffer({ id, data: '', mimeType: '' });
}

/** The name of the node under test in every workflow here. */
export const FLUX_NAME = 'FLUX Image';

/** Its type, as saved workflows name it. */
export const FLUX_TYPE = 'n8n-nodes-flux-image.fluxImage';

/** Starts the FLUX Image node in n8n's real engine, behind a node that gives it its items. */
export function startNode(under: NodeUnderTest): Execution {
	return startWorkflow(
		[plainNode('Items'), fluxNode(under)],
		{ Items: { main: [[{ node: FLUX_NAME, type: 'main', index: 0 }]] } },
		under,
	);
}

/** The node in the engine, to its end. */
export async function runNode(under: NodeUnderTest): Promise<Outcome> {
	return await startNode(under).finished;
}

/** The FLUX Image node of a workflow. */
export function fluxNode({
	parameters,
	credentials,
	settings,
}: Pick<NodeUnderTest, 'parameters' | 'credentials' | 'settings'>): INode {
	return {
		...plainNode(FLUX_NAME, FLUX_TYPE),
		parameters,
		credentials: Object.fromEntries(
			Object.keys(credentials).map((name) => [name, { id: name, name }]),
		),
		...settings,
	};
}

/** A node without parameters; by default one that hands its items on. */
export function plainNode(name: string, type = 'test.passThrough'): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} };
}

/** Starts a workflow that begins with a node named `Items`. */
export function startWorkflow(
	nodes: INode[],
	connections: ConstructorParameters<typeof Workflow>[0]['connections'],
	start: ExecutionStart,
	testNodes: Record<string, INodeType | IVersionedNodeType> = {},
): Execution {
	const workflow = new Workflow({
		id: start.workflowId ?? 'workflow',
		name: 'Test',
		nodes,
		connections,
		active: false,
		nodeTypes: nodeTypes({ [FLUX_TYPE]: fluxImage(start), ...testNodes }),
		settings: { executionOrder: 'v1', ...start.workflowSettings },
		staticData: start.staticData ?? {},
	});
	const mode = start.mode ?? 'trigger';
	const execution = new WorkflowExecute(
		additionalData(workflow, start, mode),
		mode,
		firstStep(workflow, start),
	).processRunExecutionData(workflow);
	const loggedBefore = engineLog.length;
	return {
		log: () => engineLog.slice(loggedBefore),
		stop: () => execution.cancel(),
		finished: execution.then((run) => outcomeOf(run, workflow)),
	};
}

function firstStep(workflow: Workflow, { items, contextData }: ExecutionStart): IRunExecutionData {
	return createRunExecutionData({
		executionData: {
			contextData: contextData ?? {},
			nodeExecutionStack: [
				{
					node: workflow.getNode('Items')!,
					data: { main: [items ?? [{ json: {} }]] },
					source: null,
				},
			],
			metadata: {},
			waitingExecution: {},
			waitingExecutionSource: {},
		},
	});
}

function outcomeOf(run: IRun, workflow: Workflow): Outcome {
	const { resultData, executionData } = run.data;
	const outputs = resultData.runData[FLUX_NAME]?.at(-1)?.data?.main ?? [];
	return {
		run,
		outputs: outputs.map((items) => items ?? []),
		items: outputs[0] ?? [],
		error: resultData.error as KeptError | undefined,
		contextData: executionData?.contextData ?? {},
		staticData: JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject,
	};
}

/** The node as it is, but for what a test hands in and wants to see. */
function fluxImage({ ports, onRun }: Pick<ExecutionStart, 'ports' | 'onRun'>): INodeType {
	const node = new FluxImage();
	node.execute = async function () {
		const run = runItems(this, ports);
		onRun?.(run);
		return [await run];
	};
	return node;
}

/** A node type of a test's own. */
export function nodeType(outputs: string[], execute: NonNullable<INodeType['execute']>): INodeType {
	return {
		description: {
			displayName: 'Test Node',
			name: 'testNode',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: outputs.map(() => 'main' as const),
			outputNames: outputs,
			properties: [],
		},
		execute,
	};
}

const passThrough = nodeType(['done'], async function () {
	return [this.getInputData()];
});

function nodeTypes(testNodes: Record<string, INodeType | IVersionedNodeType>) {
	const known: Record<string, INodeType | IVersionedNodeType> = {
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
		getByNameAndVersion: (name: string, version?: number) =>
			NodeHelpers.getVersionedNodeType(byName(name), version),
		getKnownTypes: () => ({}),
	};
}

function additionalData(
	workflow: Workflow,
	{ credentials, executionId = '1', publicUrl = 'http://127.0.0.1', onCall }: ExecutionStart,
	mode: Mode,
): IWorkflowExecuteAdditionalData {
	const hooks = new ExecutionLifecycleHooks(mode, executionId ?? 'none', {
		id: workflow.id,
		name: 'Test',
		active: false,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	} as ConstructorParameters<typeof ExecutionLifecycleHooks>[2]);
	const addresses = ['rest', 'form', 'webhook', 'mcp'].flatMap((name) => [
		[`${name}BaseUrl`, `http://127.0.0.1/${name}`],
		[`${name}WaitingBaseUrl`, `http://127.0.0.1/${name}-waiting`],
		[`${name}TestBaseUrl`, `http://127.0.0.1/${name}-test`],
	]);
	return {
		...(Object.fromEntries(addresses) as object),
		instanceBaseUrl: 'http://127.0.0.1',
		restApiUrl: `${publicUrl}/rest`,
		credentialsHelper: credentialsHelper(credentials, onCall),
		...(executionId === null ? {} : { executionId }),
		hooks,
		currentNodeExecutionIndex: 0,
		variables: {},
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
}
