import type { INodeExecutionData } from 'n8n-workflow';

import { FLUX_NAME, nodeType, plainNode, startWorkflow } from '../../tooling/engine/engine';
import { OUTPUT_NAMES } from '../../nodes/FluxImage/operations/output';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** A row that has every one of our names, as if an earlier task had filled it, and names of its own. */
const ROW = {
	prompt: 'An apple',
	sku: 'A1',
	paid: 'by invoice',
	...Object.fromEntries(OUTPUT_NAMES.map((name) => [name, `earlier ${name}`])),
};

const PHOTO = { data: 'cGhvdG8=', mimeType: 'image/png', fileName: 'photo.png' };

const rowWith = (prompt: string): INodeExecutionData => ({
	json: { ...ROW, prompt },
	binary: { photo: PHOTO },
});

/** Where an error item comes out: the error output, or the regular one. */
const OUTPUTS = [
	['continueErrorOutput', 1],
	['continueRegularOutput', 0],
] as const;

describe.each(OUTPUTS)('An error item under %s', (onError, output) => {
	const failedOf = async (ask: Ask) => {
		const { outputs } = await harness.run({ settings: { onError }, ...ask });
		return outputs[output]![0]!;
	};

	it('shows no field of another task: what has no value is null', async () => {
		const { json } = await failedOf({ items: [rowWith('[no-credit] An apple')] });
		const values = Object.fromEntries(OUTPUT_NAMES.map((name) => [name, json[name]]));
		expect(values).toEqual({
			...Object.fromEntries(OUTPUT_NAMES.map((name) => [name, null])),
			// A row's seed is its own: a second gateway is to draw with it.
			seed: output === 1 ? 'earlier seed' : null,
			error: expect.stringContaining('no credit'),
			gateway: 'seaArtCloud',
			model: 'flux_kontext_max',
			failure: expect.objectContaining({ problem: 'noCredit', paid: 'no' }),
		});
	});

	it('shows the task that it is about', async () => {
		const { json } = await failedOf({ items: [rowWith('[moderated] An apple')] });
		const [requestId] = harness.taskIds();
		expect(json).toMatchObject({ requestId, status: 'failed', url: null, fileName: null });
	});

	it.each([
		['a wrong input', { parameters: { aspectRatio: '30:9' } }, 'seaArtCloud'],
		['a gateway that is none', { parameters: { gateway: 'nobody' } }, null],
		['a gateway whose expression fails', { parameters: { gateway: '={{ nobody.id }}' } }, null],
		['an operation that is none', { parameters: { operation: 'nothing' } }, 'seaArtCloud'],
	])('has its failure and no task after %s', async (_name, ask, gateway) => {
		const { json } = await failedOf({ items: [rowWith('An apple')], ...ask });
		expect(json).toMatchObject({
			requestId: null,
			gateway,
			failure: { problem: 'invalidInput', paid: 'no' },
		});
		expect(harness.creates()).toBe(0);
	});

	it('has only the names that a row without ours leaves room for', async () => {
		const { json } = await failedOf({ prompts: ['[no-credit] An apple'] });
		const row = onError === 'continueErrorOutput' ? ['prompt'] : [];
		const ours = ['error', 'failure', 'gateway', 'model'];
		expect(Object.keys(json).sort()).toEqual([...ours, ...row].sort());
	});
});

