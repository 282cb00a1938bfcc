import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { request } from 'undici';

import { nodePorts } from '../engine/heldTime';
import { runNode, type Outcome } from '../../tooling/engine/engine';
import { startSandbox, type CallKind, type RequestRow, type Sandbox } from '../../sandbox';
import type { GatewayRow, WireObject } from './gatewayRows';

/** Small pictures are drawn in milliseconds. */
export const PICTURE_SCALE = 0.1;

/** What a run of the node differs in. */
export interface RunSettings {
	readonly items?: INodeExecutionData[];
	readonly apiKey?: string;
	readonly baseUrl?: string;
	readonly settings?: Partial<INode>;
}

/** A sandbox whose clock can be held, so that a task stays in the state that a test looks at. */
export class HeldSandbox {
	private heldAtMs: number | undefined;

	private started: Sandbox | undefined;

	async open(): Promise<void> {
		this.started = await startSandbox({
			jobSeconds: { min: 0.02, max: 0.05 },
			pictureScale: PICTURE_SCALE,
			nowMs: () => this.heldAtMs ?? Date.now(),
		});
	}

	get sandbox(): Sandbox {
		if (!this.started) throw new Error('The sandbox has not started');
		return this.started;
	}

	/** Time stands still until it is passed. */
	holdTime(): void {
		this.heldAtMs = Date.now();
	}

	/** Lets held time pass. */
	pass(seconds: number): void {
		this.heldAtMs = (this.heldAtMs ?? Date.now()) + seconds * 1000;
	}

	/** Nothing held, no faults, no quirks, an empty ledger. */
	reset(): void {
		this.heldAtMs = undefined;
		this.sandbox.faults.clear();
		this.sandbox.quirks.reset();
		this.sandbox.ledger.clear();
	}

	async close(): Promise<void> {
		await this.sandbox.close();
	}
}

/** The node set to one gateway of the sandbox. */
export class GatewayFixture {
	constructor(
		readonly row: GatewayRow,
		readonly fixture: HeldSandbox,
	) {}

	get sandbox(): Sandbox {
		return this.fixture.sandbox;
	}

	/** Runs the node in the engine. Polls come as fast as the node lets them. */
	async run(parameters: INodeParameters, run: RunSettings = {}): Promise<Outcome> {
		const { gateway, credentialType, model } = this.row;
		const { options, ...rest } = parameters;
		return await runNode({
			ports: nodePorts(),
			parameters: {
				gateway,
				model,
				...rest,
				options: { pollInterval: 0.1, timeout: 20, ...(options as INodeParameters) },
			},
			credentials: {
				[credentialType]: {
					apiKey: run.apiKey ?? this.sandbox.keys.valid,
					baseUrl: run.baseUrl ?? this.sandbox.baseUrls[gateway],
				},
			},
			...(run.items ? { items: run.items } : {}),
			...(run.settings ? { settings: run.settings } : {}),
		});
	}

	/** Image > Generate and Wait, or another operation of Image. */
	async image(
		parameters: INodeParameters & { prompt: string },
		run: RunSettings = {},
		operation: 'generateAndWait' | 'create' = 'generateAndWait',
	): Promise<Outcome> {
		return await this.run({ resource: 'image', operation, ...parameters }, run);
	}

	/** An operation of Task. */
	async task(
		operation: 'status' | 'result' | 'wait' | 'cancel',
		requestId: string,
		run: RunSettings = {},
	): Promise<Outcome> {
		return await this.run({ resource: 'task', operation, requestId }, run);
	}

	/** Creates a task and gives its id. */
	async taskId(prompt: string): Promise<string> {
		const { outputs, error } = await this.image({ prompt }, {}, 'create');
		if (error) throw error;
		return String(outputs[0]?.[0]?.json['requestId']);
	}

	/** What the gateway was asked, of one kind. */
	calls(call: CallKind): RequestRow[] {
		return this.sandbox.ledger.where({ call });
	}

	/** The body of the only create, but for the id of our own that ToAPIs' create carries. */
	createBody(): WireObject {
		const creates = this.calls('create');
		expect(creates).toHaveLength(1);
		const body = Object.entries(creates[0]!.body as WireObject);
		return Object.fromEntries(body.filter(([name]) => name !== 'client_business_id'));
	}

	/** The parameters of the only create, under the wire's names. */
	sentParameters(): WireObject {
		return this.row.parametersIn(this.createBody());
	}
}

/** The JSON of the only item of the first output. */
export function onlyItem({ outputs, error }: Outcome): INodeExecutionData {
	expect(error).toBeUndefined();
	expect(outputs[0]).toHaveLength(1);
	return outputs[0]![0]!;
}

/** The bytes at a URL, fetched without a key. */
export async function bytesAt(url: unknown): Promise<Buffer> {
	const { body } = await request(String(url));
	return Buffer.from(await body.arrayBuffer());
}
