import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import {
	FLUX_NAME,
	nodeType,
	plainNode,
	startWorkflow,
	useBinaryMode,
	type Outcome,
} from '../../tooling/engine/engine';
import { itemWith, smallPicture } from '../contract/behaviors/inputImages';
import { inExecution } from '../unit/client/inExecution';
import { serve } from '../unit/client/localServer';
import { exif, photo } from '../unit/images/photos';
import { NodeHarness, type Ask } from './nodeHarness';
import { callToolOf } from './toolHarness';

let harness: NodeHarness;
let red: Buffer;
let blue: Buffer;

beforeAll(async () => {
	harness = await NodeHarness.open();
	[red, blue] = [await smallPicture('red'), await smallPicture('blue')];
});
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const itemOf = (files: Record<string, Buffer>, json = {}) => ({
	...itemWith(files),
	json: { prompt: 'Edit it', ...json },
});

const editing = (row: INodeParameters, { parameters, ...ask }: Ask = {}): Ask => ({
	...ask,
	parameters: { inputImages: { image: [row] }, ...parameters },
});

const sentImages = () => {
	const body = harness.sandbox.ledger.where({ call: 'create' }).at(-1)?.body ?? {};
	return Object.entries(body)
		.filter(([name]) => name.startsWith('input_image'))
		.map(([, value]) => String(value));
};

const base64 = (...pictures: Buffer[]) => pictures.map((bytes) => bytes.toString('base64'));

