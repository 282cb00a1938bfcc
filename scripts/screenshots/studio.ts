import { randomUUID } from 'node:crypto';
import type { Editor } from '../../tooling/editor/editor';
import type { NodeView } from '../../tooling/editor/nodeView';
import type { Account } from '../../tooling/n8n/fixture';
import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow, WorkflowNode } from '../../tooling/n8n/workflow-files';

/** A picture that the command takes. */
export interface Picture {
	/** Its file's name, without the ending. */
	name: string;
	/** Whether the README shows it. */
	inReadme?: true;
	take(studio: Studio): Promise<void>;
}

/** A node of a workflow that is made for pictures. */
export interface PosedNode extends WorkflowNode {
	typeVersion: number;
}

/** How unjoined nodes stand on the canvas: so many in a row, and pixels from one to the next. */
const ROW_LENGTH = 5;
const STEP = { across: 360, down: 160 };

/** The editor, and the n8n behind it, which workflows are put into as pictures need them. */
export class Studio {
	private readonly saved = new Map<string, string>();
	/** The workflow on the canvas. */
	private shown?: string;
	/** Whether it was run there. */
	private hasRun = false;

	/** @param credentialIds of the accounts' credentials, by their names */
	constructor(
		readonly editor: Editor,
		private readonly rest: N8nRest,
		readonly accounts: readonly Account[],
		private readonly credentialIds: ReadonlyMap<string, string>,
	) {}

	/** The credential of a gateway, as a node names it. */
	credentialOf(gateway: string): NonNullable<WorkflowNode['credentials']> {
		const account = this.accounts.find((each) => each.gateway.name === gateway);
		if (!account) throw new Error(`There is no account at ${gateway}`);
		const { credentialType, credentialName: name } = account.gateway;
		return { [credentialType]: { id: this.credentialIds.get(name) ?? null, name } };
	}

	/** Shows an example workflow. */
	async showExample(name: string, node: string): Promise<void> {
		await this.open(name, async () => await this.editor.openWorkflow(name, node));
	}

	/** Shows a workflow of nodes that are not joined, made at the first time. */
	async showNodes(name: string, nodes: () => readonly PosedNode[]): Promise<void> {
		await this.show(name, () => ({
			name,
			nodes: nodes().map((node, index) => {
				const [row, column] = [Math.floor(index / ROW_LENGTH), index % ROW_LENGTH];
				const position = [column * STEP.across, row * STEP.down];
				return { ...node, ...{ id: randomUUID(), position } };
			}),
			connections: {},
			settings: { executionOrder: 'v1' },
		}));
	}

	/** Shows a workflow, made at the first time. */
	async show(name: string, make: () => Workflow): Promise<void> {
		await this.open(name, async () => {
			const workflow = make();
			const id = this.saved.get(name) ?? (await this.rest.createWorkflow(workflow)).id;
			this.saved.set(name, id);
			const url = `${this.editor.url}/workflow/${id}`;
			await this.editor.openCanvas(url, workflow.nodes[0]?.name);
		});
	}

	/** Runs the workflow on the canvas; once, since a second run of the same request is told otherwise. */
	async run(): Promise<void> {
		if (this.hasRun) return;
		await this.editor.execute();
		this.hasRun = true;
	}

	/** Forgets what is on the canvas, so that what comes next opens its page anew. */
	leave(): void {
		delete this.shown;
		this.hasRun = false;
	}

	/** Opens a node that is on the canvas, uses it, and closes it. */
	async withNode(node: string, use: (view: NodeView) => Promise<void>): Promise<void> {
		const view = await this.editor.openNode(node);
		await use(view);
		await view.close();
	}

	private async open(name: string, open: () => Promise<void>): Promise<void> {
		if (this.shown === name) return;
		this.leave();
		await open();
		this.shown = name;
	}
}
