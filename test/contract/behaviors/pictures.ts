import { binaryBytes } from '../../../tooling/engine/engine';
import { drawPicture, pictureRequests } from '../../../sandbox';
import { inHeldTime } from '../../engine/heldTime';
import type { Behavior } from '../behavior';
import { bytesAt, onlyItem, PICTURE_SCALE, type GatewayFixture } from '../gatewayFixture';

/** The pictures that the sandbox draws for parameters, drawn anew. */
async function drawn({ row }: GatewayFixture, parameters: Record<string, unknown>) {
	const requests = pictureRequests(row.gateway, row.model, parameters, PICTURE_SCALE);
	return await Promise.all(requests.map(async (request) => await drawPicture(request)));
}

/** Pictures out. */
export const pictureBehaviors: readonly Behavior[] = [
	{
		name: 'puts out the very bytes of the picture that was asked for',
		async check(fixture) {
			const { binary } = onlyItem(await fixture.image({ prompt: 'A pear' }));
			const bytes = await binaryBytes(binary!['data']);
			expect([bytes]).toEqual(await drawn(fixture, { prompt: 'A pear' }));
		},
	},
	{
		name: 'fetches pictures without the key',
		async check(fixture) {
			await fixture.image({ prompt: 'A pear' });
			expect(fixture.calls('picture')).toMatchObject([{ authorization: false, statusCode: 200 }]);
		},
	},
	{
		name: 'names and types a picture by its bytes',
		on: ({ gateway }) => gateway !== 'toApis',
		async check(fixture) {
			fixture.sandbox.quirks.set({ jpegIsPng: true });
			const { json, binary } = onlyItem(
				await fixture.image({ prompt: 'A pear', additionalFields: { outputFormat: 'jpeg' } }),
			);
			expect(json['url']).toMatch(/\.jpg$/);
			expect(json).toMatchObject({
				contentType: 'image/png',
				fileName: expect.stringMatching(/^[\w-]+_[\w]+_1\.png$/),
			});
			expect(binary!['data']).toMatchObject({
				mimeType: 'image/png',
				fileName: expect.stringMatching(/^[\w-]+_[\w]+_1\.png$/),
				fileExtension: 'png',
			});
		},
	},
	{
		name: 'leaves pictures at the gateway where they are not wanted',
		async check(fixture) {
			const { json, binary } = onlyItem(
				await fixture.image({ prompt: 'A pear', options: { downloadImages: false } }),
			);
			expect(binary).toBeUndefined();
			expect(fixture.calls('picture')).toHaveLength(0);
			expect((await bytesAt(json['url'])).length).toBeGreaterThan(100);
		},
	},
	{
		name: 'puts pictures into the field that was chosen',
		async check(fixture) {
			const options = { binaryPropertyName: 'poster' };
			const { binary } = onlyItem(await fixture.image({ prompt: 'A pear', options }));
			expect(Object.keys(binary!)).toEqual(['poster']);
		},
	},
	{
		name: 'names the URL and the id of a picture that cannot be fetched',
		async check(fixture) {
			const { error } = await inHeldTime(
				async () =>
					await fixture.image({ prompt: 'A pear [picture=html]', options: { timeout: 3 } }),
			);
			const [task] = fixture.sandbox.ledger.taskRows();
			expect(error?.message).toContain(`The picture of task ${task!.id} is finished`);
			expect(error?.description).toContain(`/pictures/${task!.id}/`);
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'reads pictures from every place of the contract',
		async check(fixture) {
			const places = [
				{ outputsForm: 'content' },
				{ bareOutputs: true },
				{ picturesAt: 'data' },
				{ picturesAt: 'url', idField: 'task_id' },
			] as const;
			for (const quirks of places) {
				fixture.sandbox.quirks.set(quirks);
				expect(onlyItem(await fixture.image({ prompt: 'A pear' })).binary).toHaveProperty('data');
			}
		},
	},
	{
		name: 'makes an item of each of several pictures',
		on: ({ gateway }) => gateway === 'toApis',
		async check(fixture) {
			const { outputs, error } = await fixture.image({ prompt: 'A pear', n: 3 });
			expect(error).toBeUndefined();
			expect(outputs[0]!.map(({ json }) => [json['imageIndex'], json['imageCount']])).toEqual([
				[0, 3],
				[1, 3],
				[2, 3],
			]);
			const bytes = await Promise.all(
				outputs[0]!.map(async ({ binary }) => await binaryBytes(binary!['data'])),
			);
			expect(bytes).toEqual(await drawn(fixture, { prompt: 'A pear', n: 3 }));
			expect(fixture.sandbox.ledger.billed()).toBe(1);
		},
	},
	{
		name: 'makes a task for each of several pictures, with seeds that follow one another',
		on: ({ gateway }) => gateway !== 'toApis',
		async check(fixture) {
			const additionalFields = { seed: 7 };
			const { outputs, error } = await fixture.image({ prompt: 'A pear', n: 3, additionalFields });
			expect(error).toBeUndefined();
			const items = outputs[0]!;
			expect(
				items.map(({ json }) => [json['seed'], json['imageIndex'], json['imageCount']]),
			).toEqual([7, 8, 9].map((seed) => [seed, 0, 1]));
			const bytes = await Promise.all(
				items.map(async ({ binary }) => await binaryBytes(binary!['data'])),
			);
			const ordered = [7, 8, 9].map(
				async (seed) => await drawn(fixture, { prompt: 'A pear', seed }),
			);
			expect(bytes).toEqual((await Promise.all(ordered)).flat());
			expect(fixture.sandbox.ledger.billed()).toBe(3);
		},
	},
	{
		name: 'tells size and working time of a picture',
		on: ({ cancels }) => cancels,
		async check(fixture) {
			const { json } = onlyItem(await fixture.image({ prompt: 'A pear', aspectRatio: '16:9' }));
			const [asked] = pictureRequests(
				fixture.row.gateway,
				fixture.row.model,
				{ prompt: 'A pear', aspect_ratio: '16:9' },
				PICTURE_SCALE,
			);
			expect(json).toMatchObject({
				width: asked!.width,
				height: asked!.height,
				metrics: { inferenceTime: expect.any(Number) },
			});
		},
	},
	{
		name: 'tells what a picture cost',
		on: ({ gateway }) => gateway === 'vtrix',
		async check(fixture) {
			const { json } = onlyItem(await fixture.image({ prompt: 'A pear' }));
			expect(json['usage']).toEqual({ cost: '0.08', discount: 1 });
		},
	},
	{
		name: 'tells until when a picture can be fetched',
		on: ({ gateway }) => gateway === 'toApis',
		async check(fixture) {
			const { json } = onlyItem(await fixture.image({ prompt: 'A pear' }));
			const hours = (Date.parse(String(json['expiresAt'])) - Date.now()) / 3_600_000;
			expect(hours).toBeGreaterThan(23);
			expect(hours).toBeLessThan(25);
		},
	},
];