const hintsOf = ({ run }: Outcome) =>
	(run.data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

describe.each(['default', 'filesystem'] as const)('Files that n8n keeps in mode %s', (mode) => {
	beforeAll(async () => await useBinaryMode(mode));
	afterAll(async () => await useBinaryMode('filesystem'));

	/** A file as n8n stores it. */
	const store = async (bytes: Buffer, name: string) =>
		await inExecution('http://127.0.0.1:1', async ({ context }) =>
			context.helpers.prepareBinaryData(bytes, name, 'image/png'),
		);

	const stored = async (): Promise<INodeExecutionData> => {
		const [photo, other] = [await store(red, 'photo.png'), await store(blue, 'other.png')];
		expect(photo.id === undefined).toBe(mode === 'default');
		return { json: { prompt: 'Edit it' }, binary: { photo, other } };
	};

	it.each([
		['photo, other', [0, 1]],
		['={{ $binary }}', [0, 1]],
		['={{ $binary.other }}', [1]],
		["={{ $('Items').item.binary.photo }}", [0]],
		["={{ $('Items').item.binary }}", [0, 1]],
		["={{ [$('Items').item.binary.other, 'photo'] }}", [1, 0]],
		["={{ $('Items').all() }}", [0, 1]],
		['={{ Object.values($binary) }}', [0, 1]],
	])('are taken by %s', async (binaryPropertyName, expected) => {
		const item = await stored();
		const { error } = await harness.run(
			editing({ source: 'binary', binaryPropertyName }, { items: [item] }),
		);
		expect(error).toBeUndefined();
		expect(sentImages()).toEqual(base64(...expected.map((at) => [red, blue][at]!)));
	});
});

describe.each(['default', 'filesystem'] as const)(
	'Of two nodes with a file each, in mode %s',
	(mode) => {
		beforeAll(async () => await useBinaryMode(mode));
		afterAll(async () => await useBinaryMode('filesystem'));

		const putting = (bytes: Buffer, name: string, more: INodeExecutionData['binary'] = {}) =>
			nodeType(['done'], async function () {
				const photo = await this.helpers.prepareBinaryData(bytes, name, 'image/png');
				return [[{ json: {}, binary: { ...more, photo }, pairedItem: 0 }]];
			});

		/** Form and Change put out a file each, in the same field; what is sent, or the refusal. */
		const sentBy = async (
			binaryPropertyName: string,
			form: ReturnType<typeof putting>,
			change: ReturnType<typeof putting>,
		) => {
			harness.reset();
			const row = { source: 'binary', binaryPropertyName };
			const { node, credentials } = harness.node(
				editing(row, { parameters: { prompt: 'Edit it' } }),
			);
			const to = (name: string) => ({ main: [[{ node: name, type: 'main' as const, index: 0 }]] });
			const { error } = await startWorkflow(
				[
					plainNode('Items'),
					plainNode('Form', 'test.form'),
					plainNode('Change', 'test.change'),
					node,
				],
				{ Items: to('Form'), Form: to('Change'), Change: to(FLUX_NAME) },
				{ credentials },
				{ 'test.form': form, 'test.change': change },
			).finished;
			if (!error) return sentImages();
			expect(error.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
			expect(harness.sandbox.ledger.requests).toEqual([]);
			return error.message;
		};

		const OF_FORM = [
			'={{ $node["Form"].binary }}',
			'={{ $node["Form"].binary.photo }}',
			'={{ Object.values($node["Form"].binary) }}',
			'={{ $node["Form"] }}',
			"={{ $('Form').item.binary }}",
			"={{ $('Form').all() }}",
		];

		const OF_CHANGE = ['photo', '={{ $binary }}', '={{ $binary.photo }}', '={{ $input.item }}'];

		it.each(OF_FORM)('sends the one that is asked for by %s', async (name) => {
			const [form, change] = [putting(red, 'form.png'), putting(blue, 'other.png')];
			expect(await sentBy(name, form, change)).toEqual(base64(red));
		});

		it.each(OF_CHANGE)("sends the item's own by %s", async (name) => {
			const [form, change] = [putting(red, 'form.png'), putting(blue, 'other.png')];
			expect(await sentBy(name, form, change)).toEqual(base64(blue));
		});

		/** Of the same name, type and size as the red one. */
		const twin = () => Buffer.from(red.map((byte, at) => (at === red.length - 20 ? ~byte : byte)));

		it.each(OF_FORM)('sends no other that is the same but for its content by %s', async (name) => {
			const sent = await sentBy(name, putting(red, 'image.png'), putting(twin(), 'image.png'));
			const isBare = mode === 'default' && name.includes('$node');
			expect(sent).toEqual(
				isBare
					? "Input Images 1: n8n gives this file without its content. Give the name of its field, or {{ $('Node').item.binary.field }}"
					: base64(red),
			);
		});

		it.each(OF_CHANGE)(
			"sends the item's own that is the same but for its content by %s",
			async (name) => {
				const sent = await sentBy(name, putting(red, 'image.png'), putting(twin(), 'image.png'));
				expect(sent).toEqual(base64(twin()));
			},
		);

		// A list is a person's own, and what is empty in it stands for a missing picture.
		it.each([...OF_FORM, ...OF_CHANGE].filter((name) => !name.includes('Object.values')))(
			'sends it by %s beside fields without a file',
			async (name) => {
				for (const nothing of [null, undefined]) {
					const more = { mask: nothing } as never;
					const [form, change] = [putting(red, 'form.png', more), putting(blue, 'other.png', more)];
					const own = OF_CHANGE.includes(name);
					expect(await sentBy(name, form, change)).toEqual(base64(own ? blue : red));
				}
			},
		);
	},
);

describe('A stored file', () => {
	/** A file of another execution, as n8n describes it. */
	const foreignFile = async () =>
		await inExecution('http://127.0.0.1:1', async ({ context }) =>
			context.helpers.prepareBinaryData(blue, 'other.png', 'image/png'),
		);

	it.each([
		'photo',
		'body.photo',
		'_files.photo',
		'={{ $json.photo }}',
		'={{ [$json.photo] }}',
		'={{ $json }}',
		'={{ $json.body }}',
		'={{ ({ binary: $json.body }) }}',
		"={{ $('Items').item.json.photo }}",
	])('of another execution, named by the JSON of a caller, is not read by %s', async (name) => {
		const stored = await foreignFile();
		const photo = { ...stored };
		const json = { prompt: 'Edit it', photo, body: { photo }, _files: { photo } };
		const row = { source: 'binary', binaryPropertyName: name };
		for (const files of [{}, { data: red }] as Array<Record<string, Buffer>>) {
			const { error } = await harness.run(editing(row, { items: [itemOf(files, json as never)] }));
			expect(error!.message).toContain('Input Images 1');
			expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
			expect(JSON.stringify(error)).not.toContain(stored.id);
		}
		expect(harness.creates()).toBe(0);
	});

	it('of a node before is taken, where the items that come in have lost it', async () => {
		const photo = await foreignFile();
		const row = { source: 'binary', binaryPropertyName: "={{ $('Items').item.binary.photo }}" };
		const { node, credentials } = harness.node(editing(row, { parameters: { prompt: 'Edit it' } }));
		const bare = nodeType(['done'], async function () {
			return [this.getInputData().map((_item, index) => ({ json: {}, pairedItem: index }))];
		});
		const to = (name: string) => ({ main: [[{ node: name, type: 'main' as const, index: 0 }]] });
		const { error } = await startWorkflow(
			[plainNode('Items'), plainNode('Bare', 'test.bare'), node],
			{ Items: to('Bare'), Bare: to(FLUX_NAME) },
			{ credentials, items: [{ json: {}, binary: { photo } }] },
			{ 'test.bare': bare },
		).finished;
		expect(error).toBeUndefined();
		expect(sentImages()).toEqual(base64(blue));
	});

	it('of the node before an agent is taken by its tool', async () => {
		const photo = await foreignFile();
		const row = { source: 'binary', binaryPropertyName: "={{ $('Items').first().binary.photo }}" };
		const items = [{ json: {}, binary: { photo } }];
		const heard = await callToolOf(harness, [{}], editing(row, { items }));
		expect(heard).toEqual([expect.stringContaining('"status":"completed"')]);
		expect(sentImages()).toEqual(base64(blue));
	});

	it.each(['photo', '={{ $json._files.photo }}'])(
		'is taken out of the JSON by %s, where the workflow is set to keep its files there',
		async (binaryPropertyName) => {
			const photo = await foreignFile();
			const { error } = await harness.run({
				...editing({ source: 'binary', binaryPropertyName }),
				items: [{ json: { prompt: 'Edit it', _files: { photo } } as never }],
				workflowSettings: { binaryMode: 'combined' },
			});
			expect(error).toBeUndefined();
			expect(sentImages()).toEqual(base64(blue));
		},
	);
});

describe('Input images', () => {
	it('of one expression for every item are uploaded once each to ToAPIs', async () => {
		const items = [itemOf({ photo: red, other: blue }), itemOf({ photo: blue, other: red })];
		const row = { source: 'binary', binaryPropertyName: '={{ $binary }}' };
		const { error } = await harness.run(editing(row, { gateway: 'toApis', items }));
		expect(error).toBeUndefined();
		expect(harness.sandbox.ledger.where({ call: 'upload' })).toHaveLength(2);
		expect(harness.creates()).toBe(2);
	});

	it('beyond the maximum, hidden in one text, are refused before anything is sent', async () => {
		const url = Array.from({ length: 5 }, (_, at) => `https://a.example/${at}.png`).join('\n');
		const { error } = await harness.run(editing({ source: 'url', url }));
		expect(error!.message).toBe(
			'Input Images must be at most 4 for FLUX.1 Kontext [max], but are 5',
		);
		expect(error!.description).toContain('nothing was sent and nothing was paid');
		expect(harness.sandbox.ledger.requests).toEqual([]);
	});

	it('of a list that was filtered empty are an error, and no drawing without them', async () => {
		const items = [{ json: { prompt: 'Edit it', photos: [{ url: '', ok: false }] } }];
		const filtered = '={{ $json.photos.filter((photo) => photo.ok) }}';
		const { error } = await harness.run(editing({ source: 'url', url: filtered }, { items }));
		expect(error!.message).toContain('Input Images 1: URL must begin with');
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it.each([
		['={{ $json.a }},{{ $json.b }}', 'image 2'],
		['={{ $json.b }},{{ $json.a }}', 'image 1'],
		['={{ $json.a }},{{ $json.b }},{{ $json.a }}', 'image 2'],
		['={{ $json.a }}, {{ $json.c }}', 'image 2'],
		['={{ $json.a }}\n{{ $json.c }}\n{{ $json.a }}', 'image 2'],
		['={{ [$json.a, null, undefined].join(",") }}', 'image 2'],
		['={{ [$json.a, null].join("\\n") }}', 'image 2'],
		['={{ $json.rows.map((row) => row.url).join("\\n") }}', 'image 2'],
		['={{ `${$json.a},${$json.c}` }}', 'image 2'],
	])('of which one is missing are an error by %s, at every gateway', async (url, place) => {
		const a = 'https://a.example/apple.png?v=1';
		const items = [{ json: { prompt: 'Edit it', a, b: '', rows: [{ url: a }, { url: null }] } }];
		for (const [gateway, model] of [
			['seaArtCloud', 'flux_kontext_max'],
			['seaArtCloud', 'flux_2_pro'],
			['vtrix', 'flux_2_pro'],
			['toApis', 'flux-kontext-max'],
		] as const) {
			const ask: Ask = { gateway, items, parameters: { model } };
			const { error } = await harness.run(editing({ source: 'url', url }, ask));
			expect(error!.message).toContain(`Input Images 1, ${place}: URL must begin with`);
			expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		}
		expect(harness.sandbox.ledger.requests).toEqual([]);
	});

	it('in lines that a person typed may have empty lines between them', async () => {
		const host = await serve((response) => response.end(red));
		const addresses = [1, 2].map((at) => `${host.url}/${at}.png`);
		const url = `${addresses.join('\n\n')}\n`;
		const { error } = await harness.run(editing({ source: 'url', url }));
		await host.close();
		expect(error).toBeUndefined();
		expect(sentImages()).toEqual(addresses);
	});

	it('of an item without files are told so where $binary is given', async () => {
		const items = [{ json: { prompt: 'Edit it' } }];
		const row = { source: 'binary', binaryPropertyName: '={{ $binary }}' };
		const { error } = await harness.run(editing(row, { items }));
		expect(error!.message).toBe(
			'Input Images 1: Input Binary Field must be the name of a field, or a file, but is an object without files. This item has no files',
		);
	});

	it('are never files that a text from outside names', async () => {
		const stored = await inExecution('http://127.0.0.1:1', async ({ context }) =>
			context.helpers.prepareBinaryData(blue, 'other.png', 'image/png'),
		);
		expect(stored.id).toBeDefined();
		const photo = JSON.stringify([stored]);
		const items = [itemOf({ data: red }, { body: { photo, text: JSON.stringify(stored) } })];
		for (const name of ['photo', 'text']) {
			const row = { source: 'binary', binaryPropertyName: `={{ $json.body.${name} }}` };
			const { error } = await harness.run(editing(row, { items }));
			expect(error!.message).toContain(
				'Input Binary Field must be the name of a field, or a file, but is JSON in a text',
			);
			expect(JSON.stringify(error)).not.toContain(stored.id);
		}
		expect(harness.creates()).toBe(0);
	});

	it.each([
		['url', 'url', 'ann:pa55@a.example/b.png?sig=SIGNED'],
		['url', 'url', 'api.telegram.org/file/bot123456789:SIGNED/a.jpg'],
		['binary', 'binaryPropertyName', 'https://ann:pa55@a.example/b.png?sig=SIGNED'],
		['base64', 'base64', 'https://ann:pa55@a.example/b.png?sig=SIGNED'],
		['task', 'requestId', 'https://ann:pa55@a.example/b.png?sig=SIGNED'],
	])('of the source %s that are no images show no secret of theirs', async (source, name, text) => {
		const row = { source, [name]: '={{ $json.photo }}' };
		const items = [{ json: { prompt: 'Edit it', photo: text } }];
		const { error } = await harness.run(editing(row, { items }));
		expect(error!.message).toContain('Input Images 1: ');
		expect(`${error!.message} ${error!.description}`).not.toMatch(/pa55|SIGNED|12345/);
	});

	it("by a form's label are told by their field's name, and that nothing was paid", async () => {
		const items = [itemOf({ Upload_Old_Photo: red }), itemOf({ Upload_Old_Photo: blue })];
		const row = { source: 'binary', binaryPropertyName: 'Upload Old Photo' };
		const { error } = await harness.run(editing(row, { items }));
		expect(error!.message).toBe(
			'Input Images 1: This item has no file in "Upload Old Photo". It has: Upload_Old_Photo',
		);
		expect(error!.description).toContain('Item 0: nothing was sent and nothing was paid.');
		expect(harness.creates()).toBe(0);
	});

	it.each([
		['https://api.telegram.org/file/bot1234:AAF-secret/photos/1.jpg', 'seaArtCloud', 'flux_2_pro'],
		['https://api.telegram.org/file/bot1234:AAF-secret/photos/1.jpg', 'toApis', 'flux-2-pro'],
		['https://drive.google.com/file/d/secret/view', 'vtrix', 'flux_kontext_max'],
	] as const)(
		'at %s are refused at %s, and the address is not shown',
		async (url, gateway, model) => {
			const items = [{ json: { prompt: 'Edit it', url } }];
			const ask: Ask = { gateway, items, parameters: { model } };
			const { error } = await harness.run(editing({ source: 'url', url: '={{ $json.url }}' }, ask));
			expect(error!.message).toMatch(
				/^Input Images 1: URL is a (Telegram file link|page of Google)/,
			);
			expect(JSON.stringify(error)).not.toContain('secret');
			expect(harness.sandbox.ledger.requests).toEqual([]);
		},
	);

	it('that come twice are told in a hint, and sent', async () => {
		const row = { source: 'binary', binaryPropertyName: 'photo, photo' };
		const outcome = await harness.run(editing(row, { items: [itemOf({ photo: red })] }));
		expect(sentImages()).toEqual(base64(red, red));
		expect(hintsOf(outcome)).toEqual([expect.stringContaining('it is sent twice')]);
	});

	it('that EXIF turns are told in a hint, from a file and where the node fetches them', async () => {
		const turned = await photo(exif(6, 'MM'));
		const host = await serve((response) => response.end(turned));
		const rows = [
			{ source: 'binary', binaryPropertyName: 'photo' },
			{ source: 'url', url: `${host.url}/photo.jpg` },
			{ source: 'binary', binaryPropertyName: 'upright' },
		];
		const outcome = await harness.run({
			items: [itemOf({ photo: turned, upright: await photo(exif(1, 'MM')) })],
			parameters: { model: 'flux_2_pro', inputImages: { image: rows } },
		});
		await host.close();
		expect(outcome.error).toBeUndefined();
		expect(hintsOf(outcome).map((hint) => hint.slice(0, 64))).toEqual([
			'Input Images 1 is a photo that is shown turned by its EXIF data.',
			'Input Images 2 is a photo that is shown turned by its EXIF data.',
		]);
	});

	it('from our own items are their pictures', async () => {
		const drawn = await harness.run({ prompts: ['An apple', 'A pear'] });
		harness.sandbox.ledger.clear();
		const items = [{ json: { prompt: 'Both', rows: drawn.items.map(({ json }) => json) } }];
		const { error } = await harness.run(
			editing({ source: 'url', url: '={{ $json.rows }}' }, { items }),
		);
		expect(error).toBeUndefined();
		expect(sentImages()).toEqual(drawn.items.map(({ json }) => json.url));
	});
});
