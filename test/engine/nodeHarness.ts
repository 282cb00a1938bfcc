import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import {
	definitions,
	startSandbox,
	type Gateway,
	type Sandbox,
	type SandboxOptions,
} from '../../sandbox';
import type { Credentials } from '../../tooling/engine/credentialsHelper';
import {
	fluxNode,
	runNode,
	startNode,
	useBinaryMode,
	type Execution,
	type NodeUnderTest,
	type Outcome,
} from '../../tooling/engine/engine';
import { nodePorts } from './heldTime';

/** What a test asks the node for; the rest is filled in. */
export interface Ask extends Omit<NodeUnderTest, 'parameters' | 'credentials' | 'items'> {
	readonly gateway?: Gateway;
	/** `image > generateAndWait` unless said otherwise. */
	readonly operation?: `${'image' | 'task'} > ${string}`;
	/** One item a prompt. */
	readonly prompts?: readonly string[];
	/** One item an id. */
	readonly requestIds?: readonly string[];
	/** Items as they are, instead of prompts or ids. */
	readonly items?: INodeExecutionData[];
	readonly parameters?: INodeParameters;
	readonly options?: INodeParameters;
	readonly apiKey?: string;
	readonly baseUrl?: string;
}

/** Jobs and polls as short as tests need them, in seconds. */
const QUICK: SandboxOptions = { jobSeconds: { min: 0.02, max: 0.05 }, pictureScale: 0.1 };
const QUICK_POLL = 0.1;

/** The node in n8n's engine, with the sandbox for its gateways. */
export class NodeHarness {
	private ports = nodePorts();

	private constructor(readonly sandbox: Sandbox) {}

	static async open(options: SandboxOptions = {}): Promise<NodeHarness> {
		await useBinaryMode('filesystem');
		return new NodeHarness(await startSandbox({ ...QUICK, ...options }));
	}

	/** Nothing known of the accounts, as after a restart of n8n. */
	forget(): void {
		this.ports = nodePorts();
	}

	/** No faults, no quirks, an empty ledger, and nothing known of the accounts. */
	reset(): void {
		this.forget();
		this.sandbox.faults.clear();
		this.sandbox.quirks.reset();
		this.sandbox.ledger.clear();
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}

	start(ask: Ask): Execution {
		return startNode(this.nodeUnderTest(ask));
	}

	async run(ask: Ask): Promise<Outcome> {
		return await runNode(this.nodeUnderTest(ask));
	}

	/** The node for a workflow of the test's own. */
	node(ask: Ask): { node: INode; credentials: Credentials } {
		const under = this.nodeUnderTest(ask);
		return { node: fluxNode(under), credentials: under.credentials };
	}

	/** How many creates reached the sandbox, whatever became of them. */
	creates(): number {
		return this.sandbox.ledger.where({ call: 'create' }).length;
	}

	/** Ids of the tasks that were accepted, in the order of their creation. */
	taskIds(): string[] {
		return this.sandbox.ledger.taskRows().map(({ id }) => id);
	}

	private nodeUnderTest(ask: Ask): NodeUnderTest {
		const { gateway = 'seaArtCloud', operation = 'image > generateAndWait' } = ask;
		const [resource = '', name = ''] = operation.split(' > ');
		const asked = resource === 'image' ? { prompt: '={{ $json.prompt }}' } : {};
		return {
			ports: this.ports,
			...ask,
			items: ask.items ?? itemsOf(ask),
			parameters: {
				gateway,
				resource,
				operation: name,
				model: definitions[gateway].conformance.model,
				requestId: '={{ $json.requestId }}',
				...asked,
				...ask.parameters,
				options: { pollInterval: QUICK_POLL, timeout: 20, ...ask.options },
			},
			credentials: {
				[`${gateway}Api`]: {
					apiKey: ask.apiKey ?? this.sandbox.keys.valid,
					baseUrl: ask.baseUrl ?? this.sandbox.baseUrls[gateway],
				},
			},
		};
	}
}

function itemsOf({ prompts, requestIds }: Ask): INodeExecutionData[] {
	if (requestIds) return requestIds.map((requestId) => ({ json: { requestId } }));
	return (prompts ?? ['A red apple']).map((prompt) => ({ json: { prompt } }));
}
