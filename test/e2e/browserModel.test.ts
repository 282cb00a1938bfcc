import { definitions, gateways, modelsOf, modelTable, type Gateway } from '../../sandbox';
import type { Workflow, WorkflowNode } from '../../tooling/n8n/workflow-files';
import { settledList } from '../../tooling/editor/browserWait';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import type { NodeView } from '../../tooling/editor/nodeView';
import { fixture } from './fixture';
import { openN8n } from './n8n';

jest.setTimeout(300_000);

const EXPRESSION = '={{ $json.model }}';
const PREVIOUS = 'Rows';

/** Wire names of the fields that stand beside Prompt, by the tables of the sandbox. */
const SIZES = ['aspect_ratio', 'size', 'width', 'height'];
const SIZE_FIELDS: Record<string, string> = { aspect_ratio: 'aspectRatio' };

const fieldsFor = (gateway: Gateway, models: readonly string[]): string[] => {
	const names = models.flatMap((model) =>
		Object.keys(modelTable(gateway, model)?.parameters ?? {}),
	);
	const sizes = SIZES.filter((name) => names.includes(name));
	return [
		...['gateway', 'resource', 'operation', 'model', 'prompt', 'inputImages'],
		...sizes.map((name) => SIZE_FIELDS[name] ?? name),
		...['additionalFields', 'options'],
	];
};

/** The fields that show, but for Number of Images, which not every model counts by itself. */
async function fieldsOf(node: NodeView): Promise<string[]> {
	return (await node.fields()).filter((name) => name !== 'n').sort();
}

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

/** Saves a workflow whose model is an expression, and opens its node. */
async function openWith(gateway: Gateway, model?: string): Promise<NodeView> {
	const rows = { json: { ...(model === undefined ? {} : { model }) } };
	const nodes = [
		{ name: 'Start', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
		{ name: PREVIOUS, type: 'n8n-nodes-base.noOp', parameters: {} },
		{
			name: 'FLUX Image',
			type: 'n8n-nodes-flux-image.fluxImage',
			parameters: { gateway, model: EXPRESSION },
		},
	].map((node, index) => ({
		...node,
		...{ id: `${index}`, typeVersion: 1, position: [index * 220, 0] },
	})) as WorkflowNode[];
	const link = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const workflow: Workflow & { pinData: object } = {
		name: `Model by expression, ${gateway}, ${model ?? 'no data'}`,
		nodes,
		connections: { Start: link(PREVIOUS), [PREVIOUS]: link('FLUX Image') },
		settings: { executionOrder: 'v1' },
		pinData: model === undefined ? {} : { [PREVIOUS]: [rows] },
	};
	const { id } = await openN8n().createWorkflow(workflow);
	await editor.openCanvas(`${fixture.url}/workflow/${id}`);
	return await editor.openNode('FLUX Image');
}

async function expectFields(node: NodeView, expected: readonly string[]): Promise<void> {
	const sorted = [...expected].sort();
	expect(await settledList(async () => await fieldsOf(node), sorted)).toEqual(sorted);
}

async function expectEachOnce(node: NodeView): Promise<void> {
	const offered = await node.addable('Additional Fields');
	expect(offered.length).toBeGreaterThan(0);
	expect(offered).toEqual([...new Set(offered)]);
}

describe.each(gateways)('in the editor, a model by expression at %s', (gateway) => {
	const models = modelsOf(gateway);

	it('has the fields of all models, each once, while no data came', async () => {
		const node = await openWith(gateway);
		await expectFields(node, fieldsFor(gateway, models));
		await expectEachOnce(node);
		await editor.screenshot(`model-by-expression-${gateway}`);
	});

	it('has the fields of the model that came, each once, and offers those of all', async () => {
		const model = models.at(-1) ?? definitions[gateway].conformance.model;
		const node = await openWith(gateway, model);
		await expectFields(node, fieldsFor(gateway, [model]));
		await expectEachOnce(node);
		await editor.screenshot(`model-by-expression-${gateway}-with-data`);
	});

	it('keeps what is filled in before data came', async () => {
		const node = await openWith(gateway);
		await node.fill('prompt', 'A kept prompt');
		const size = fieldsFor(gateway, models).includes('width') ? 'width' : undefined;
		if (size) await node.fill(size, '512');
		await node.add('Options', 'Timeout (Seconds)');
		await node.close();
		const again = await editor.openNode('FLUX Image');
		expect(await again.value('prompt')).toBe('A kept prompt');
		if (size) expect(await again.value(size)).toBe('512');
	});
});
