import type { IDataObject, INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';

import type { Gateway } from '../../sandbox';
import { plainNode, startWorkflow, type Outcome } from '../../tooling/engine/engine';
import { readDocument } from '../unit/docs/document';
import { NodeHarness, type Ask } from './nodeHarness';

/**
 * The expressions of the page, run by n8n's own engine behind the node, in front of it, or in its fields.
 * Each fenced block is one.
 */
const PAGE = readDocument('docs/coming-from-http-request.md');

/** Gives what the expression in its field `value` gives, for each item. */
const evaluator: INodeType = {
	description: {
		displayName: 'Evaluator',
		name: 'evaluator',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Evaluator' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'Value', name: 'value', type: 'string', default: '' }],
	},
	async execute() {
		const items = this.getInputData();
		const values = items.map((_, item) => this.getNodeParameter('value', item));
		return [
			values.map((value, item) => ({ json: { value } as IDataObject, pairedItem: { item } })),
		];
	},
};

/** n8n's Aggregate, as far as it is told of: all item data in `data`, files as `data`, `data_1`, … */
const aggregate: INodeType = {
	...evaluator,
	async execute() {
		const items = this.getInputData();
		const files = items.flatMap(({ binary = {} }) => Object.values(binary));
		const item: INodeExecutionData = {
			json: { data: items.map(({ json }) => json) },
			binary: Object.fromEntries(
				files.map((file, index) => [index === 0 ? 'data' : `data_${index}`, file]),
			),
			pairedItem: items.map((_, index) => ({ item: index })),
		};
		return [[item]];
	},
};

/** n8n's Wait that a form or webhook resumes, as far as it is told of: the item is that of the call. */
const waiter: INodeType = {
	...evaluator,
	async execute() {
		return [[{ json: { body: { answer: 'Approve' } }, pairedItem: { item: 0 } }]];
	},
};

const ROWS: IDataObject[] = [
	{ prompt: 'An apple with a "label"\nand a line', title: 'Apple', sku: 'A1', caption: 'Crisp' },
	{ prompt: 'A [moderated] pear', title: 'Pear', sku: 'B2', caption: 'Soft' },
	{ prompt: 'A plum', title: 'Plum', sku: 'C3', caption: 'Sweet' },
];

let harness: NodeHarness;
const exercised = new Set<string>();

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** The expression of the page that holds these words, as n8n saves it. */
function expression(words: string): string {
	const found = PAGE.blocks.filter((block) => block.includes(words));
	expect(found).toHaveLength(1);
	exercised.add(found[0]!);
	return `=${found[0]!.trim()}`;
}

const link = (node: string) => [{ node, type: 'main' as const, index: 0 }];

/** Rows, FLUX Image, then what is asked for; gives the values of the last node. */
async function behindThePicture(
	value: string,
	{
		rows = ROWS,
		output = 0,
		aggregated = false,
		...ask
	}: Ask & {
		rows?: IDataObject[];
		output?: number;
		aggregated?: boolean;
	} = {},
): Promise<unknown[]> {
	const onError = output === 1 ? 'continueErrorOutput' : 'continueRegularOutput';
	const { node, credentials } = harness.node({ ...ask, settings: { onError } });
	const next = aggregated ? 'Aggregate' : 'Next';
	const branches = [...Array.from({ length: output }, () => []), link(next)];
	const { run } = await startWorkflow(
		[
			plainNode('Items'),
			plainNode('Rows'),
			plainNode('Write prompt and caption'),
			node,
			plainNode('Aggregate', 'test.aggregate'),
			{ ...plainNode('Next', 'test.evaluator'), parameters: { value } },
		],
		{
			Items: { main: [link('Rows')] },
			Rows: { main: [link('Write prompt and caption')] },
			'Write prompt and caption': { main: [link(node.name)] },
			[node.name]: { main: branches },
			Aggregate: { main: [link('Next')] },
		},
		{ items: rows.map((json) => ({ json })), credentials },
		{ 'test.evaluator': evaluator, 'test.aggregate': aggregate },
	).finished;
	return valuesOf(run);
}

/** A picture, an item of another kind as a Wait by webhook gives it, then Task > Get Result. */
async function afterWait(gateway: Gateway, drawn: string, task: INodeParameters): Promise<Outcome> {
	const { node, credentials } = harness.node({ gateway, parameters: { model: drawn } });
	const collector = harness.node({ gateway, operation: 'task > result', parameters: task }).node;
	return await startWorkflow(
		[
			plainNode('Items'),
			{ ...node, name: 'FLUX Image' },
			plainNode('Wait', 'test.wait'),
			{ ...collector, name: 'Collect', id: 'collect' },
		],
		{
			Items: { main: [link('FLUX Image')] },
			'FLUX Image': { main: [link('Wait')] },
			Wait: { main: [link('Collect')] },
		},
		{ items: [{ json: { prompt: 'An apple' } }], credentials },
		{ 'test.wait': waiter },
	).finished;
}

function fileAfterWait({ run }: Outcome): string | undefined {
	const [items] = run.data.resultData.runData['Collect']?.[0]?.data?.['main'] ?? [];
	return items?.[0]?.binary?.['data']?.mimeType;
}

function valuesOf(run: Outcome['run']): unknown[] {
	expect(run.data.resultData.error).toBeUndefined();
	const items = run.data.resultData.runData['Next']?.[0]?.data?.['main']?.[0] ?? [];
	return items.map(({ json }) => json['value']);
}

const sentPrompts = () => harness.sandbox.ledger.taskRows().map(({ prompt }) => prompt);

describe('docs/coming-from-http-request.md', () => {
	it('keeps the row behind each picture, and behind each failure', async () => {
		const title = expression("$('Rows').item.json.title");
		expect(await behindThePicture(title)).toEqual(['Apple', 'Pear', 'Plum']);
		expect(await behindThePicture(title, { output: 1 })).toEqual(['Pear']);
	});

	it('needs no escaping of a prompt', async () => {
		await behindThePicture('={{ $json.url }}', { rows: [ROWS[0]!] });
		expect(sentPrompts()).toEqual([ROWS[0]!['prompt']]);
	});

	it('gives the caption to the post', async () => {
		const caption = expression("$('Write prompt and caption')");
		expect(await behindThePicture(caption)).toEqual(['Crisp', 'Soft', 'Sweet']);
	});

	it('names a file by its row and its bytes', async () => {
		const key = expression('fileExtension');
		const rows = [ROWS[0]!, ROWS[2]!];
		const asJpeg = { additionalFields: { outputFormat: 'jpg' } };
		expect(await behindThePicture(key, { rows })).toEqual(['A1.png', 'C3.png']);
		expect(await behindThePicture(key, { rows, parameters: asJpeg })).toEqual(['A1.jpg', 'C3.jpg']);
	});

	it('puts several pictures into one post, as files and as links', async () => {
		const rows = [ROWS[0]!, ROWS[2]!];
		const files = await behindThePicture(expression('Object.keys($binary)'), {
			rows,
			aggregated: true,
		});
		expect(files).toEqual(['data,data_1']);
		const [links] = await behindThePicture(expression(".join('\\n')"), { rows, aggregated: true });
		expect(String(links).split('\n')).toEqual([
			expect.stringMatching(/^http/),
			expect.stringMatching(/^http/),
		]);
	});

	it('leaves a gap where a row failed', async () => {
		const value = expression("picture.url ?? ''");
		const [links] = await behindThePicture(value, { aggregated: true });
		expect(links).toEqual([expect.stringMatching(/^http/), '', expect.stringMatching(/^http/)]);
	});

	it('tells what failed, and whether it was paid', async () => {
		const value = expression('failure.paid');
		const [blocked] = await behindThePicture(value, { output: 1 });
		expect(blocked).toMatch(/^look at the gateway: .*blocked by the moderation/);
		const rows = [{ prompt: ' ' }];
		expect(await behindThePicture(value, { rows, output: 1 })).toEqual([
			expect.stringMatching(/^try again: Prompt must be text/),
		]);
	});

	it('brings the file of any model back after a Wait, whose item is another', async () => {
		const requestId = expression('.last().json.requestId');
		const model = expression('.last().json.model');
		for (const [gateway, drawn] of [
			['seaArtCloud', 'flux_kontext_max'],
			['seaArtCloud', 'flux_2_pro'],
			['odiRouter', 'flux_pro_11'],
			['vtrix', 'flux_2_pro'],
			['toApis', 'flux-2-flex'],
		] as const) {
			const collected = await afterWait(gateway, drawn, { requestId, model });
			expect(collected.run.data.resultData.error).toBeUndefined();
			expect(fileAfterWait(collected)).toMatch(/^image\//);
		}
	});

	it('says that Model was a guess where it was left as it was after a Wait', async () => {
		const requestId = expression('.last().json.requestId');
		const { run } = await afterWait('seaArtCloud', 'flux_2_pro', { requestId, model: '' });
		expect(run.data.resultData.error?.message).toMatch(
			/Model was taken as FLUX\.1 Kontext \[max\], since the item names none .*: set Model to the one that made the task/,
		);
	});

	it.each([
		['seaArtCloud', 'flux_pro_11', 'flux_2_pro', 'flux_kontext_pro'],
		['odiRouter', 'flux_pro_11', 'flux_2_pro', 'flux_kontext_pro'],
		['vtrix', 'flux_pro_11', 'flux_2_pro', 'flux_kontext_max'],
		['toApis', 'flux-2-flex', 'flux-2-pro', 'flux-kontext-pro'],
	] as const)('takes the models of other services at %s', async (gateway, quick, banana, own) => {
		const model = expression(gateway === 'toApis' ? "'flux-2-flex'" : "'flux_pro_11'");
		const rows = ['flux-schnell', 'flux-dev', 'nano-banana', own].map((name) => ({
			prompt: name,
			model: name,
		}));
		await behindThePicture('={{ $json.model }}', { gateway, rows, parameters: { model } });
		const models = harness.sandbox.ledger.taskRows().map((task) => [task.prompt, task.model]);
		expect(Object.fromEntries(models)).toEqual({
			'flux-schnell': quick,
			'flux-dev': quick,
			'nano-banana': banana,
			[own]: own,
		});
	});

	it('takes a picture as Base64', async () => {
		const base64 = expression('b64_json');
		const { items } = await harness.run({ prompts: ['A picture to edit'] });
		expect(items).toHaveLength(1);
		const rows = [{ prompt: 'Make it blue', data: [{ b64_json: PIXEL }] }];
		const inputImages = { image: [{ source: 'base64', base64 }] };
		const [url] = await behindThePicture('={{ $json.url }}', { rows, parameters: { inputImages } });
		expect(url).toMatch(/^http/);
		const task = harness.sandbox.ledger.taskRows().find(({ prompt }) => prompt === 'Make it blue');
		expect(JSON.stringify(task?.parameters)).toContain(PIXEL);
	});

	it('holds no expression that is not run here', () => {
		const inTables = PAGE.spans.filter((span) => span.includes('{{'));
		expect(inTables).toEqual([]);
		expect(PAGE.blocks.filter((block) => !exercised.has(block))).toEqual([]);
	});
});

/** A PNG of one pixel. */
const PIXEL =
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
