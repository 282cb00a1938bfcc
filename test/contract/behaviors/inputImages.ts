import { createCanvas } from '@napi-rs/canvas';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { request } from 'undici';

import type { Behavior } from '../behavior';
import { bytesAt, onlyItem, type GatewayFixture } from '../gatewayFixture';

/** A small PNG of one color, short enough that the ledger keeps it whole. */
export async function smallPicture(color: string): Promise<Buffer> {
	const canvas = createCanvas(8, 8);
	const context = canvas.getContext('2d');
	context.fillStyle = color;
	context.fillRect(0, 0, 8, 8);
	return await canvas.encode('png');
}

/** An item with pictures in its binary fields. */
export function itemWith(pictures: Record<string, Buffer>): INodeExecutionData {
	return {
		json: {},
		binary: Object.fromEntries(
			Object.entries(pictures).map(([name, bytes]) => [
				name,
				{ data: bytes.toString('base64'), mimeType: 'image/png', fileName: `${name}.png` },
			]),
		),
	};
}

const fromBinary = (binaryPropertyName: string): INodeParameters => ({
	source: 'binary',
	binaryPropertyName,
});

/** Puts a picture where the sandbox can be told to find it. */
export async function hostedUrl({ sandbox }: GatewayFixture, bytes: Buffer): Promise<string> {
	const form = new FormData();
	form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'picture.png');
	const encoded = new Response(form);
	const { body } = await request(`${sandbox.baseUrls.toApis}/v1/uploads/images`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${sandbox.keys.valid}`,
			'content-type': encoded.headers.get('content-type')!,
		},
		body: Buffer.from(await encoded.arrayBuffer()),
	});
	sandbox.ledger.clear();
	return ((await body.json()) as { data: { url: string } }).data.url;
}

/** The bytes of the images that the only create holds. */
async function sentImages(fixture: GatewayFixture): Promise<Buffer[]> {
	const images = fixture.row.imagesIn(fixture.sentParameters());
	return await Promise.all(
		images.map(async (image) =>
			/^http/.test(image) ? await bytesAt(image) : Buffer.from(image, 'base64'),
		),
	);
}

async function edit(
	fixture: GatewayFixture,
	image: INodeParameters[],
	items?: INodeExecutionData[],
) {
	const parameters = { prompt: 'Edit it', inputImages: { image } };
	const outcome = await fixture.image(parameters, items ? { items } : {});
	expect(onlyItem(outcome).json['status']).toBe('completed');
}

/** Input images, from wherever they come. */
export const inputImageBehaviors: readonly Behavior[] = [
	{
		name: 'takes an input image from a binary field',
		async check(fixture) {
			const red = await smallPicture('red');
			await edit(fixture, [fromBinary('photo')], [itemWith({ photo: red })]);
			expect(await sentImages(fixture)).toEqual([red]);
			expect(fixture.calls('upload')).toHaveLength(fixture.row.uploads ? 1 : 0);
		},
	},
	{
		name: 'takes an input image by URL, as it is',
		async check(fixture) {
			const url = await hostedUrl(fixture, await smallPicture('red'));
			await edit(fixture, [{ source: 'url', url }]);
			expect(fixture.row.imagesIn(fixture.sentParameters())).toEqual([url]);
			expect(fixture.calls('upload')).toHaveLength(0);
		},
	},
	{
		name: 'takes an input image as base64, with data: before it or not',
		async check(fixture) {
			const [red, blue] = [await smallPicture('red'), await smallPicture('blue')];
			const base64 = blue.toString('base64');
			await edit(fixture, [
				{ source: 'base64', base64: `data:image/png;base64,${red.toString('base64')}` },
				{ source: 'base64', base64: `${base64.slice(0, 40)}\n${base64.slice(40)}` },
			]);
			expect(await sentImages(fixture)).toEqual([red, blue]);
		},
	},
	{
		name: 'takes as many input images as the model, in their order',
		async check(fixture) {
			const colors = ['red', 'green', 'blue', 'white', 'black', 'gray', 'cyan', 'pink'];
			const pictures = await Promise.all(colors.map(smallPicture));
			const outcome = await fixture.image(
				{
					model: fixture.row.modelOfEightImages,
					prompt: 'Edit it',
					inputImages: { image: colors.map(fromBinary) },
				},
				{ items: [itemWith(Object.fromEntries(colors.map((name, at) => [name, pictures[at]!])))] },
			);
			expect(onlyItem(outcome).json['status']).toBe('completed');
			expect(await sentImages(fixture)).toEqual(pictures);
		},
	},
	{
		name: 'has n8n refuse more input images than the model takes',
		async check(fixture) {
			const url = 'http://127.0.0.1/picture.png';
			const image = Array.from({ length: 5 }, () => ({ source: 'url', url }));
			const run = fixture.image({ prompt: 'Edit it', inputImages: { image } });
			// n8n 2.x names the field, n8n 1.x only says that there is something to fix.
			await expect(run).rejects.toThrow(/At most 4 fields are allowed|has issues/);
		},
	},
	{
		name: 'uploads an image once, however many items use it',
		on: ({ uploads }) => uploads,
		async check(fixture) {
			const red = await smallPicture('red');
			const items = ['Apple', 'Pear', 'Plum'].map((prompt) => ({
				...itemWith({ photo: red }),
				json: { prompt },
			}));
			const { outputs, error } = await fixture.image(
				{ prompt: '={{ $json.prompt }}', inputImages: { image: [fromBinary('photo')] } },
				{ items },
			);
			expect(error).toBeUndefined();
			expect(outputs[0]).toHaveLength(3);
			expect(fixture.calls('upload')).toHaveLength(1);
			expect(fixture.calls('create')).toHaveLength(3);
		},
	},
	{
		name: 'uploads nothing that is no picture',
		on: ({ uploads }) => uploads,
		async check(fixture) {
			const base64 = Buffer.from('not a picture at all').toString('base64');
			const image = [{ source: 'base64', base64 }];
			const { error } = await fixture.image({ prompt: 'Edit it', inputImages: { image } });
			expect(error?.message).toContain('is no PNG, JPEG, WebP or GIF');
			expect(fixture.sandbox.ledger.requests).toHaveLength(0);
		},
	},
];
