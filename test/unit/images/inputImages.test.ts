import type { IExecuteFunctions } from 'n8n-workflow';

import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { readInputImages } from '../../../nodes/FluxImage/images/inputImages';
import { findOffer } from '../../../nodes/FluxImage/models';
import { runNode } from '../../../tooling/engine/engine';
import { inExecution } from '../client/inExecution';

const PNG_START = Buffer.from('89504e470d0a1a0a', 'hex');
const MEGABYTE = 1024 * 1024;

const pngOf = (bytes: number) => Buffer.concat([PNG_START, Buffer.alloc(bytes - PNG_START.length)]);

/** Reads rows of the Input Images field, with n8n's own helpers for the item's binary fields. */
async function readRows(
	gateway: Gateway['id'],
	model: string,
	rows: object[],
	switches: Record<string, unknown> = {},
) {
	return await inExecution('http://127.0.0.1:1', async ({ context }) => {
		const fields: Record<string, unknown> = { inputImages: { image: rows } };
		const reading = Object.assign(Object.create(context) as IExecuteFunctions, {
			getNodeParameter: (name: string) => fields[name],
		});
		return await readInputImages(reading, 0, findOffer(gateway, model)!, switches);
	});
}

const base64 = (bytes: Buffer) => ({ source: 'base64', base64: bytes.toString('base64') });
const url = (address: string) => ({ source: 'url', url: address });

describe('an input image', () => {
	it('may be 20 MB on the queue gateways, and no more', async () => {
		const [image] = await readRows('seaArtCloud', 'flux_kontext_max', [
			base64(pngOf(20 * MEGABYTE)),
		]);
		expect(image).toMatchObject({ form: 'base64', type: { contentType: 'image/png' } });
		await expect(
			readRows('seaArtCloud', 'flux_kontext_max', [base64(pngOf(20 * MEGABYTE + 1))]),
		).rejects.toThrow('Input Images 1 must be at most 20 MB, but is 20.01 MB');
	});

	it('may be 10 MB on ToAPIs, and no more', async () => {
		await readRows('toApis', 'flux-kontext-max', [base64(pngOf(10 * MEGABYTE))]);
		await expect(
			readRows('toApis', 'flux-kontext-max', [base64(pngOf(10 * MEGABYTE + 1))]),
		).rejects.toThrow('must be at most 10 MB, but is 10.01 MB');
	});

	it.each([
		['seaArtCloud', 'flux_kontext_max', {}, 4],
		['vtrix', 'flux_2_pro', {}, 8],
		['odiRouter', 'flux_pro_11', {}, 1],
		['toApis', 'flux-kontext-max', {}, 4],
		['toApis', 'flux-kontext-max', { imageField: 'image_urls' }, 1],
		['toApis', 'flux-2-pro', { imageField: 'image_urls' }, 8],
	] as const)('of %s, %s, %j: at most %#', async (gateway, model, switches, most) => {
		const rows = (count: number) => Array.from({ length: count }, () => base64(pngOf(20)));
		expect(await readRows(gateway, model, rows(most), switches)).toHaveLength(most);
		await expect(readRows(gateway, model, rows(most + 1), switches)).rejects.toThrow(
			`at most ${most} for ${model}, but are ${most + 1}`,
		);
	});

	it('of FLUX 1.1 is no URL', async () => {
		await expect(
			readRows('vtrix', 'flux_pro_11', [url('https://a.example/b.png')]),
		).rejects.toThrow(
			'Input Images 1: Source must be Binary File or Base64, since flux_pro_11 takes no URLs',
		);
	});

	it.each(['', 'a.png', 'ftp://a/b', 'file:///etc/passwd', 'https://', 'javascript:alert(1)'])(
		'is not at the URL %j',
		async (address) => {
			await expect(readRows('vtrix', 'flux_kontext_max', [url(address)])).rejects.toThrow(
				'URL must begin with http:// or https://',
			);
		},
	);

	it.each(['', 'not base64!', 'data:image/png;base64,', '====', 'Ä'])(
		'is not the base64 %j',
		async (text) => {
			const rows = [{ source: 'base64', base64: text }];
			await expect(readRows('vtrix', 'flux_kontext_max', rows)).rejects.toThrow(
				'Base64 must be an image as base64',
			);
		},
	);

	it('of ToAPIs is a picture by its bytes', async () => {
		const rows = [base64(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))];
		await expect(readRows('toApis', 'flux-kontext-max', rows)).rejects.toThrow(
			'must be a PNG, JPEG, WebP or GIF file',
		);
	});

	it('has one digest for equal bytes, however they are written', async () => {
		const bytes = pngOf(50);
		const prefixed = {
			source: 'base64',
			base64: `data:image/png;base64,\n${bytes.toString('base64')}`,
		};
		const urlSafe = { source: 'base64', base64: bytes.toString('base64url') };
		const images = await readRows('vtrix', 'flux_kontext_max', [base64(bytes), prefixed, urlSafe]);
		expect(new Set(images.map(({ digest }) => digest)).size).toBe(1);
	});

	it('that the item does not have is told with the name of the field', async () => {
		const { error } = await runNode({
			parameters: {
				gateway: 'vtrix',
				resource: 'image',
				operation: 'create',
				model: 'flux_kontext_max',
				prompt: 'Edit it',
				inputImages: { image: [{ source: 'binary', binaryPropertyName: 'photo' }] },
			},
			credentials: { vtrixApi: { apiKey: 'a-key-of-nobody', baseUrl: 'http://127.0.0.1:1' } },
		});
		expect(error?.message).toContain('photo');
		expect(error?.context.itemIndex).toBe(0);
	});
});