describe("An error item's fields", () => {
	it('of the row itself come through the error output, its own `paid` among them', async () => {
		const settings = { onError: 'continueErrorOutput' } as const;
		const { outputs } = await harness.run({ items: [rowWith('[no-credit] An apple')], settings });
		expect(outputs[1]![0]!.json).toMatchObject({ sku: 'A1', paid: 'by invoice' });
	});

	it('of the files are those of its input on the error output', async () => {
		const settings = { onError: 'continueErrorOutput' } as const;
		const { outputs } = await harness.run({ items: [rowWith('[no-credit] An apple')], settings });
		expect(outputs[1]![0]!.binary).toEqual({ photo: PHOTO });
	});

	it('of the files are none on the regular output: the next node would publish the photo', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		const { items } = await harness.run({ items: [rowWith('[no-credit] An apple')], settings });
		expect(items[0]).not.toHaveProperty('binary');
	});

	it('belong to its own item, whichever of several it is', async () => {
		const settings = { onError: 'continueErrorOutput' } as const;
		const items = ['An apple', '[no-credit] An apple', 'A pear'].map((prompt, index) => ({
			json: { ...ROW, prompt, sku: `A${index}` },
			binary: { [`photo${index}`]: PHOTO },
		}));
		const { outputs } = await harness.run({ items, settings });
		expect(outputs[1]).toHaveLength(1);
		expect(outputs[1]![0]).toMatchObject({ json: { sku: 'A1' }, binary: { photo1: PHOTO } });
		expect(outputs[0]!.map(({ binary }) => Object.keys(binary!))).toEqual([['data'], ['data']]);
	});
});

describe('A second FLUX Image behind a first', () => {
	it("that is refused does not show the first one's picture", async () => {
		const first = harness.node({});
		const second = harness.node({ settings: { onError: 'continueErrorOutput' } });
		const nodes = [
			plainNode('Items'),
			{ ...first.node, id: 'first', name: 'First' },
			plainNode('Prompt', 'test.prompt'),
			second.node,
		];
		const link = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
		const connections = { Items: link('First'), First: link('Prompt'), Prompt: link(FLUX_NAME) };
		const prompt = nodeType(['main'], async function () {
			const rows = this.getInputData();
			return [rows.map((row) => ({ ...row, json: { ...row.json, prompt: '[no-credit] More' } }))];
		});
		const { outputs } = await startWorkflow(
			nodes,
			connections,
			{ items: [{ json: { prompt: 'An apple' } }], credentials: first.credentials },
			{ 'test.prompt': prompt },
		).finished;
		const [failed] = outputs[1]!;
		expect(failed!.json).toMatchObject({ requestId: null, status: null, url: null });
		expect(failed!.json.failure).toMatchObject({ problem: 'noCredit', paid: 'no' });
		// The file of the first picture is there for a second gateway to edit.
		expect(failed!.binary).toHaveProperty('data');
	});
});

describe('The list of our names', () => {
	it('has every name that comes out of the node', async () => {
		const outcomes = [
			await harness.run({ options: { includeRawResponse: true } }),
			await harness.run({ operation: 'image > create' }),
			await harness.run({ gateway: 'toApis', parameters: { n: 2 } }),
			await harness.run({ gateway: 'vtrix', options: { shareLink: '1h' } }),
			await harness.run({ prompts: ['[failed]'], settings: { onError: 'continueRegularOutput' } }),
			await harness.run({ parameters: { n: 2, additionalFields: { seed: 7 } } }),
			await harness.run({
				prompts: ['[failed]'],
				parameters: { n: 2 },
				settings: { onError: 'continueRegularOutput' },
			}),
		];
		const [requestId] = harness.taskIds();
		for (const operation of ['status', 'cancel', 'result'] as const) {
			const requestIds = [requestId!];
			outcomes.push(await harness.run({ operation: `task > ${operation}`, requestIds }));
		}
		for (const prompts of [['An apple'], ['A pear']]) {
			const options = { payOnceKey: '7' };
			outcomes.push(await harness.run({ prompts, options, executionId: prompts[0]! }));
		}
		const names = outcomes.flatMap(({ items }) => items.flatMap(({ json }) => Object.keys(json)));
		expect(names).toEqual(
			expect.arrayContaining(['raw', 'cancellation', 'requestChanged', 'seed', 'requestIds']),
		);
		expect(names.filter((name) => !OUTPUT_NAMES.some((ours) => ours === name))).toEqual([]);
		expect(names).toContain('shareUrl');
	});
});
