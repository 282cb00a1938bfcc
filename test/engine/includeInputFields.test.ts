import { NodeHelpers, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';

import { FluxImage } from '../../nodes/FluxImage/FluxImage.node';
import { OUTPUT_NAMES } from '../../nodes/FluxImage/operations/output';
import { binaryBytes, FLUX_NAME, type Outcome } from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const PHOTO = { data: 'cGhvdG8=', mimeType: 'image/png', fileName: 'photo.png' };

/** A row that has every one of our names, as if an earlier task had filled it, and names of its own. */
const CROWDED = {
	sku: 'A1',
	paid: 'by invoice',
	...Object.fromEntries(OUTPUT_NAMES.map((name) => [name, `earlier ${name}`])),
};

const row = (json: INodeExecutionData['json'], binary = {}): INodeExecutionData => ({
	json: { prompt: 'An apple', ...json },
	binary,
});

const run = async ({ options, ...ask }: Ask) =>
	await harness.run({ ...ask, options: { includeInputFields: true, ...options } });

const hintsOf = ({ run: { data } }: Outcome) =>
	(data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

const filesOf = ({ binary = {} }: INodeExecutionData) => Object.keys(binary).sort();

const CONTINUE = { onError: 'continueRegularOutput' } as const;
const ERROR_OUTPUT = { onError: 'continueErrorOutput' } as const;

describe('Without Include Input Fields', () => {
	it.each([undefined, false])('nothing of the input comes out (%s)', async (isOn) => {
		const options: INodeParameters = isOn === undefined ? {} : { includeInputFields: isOn };
		const outcome = await harness.run({ items: [row(CROWDED, { photo: PHOTO })], options });
		const [item] = outcome.items;
		expect(Object.keys(item!.json).filter((name) => !OUTPUT_NAMES.includes(name as never))).toEqual(
			[],
		);
		expect(item!.json).not.toHaveProperty('sku');
		expect(filesOf(item!)).toEqual(['data']);
		expect(hintsOf(outcome)).toEqual([]);
	});
});

describe('With Include Input Fields a picture', () => {
	it("has its row's fields and files beside its own", async () => {
		const items = [row({ sku: 'A1', nested: { a: [1] } }, { photo: PHOTO })];
		const outcome = await run({ items });
		const [item] = outcome.items;
		expect(item!.json).toMatchObject({
			prompt: 'An apple',
			sku: 'A1',
			nested: { a: [1] },
			status: 'completed',
			contentType: 'image/png',
		});
		expect(filesOf(item!)).toEqual(['data', 'photo']);
		expect(item!.binary!.photo).toEqual(PHOTO);
		expect((await binaryBytes(item!.binary!.data)).length).toBeGreaterThan(100);
		expect(item!.pairedItem).toEqual({ item: 0 });
		expect(hintsOf(outcome)).toEqual([]);
	});

	it('leaves the row itself as it was', async () => {
		const before = row(CROWDED, { photo: PHOTO });
		const { run: execution } = await run({ items: [structuredClone(before)] });
		const { main } = execution.data.resultData.runData['Items']!.at(-1)!.data!;
		expect(main![0]![0]).toMatchObject(before);
	});

	it('stands with its own row, whichever order they end in', async () => {
		const seconds = [0.3, 0, 0.1];
		const items = seconds.map((length, index) =>
			row({ prompt: `[seconds=${length}] apple ${index}`, sku: `A${index}` }),
		);
		const outcome = await run({ items });
		expect(outcome.items.map(({ json, pairedItem }) => [json.sku, pairedItem])).toEqual(
			seconds.map((_, item) => [`A${item}`, { item }]),
		);
		const prompts = harness.sandbox.ledger.taskRows().map(({ id, prompt }) => [id, prompt]);
		const drawn = Object.fromEntries(prompts) as Record<string, string>;
		for (const { json } of outcome.items) {
			expect(drawn[String(json.requestId)]).toBe(json.prompt);
		}
	});

	it("shows no field of another task: of our names it has only its own node's values", async () => {
		const plain = await harness.run({ gateway: 'vtrix', items: [row({})] });
		const { items } = await run({ gateway: 'vtrix', items: [row(CROWDED)] });
		const names = (item: INodeExecutionData) =>
			Object.keys(item.json).filter((name) => OUTPUT_NAMES.includes(name as never));
		expect(names(items[0]!).sort()).toEqual(names(plain.items[0]!).sort());
		expect(items[0]!.json).toMatchObject({ sku: 'A1', paid: 'by invoice', gateway: 'vtrix' });
		expect(JSON.stringify(items[0]!.json)).not.toContain('earlier');
	});

	it.each([CONTINUE, ERROR_OUTPUT, {}])(
		"of a row with an error of its own is no failure: the row's error is left out (%j)",
		async (settings) => {
			const items = [row({ error: 'the row before failed', message: 'x', details: 'y' })];
			const { outputs, error } = await run({ items, settings });
			expect(error).toBeUndefined();
			expect(outputs[0]![0]!.json).toMatchObject({ message: 'x', status: 'completed' });
			expect(outputs[0]![0]!.json).not.toHaveProperty('error');
			expect(outputs[1] ?? []).toEqual([]);
		},
	);

	it('has the row and its files for each of several pictures', async () => {
		const { items } = await run({
			gateway: 'toApis',
			items: [row({ sku: 'A1' }, { photo: PHOTO }), row({ sku: 'A2' })],
			parameters: { n: 2 },
		});
		expect(items.map(({ json }) => [json.sku, json.imageIndex])).toEqual([
			['A1', 0],
			['A1', 1],
			['A2', 0],
			['A2', 1],
		]);
		expect(items.map(filesOf)).toEqual([['data', 'photo'], ['data', 'photo'], ['data'], ['data']]);
		const [one, other] = await Promise.all(
			items.map(async ({ binary }) => await binaryBytes(binary!.data)),
		);
		expect(one!.equals(other!)).toBe(false);
		expect(items[0]!.json).not.toBe(items[1]!.json);
	});

	it('lies over a file of the row under the same name', async () => {
		const { items } = await run({ items: [row({}, { data: PHOTO, other: PHOTO })] });
		expect(filesOf(items[0]!)).toEqual(['data', 'other']);
		expect(items[0]!.binary!.data!.fileName).toMatch(/^flux-kontext-max_/);
	});

	it('that is not downloaded leaves no file of the row in its place', async () => {
		const items = [row({}, { data: PHOTO, other: PHOTO })];
		const outcome = await run({ items, options: { downloadImages: false } });
		expect(filesOf(outcome.items[0]!)).toEqual(['other']);
	});

	it('has them where its row asks for it by expression, and not elsewhere', async () => {
		const options = { includeInputFields: '={{ $json.keep }}' };
		const items = [row({ keep: 'TRUE', sku: 'A1' }), row({ keep: false, sku: 'A2' })];
		const outcome = await run({ items, options });
		expect(outcome.items.map(({ json }) => json.sku)).toEqual(['A1', undefined]);
	});
});

describe('With Include Input Fields an error item', () => {
	it.each([
		['Continue', CONTINUE, 0],
		['the error output', ERROR_OUTPUT, 1],
	] as const)('has its row and no value of another task: %s', async (_name, settings, output) => {
		const items = [row({ ...CROWDED, prompt: '[no-credit] An apple' }, { photo: PHOTO })];
		const outcome = await run({ items, settings });
		const item = outcome.outputs[output]![0]!;
		expect(item.json).toMatchObject({
			sku: 'A1',
			paid: 'by invoice',
			error: expect.stringContaining('no credit'),
			requestId: null,
			url: null,
			seed: null,
			requestIds: null,
			shareUrl: null,
			failure: { problem: 'noCredit', paid: 'no' },
		});
		expect(JSON.stringify(item.json)).not.toContain('earlier');
		expect(filesOf(item)).toEqual(['photo']);
		expect(item.pairedItem).toEqual({ item: 0 });
	});

	it('names the seed among what is covered', async () => {
		const items = [row({ seed: 7, prompt: '[no-credit] An apple' })];
		const outcome = await run({ items, settings: ERROR_OUTPUT });
		expect(outcome.outputs[1]![0]!.json.seed).toBeNull();
		expect(hintsOf(outcome)).toEqual([expect.stringContaining('same name: seed.')]);
	});

	it('is routed to the error output, between the pictures of the others', async () => {
		const items = ['An apple', '[no-credit] An apple', 'A pear'].map((prompt, index) =>
			row({ prompt, sku: `A${index}` }),
		);
		const { outputs } = await run({ items, settings: ERROR_OUTPUT });
		expect(outputs.map((all) => all.map(({ json }) => json.sku))).toEqual([['A0', 'A2'], ['A1']]);
	});

	it('keeps on the error output the file to be edited elsewhere, also under our name', async () => {
		const items = [row({ prompt: '[no-credit] An apple' }, { data: PHOTO })];
		const { outputs } = await run({ items, settings: ERROR_OUTPUT });
		expect(outputs[1]![0]!.binary).toEqual({ data: PHOTO });
	});

	it('has no unedited photo in the place of the picture under Continue', async () => {
		const items = [row({ prompt: '[no-credit] An apple' }, { data: PHOTO, other: PHOTO })];
		const outcome = await run({ items, settings: CONTINUE });
		expect(filesOf(outcome.items[0]!)).toEqual(['other']);
	});

	it.each([
		['a wrong field', { parameters: { aspectRatio: '30:9' } }],
		['another option that is wrong', { options: { timeout: 'soon' } }],
		['another option whose expression fails', { options: { timeout: '={{ nobody.id }}' } }],
		['a gateway that is none', { parameters: { gateway: 'nobody' } }],
	] as Array<[string, Ask]>)('has its row after %s', async (_name, ask) => {
		const items = [row({ sku: 'A1' }, { photo: PHOTO, poster: PHOTO })];
		const options = { binaryPropertyName: 'poster', ...ask.options };
		const outcome = await run({ items, settings: CONTINUE, ...ask, options });
		expect(outcome.items[0]!.json).toMatchObject({ sku: 'A1', error: expect.any(String) });
		expect(filesOf(outcome.items[0]!)).toEqual(['photo']);
		expect(harness.creates()).toBe(0);
	});

	it('has no row where what the option says cannot be read', async () => {
		const options = { includeInputFields: '={{ $json.missing }}' };
		const outcome = await run({ items: [row({ sku: 'A1' })], settings: CONTINUE, options });
		expect(outcome.items[0]!.json.error).toContain('Include Input Fields must be true or false');
		expect(outcome.items[0]!.json).not.toHaveProperty('sku');
	});
});

describe('With Include Input Fields an item of a task', () => {
	/** A row that goes through Image > Create, which keeps its fields and all of its files. */
	const created = async (prompt: string, settings = {}) =>
		(
			await run({
				operation: 'image > create',
				items: [row({ prompt, sku: 'A1' }, { data: PHOTO })],
				...settings,
			})
		).items[0]!;

	it('that Create made has its row, and its files: Create puts out none', async () => {
		const item = await created('An apple');
		expect(item.json).toMatchObject({ sku: 'A1', requestId: harness.taskIds()[0] });
		expect(item.binary).toEqual({ data: PHOTO });
	});

	it.each(['wait', 'result'])('has its row after Task > %s', async (operation) => {
		const item = await created('[seconds=0] An apple');
		const outcome = await run({ operation: `task > ${operation}`, items: [item] });
		expect(outcome.items[0]!.json).toMatchObject({ sku: 'A1', status: 'completed' });
		expect(outcome.items[0]!.binary!.data!.fileName).toMatch(/^flux-kontext-max_/);
		// They are of one task: what is newer covers nothing that is lost.
		expect(hintsOf(outcome)).toEqual([]);
	});

	it('that is unfinished has its row, and no photo in the place of its picture', async () => {
		const item = await created('[seconds=30] An apple');
		const outcome = await run({ operation: 'task > result', items: [item] });
		expect(outcome.items[0]!.json.sku).toBe('A1');
		expect(outcome.items[0]!.json.status).toMatch(/queued|running/);
		expect(filesOf(outcome.items[0]!)).toEqual([]);
	});

	it('that On Timeout returns has its row', async () => {
		const items = [row({ prompt: '[seconds=30] An apple', sku: 'A1' }, { photo: PHOTO })];
		const options = { timeout: 0.5, onTimeout: 'returnTask' };
		const outcome = await run({ items, options });
		expect(outcome.items[0]!.json).toMatchObject({ sku: 'A1', requestId: harness.taskIds()[0] });
		expect(filesOf(outcome.items[0]!)).toEqual(['photo']);
	});

	it.each(['status', 'cancel'])(
		'has none after Task > %s, which has no such option',
		async (op) => {
			const item = await created('[seconds=30] An apple');
			const outcome = await run({ operation: `task > ${op}`, items: [item] });
			expect(outcome.items[0]!.json).not.toHaveProperty('sku');
		},
	);
});

describe('The hint of what is covered', () => {
	it('comes once a run, and names the fields of all rows', async () => {
		const items = [
			row({ status: 'To Do' }),
			row({ status: 'To Do', model: 'mug-3' }),
			row({ error: 'failed before' }),
			row({ sku: 'A4' }),
		];
		const hints = hintsOf(await run({ items }));
		expect(hints).toHaveLength(1);
		expect(hints[0]).toContain('same name: status, model, error.');
	});

	it('names no field whose value is the same', async () => {
		const items = [row({ status: 'completed', gateway: 'seaArtCloud' })];
		expect(hintsOf(await run({ items }))).toEqual([]);
	});

	it('comes for what a row loses beside an error', async () => {
		const items = [row({ prompt: '[no-credit] An apple', url: 'https://shop.test/a' })];
		const hints = hintsOf(await run({ items, settings: CONTINUE }));
		expect(hints).toEqual([expect.stringContaining('same name: url.')]);
	});
});

describe("The tool's form", () => {
	const { properties } = new FluxImage().description;

	/** What n8n leaves of the parameters of a node whose type has that name. */
	const leftOf = (name: string) => {
		const description = { ...new FluxImage().description, name };
		const given: INodeParameters = {
			gateway: 'seaArtCloud',
			resource: 'image',
			operation: 'generateAndWait',
			options: { includeInputFields: true, timeout: 5 },
		};
		const node = { typeVersion: 1 } as const;
		return NodeHelpers.getNodeParameters(
			properties,
			given,
			true,
			false,
			node as Parameters<typeof NodeHelpers.getNodeParameters>[4],
			description,
		)!['options'];
	};

	it('has no Include Input Fields', () => {
		expect(leftOf('fluxImage')).toEqual({ includeInputFields: true, timeout: 5 });
		expect(leftOf('fluxImageTool')).toEqual({ timeout: 5 });
	});
});
