import { byGateway, modelsOf, modelTable, type Gateway } from '../../sandbox';
import { settledList } from '../../tooling/editor/browserWait';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import type { NodeView } from '../../tooling/editor/nodeView';

jest.setTimeout(300_000);

/**
 * The makers' names, by wire id with `_` for `-`; the parameters come from the sandbox's tables, which
 * were written from the gateways' pages and share nothing with the node.
 */
const MODEL_NAMES: Record<string, string> = {
	flux_kontext_max: 'FLUX.1 Kontext [max]',
	flux_kontext_pro: 'FLUX.1 Kontext [pro]',
	flux_pro_11: 'FLUX 1.1 [pro]',
	flux_2_pro: 'FLUX.2 [pro]',
	flux_2_max: 'FLUX.2 [max]',
	flux_2_flex: 'FLUX.2 [flex]',
};
/** n8n adds it to the operations of every node that has credentials. */
const OF_N8N = 'Custom API Call';
const OTHER_MODEL = 'Other (Any Model ID)';
const AS_IN_THE_ITEM = 'As in the Item';

/** Wire parameters that are fields of their own; all others are in Additional Fields. */
const MAIN = new Set(['prompt', 'aspect_ratio', 'size', 'width', 'height', 'n']);
/** The number of images, which the node has for every model, the gateway's own or not. */
const NUMBER = 'n';
const IMAGE = /image/;
/** Parameters without a field: Other reaches them (docs/contracts/models.md#flux_2_pro). */
const WITHOUT_FIELD = new Set(['disable_pup']);

const GATEWAY_ROWS = Object.values(
	byGateway(({ name, title, conformance }) => ({
		gateway: name,
		name: title,
		shaping: conformance.shapingFields,
		inUrl: conformance.modelInTaskUrl,
		cancels: conformance.cancels,
	})),
);

const HEAD = ['gateway', 'resource', 'operation'];
const TAIL = ['additionalFields', 'options'];

const READING = ['Include Raw Response', 'Max Concurrent Tasks'];
const PICTURES = [
	'Download Images',
	'Include Input Fields',
	'Max Image Size (MB)',
	'Put Output File in Field',
	'Share Link',
	'Timeout (Seconds)',
];
const WAITING = [
	...READING,
	...PICTURES,
	'Cancel on Stop',
	'On Timeout',
	'Poll Interval (Seconds)',
];

const PAYING = ['Max Paid Tasks per Execution', 'Pay Once Key', 'Reuse in Test Runs'];

/** The options of each operation, by its name. */
const OPTIONS: Record<string, readonly string[]> = {
	'Generate and Wait': [...WAITING, ...PAYING],
	Create: [...READING, 'Cancel on Stop', 'Include Input Fields', 'Timeout (Seconds)', ...PAYING],
	Wait: WAITING,
	'Get Result': [...READING, ...PICTURES],
	'Get Status': READING,
	Cancel: READING,
};

const modelName = (id: string) => MODEL_NAMES[id.replaceAll('-', '_')] ?? id;

function wireNames(gateway: Gateway, model: string): string[] {
	const table = modelTable(gateway, model);
	if (!table) throw new Error(`${gateway} does not sell ${model}`);
	return Object.entries(table.parameters).flatMap(([name, rule]) =>
		rule.type === 'object' ? Object.keys(rule.members) : [name],
	);
}

function mainFields(names: readonly string[]): string[] {
	const camelCase = (name: string) =>
		name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
	const own = names.filter((name) => MAIN.has(name) && name !== NUMBER).map(camelCase);
	const [prompt = '', ...rest] = own;
	return [prompt, 'inputImages', ...rest, NUMBER];
}

function imageFields(gateway: Gateway, model: string): string[] {
	return [...HEAD, 'model', ...mainFields(wireNames(gateway, model)), ...TAIL];
}

function additionalLabels(names: readonly string[]): string[] {
	return names
		.filter((name) => !MAIN.has(name) && !IMAGE.test(name) && !WITHOUT_FIELD.has(name))
		.map((name) =>
			name
				.split('_')
				.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
				.join(' '),
		);
}

/** The screen follows a choice a moment later, so all that is read of it is waited for. */
async function expectFields(node: NodeView, expected: readonly string[]): Promise<void> {
	expect(await settledList(async () => node.fields(), expected)).toEqual(expected);
}

