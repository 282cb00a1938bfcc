import { loadImage } from '@napi-rs/canvas';

import { gateways } from '../../sandbox';
import { binaryBytes, FLUX_NAME, type Outcome } from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const hintsOf = ({ run: { data } }: Outcome) =>
	(data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

describe('Width and height', () => {
	it.each(gateways)('are those of the file, at %s', async (gateway) => {
		const { items } = await harness.run({ gateway });
		const [{ json, binary }] = items as [(typeof items)[0]];
		const { width, height } = await loadImage(await binaryBytes(binary!['data']));
		expect(json).toMatchObject({ width, height });
		expect(width).toBeGreaterThan(0);
	});

	it.each(['vtrix', 'toApis'] as const)(
		'are absent where the file is not fetched and the gateway says nothing, at %s',
		async (gateway) => {
			const { items } = await harness.run({ gateway, options: { downloadImages: false } });
			expect(items[0]!.json).not.toHaveProperty('width');
			expect(items[0]!.json).not.toHaveProperty('height');
		},
	);

	it('are the same by Task > Get Result', async () => {
		const { items } = await harness.run({ gateway: 'vtrix' });
		const requestIds = [String(items[0]!.json.requestId)];
		const again = await harness.run({ gateway: 'vtrix', operation: 'task > result', requestIds });
		const { width, height } = items[0]!.json;
		expect(again.items[0]!.json).toMatchObject({ width, height });
	});
});

describe('A picture in another format than was asked for', () => {
	const asking = (outputFormat: string, ask: Ask = {}): Ask => ({
		...ask,
		parameters: { additionalFields: { outputFormat } },
	});

	it.each(['seaArtCloud', 'vtrix'] as const)('is told by one hint, at %s', async (gateway) => {
		harness.sandbox.quirks.set({ jpegIsPng: true });
		const outcome = await harness.run(asking('jpeg', { gateway, prompts: ['An apple', 'A pear'] }));
		expect(outcome.items.map(({ json }) => json.contentType)).toEqual(['image/png', 'image/png']);
		expect(hintsOf(outcome)).toEqual([
			expect.stringMatching(/^JPEG was asked for, and PNG came: fileName and contentType/),
		]);
	});

	it('is told by one hint at ToAPIs, which is asked in metadata', async () => {
		harness.sandbox.quirks.set({ jpegIsPng: true });
		const outcome = await harness.run({
			gateway: 'toApis',
			parameters: { additionalFields: { responseFormat: 'jpeg' } },
		});
		expect(outcome.items[0]!.json.contentType).toBe('image/png');
		expect(hintsOf(outcome)).toEqual([expect.stringMatching(/^JPEG was asked for, and PNG came/)]);
	});

	it('is told where the request is JSON of the person with a format in metadata', async () => {
		harness.sandbox.quirks.set({ jpegIsPng: true });
		const parameters = '{"prompt":"An apple","metadata":{"response_format":"jpg"}}';
		const other = { model: 'other', modelId: 'flux-kontext-max', parameters };
		const outcome = await harness.run({ gateway: 'toApis', parameters: other });
		expect(hintsOf(outcome)).toEqual([expect.stringMatching(/^JPEG was asked for, and PNG came/)]);
	});

	it('is told where the request is JSON of the person', async () => {
		harness.sandbox.quirks.set({ jpegIsPng: true });
		const parameters = '{"prompt":"An apple","output_format":"jpeg"}';
		const other = { model: 'other', modelId: 'flux_kontext_max', parameters };
		const outcome = await harness.run({ parameters: other });
		expect(hintsOf(outcome)).toEqual([expect.stringMatching(/^JPEG was asked for, and PNG came/)]);
	});

	it.each(['jpeg', 'png'])('is not told where it came as it was asked for: %s', async (format) => {
		const outcome = await harness.run(asking(format));
		expect(outcome.items[0]!.json.contentType).toBe(`image/${format}`);
		expect(hintsOf(outcome)).toEqual([]);
	});

	it('is not told where no format was asked for', async () => {
		expect(hintsOf(await harness.run({}))).toEqual([]);
	});

	it("is not seen where the picture stays at the gateway, whose word is the item's", async () => {
		harness.sandbox.quirks.set({ jpegIsPng: true });
		const outcome = await harness.run({ ...asking('jpeg'), options: { downloadImages: false } });
		expect(outcome.items[0]!.json.contentType).toBe('image/jpeg');
		expect(hintsOf(outcome)).toEqual([]);
	});
});