async function expectAddable(
	node: NodeView,
	collection: string,
	labels: readonly string[] = [],
): Promise<void> {
	const expected = [...labels].sort();
	expect(await settledList(async () => node.addable(collection), expected)).toEqual(expected);
}

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

describe.each(GATEWAY_ROWS)('in the editor, $name', (row) => {
	const { gateway, name, shaping, inUrl, cancels } = row;
	let node: NodeView;

	beforeAll(async () => {
		node = await editor.dropNode('Generate or edit an image');
		await node.choose('gateway', name);
	});

	it('lists the models that the gateway sells', async () => {
		const expected = [...modelsOf(gateway).map(modelName), OTHER_MODEL].sort();
		expect(await settledList(async () => node.options('model'), expected)).toEqual(expected);
	});

	it.each(modelsOf(gateway))('shows exactly the fields of %s', async (model) => {
		await node.choose('model', modelName(model));
		const expected = imageFields(gateway, model);
		await expectFields(node, expected);
		const labels = [...additionalLabels(wireNames(gateway, model)), ...shaping];
		await expectAddable(node, 'Additional Fields', labels);
	});

	it('shows ID and JSON alone for a model that is not listed', async () => {
		await node.choose('model', OTHER_MODEL);
		const expected = [...HEAD, 'model', 'modelId', 'parameters', 'options'];
		await expectFields(node, expected);
		await editor.screenshot(`fields-${gateway}-other-model`);
	});

	it('shows the same fields for Create, with fewer options', async () => {
		const [model = ''] = modelsOf(gateway);
		await node.choose('model', modelName(model));
		const expected = imageFields(gateway, model);
		await expectFields(node, expected);
		await expectAddable(node, 'Options', OPTIONS['Generate and Wait']);
		await node.choose('operation', 'Create');
		await expectFields(node, expected);
		await expectAddable(node, 'Options', OPTIONS.Create);
	});

	it('asks of a task for its ID, and for its model where the URL holds it', async () => {
		await node.choose('resource', 'Task');
		const operations = ['Wait', 'Get Result', 'Get Status', ...(cancels ? ['Cancel'] : [])];
		const listed = [...operations, OF_N8N].sort();
		expect(await settledList(async () => node.options('operation'), listed)).toEqual(listed);
		const expected = [...HEAD, 'requestId', ...(inUrl ? ['model'] : []), 'options'];
		for (const operation of operations) {
			await node.choose('operation', operation);
			await expectFields(node, expected);
			await expectAddable(node, 'Options', OPTIONS[operation]);
		}
		if (inUrl) {
			const models = [AS_IN_THE_ITEM, ...modelsOf(gateway).map(modelName), OTHER_MODEL].sort();
			expect(await settledList(async () => node.options('model'), models)).toEqual(models);
		}
		await editor.screenshot(`fields-${gateway}-task`);
	});
});

describe('in the editor, a switch of the gateway', () => {
	it('keeps the model, the prompt, the images and the fields that both gateways have', async () => {
		const node = await editor.dropNode('Generate or edit an image');
		await node.choose('model', 'FLUX.1 Kontext [pro]');
		await node.fill('prompt', 'A kept prompt');
		await node.addImage();
		await node.choose('source', 'URL');
		await node.fill('url', 'https://example.com/kept.png');
		await node.choose('aspectRatio', '16:9 (Landscape)');
		await node.add('Additional Fields', 'Safety Tolerance');
		await node.fill('safetyTolerance', '5');
		await node.add('Options', 'Timeout (Seconds)');
		await node.fill('timeout', '90');

		await node.choose('gateway', 'OdiRouter');
		await editor.screenshot('switched-gateway');
		expect(await node.value('aspectRatio')).toBe('16:9 (Landscape)');
		await node.choose('gateway', 'ToAPIs');
		const expected = [
			...HEAD,
			...['model', 'prompt', 'inputImages', 'source', 'url', 'size', 'n'],
			...['additionalFields', 'safetyTolerance', 'options', 'timeout'],
		];
		await expectFields(node, expected);
		expect(await node.value('model')).toBe('FLUX.1 Kontext [pro]');
		expect(await node.value('prompt')).toBe('A kept prompt');
		expect(await node.value('url')).toBe('https://example.com/kept.png');
		expect(await node.value('safetyTolerance')).toBe('5');
		expect(await node.value('timeout')).toBe('90');
	});
});
