import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import { findOffer, nameOf } from '../../../nodes/FluxImage/models';
import { runNode } from '../../../tooling/engine/engine';
import { pngOf, readField as readWith } from './readImages';

const MEGABYTE = 1024 * 1024;

/** Reads rows of the Input Images field. */
const readRows = async (
	gateway: Gateway['id'],
	model: string,
	rows: object[],
	switches: Record<string, unknown> = {},
) => await readField(gateway, model, { image: rows }, switches);

const readField = async (
	gateway: Gateway['id'],
	model: string,
	field: unknown,
	switches: Record<string, unknown> = {},
) => await readWith(field, { gateway, model, switches });

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
			`at most ${most} for ${nameOf(findOffer(gateway, model)!)}, but are ${most + 1}`,
		);
	});

	it.each([
		['vtrix', 'flux_pro_11', 'fetchedUrl'],
		['seaArtCloud', 'flux_2_pro', 'fetchedUrl'],
		['odiRouter', 'flux_2_pro', 'fetchedUrl'],
		['seaArtCloud', 'flux_kontext_max', 'url'],
		['vtrix', 'flux_2_pro', 'url'],
		['toApis', 'flux-kontext-max', 'url'],
	] as const)('by URL is, at %s for %s, a %s', async (gateway, model, form) => {
		const [image] = await readRows(gateway, model, [url('https://a.example/b.png')]);
		expect(image).toMatchObject({ form, url: 'https://a.example/b.png' });
	});

	it.each(['ftp://user:pass@a.example/b?sig=s3cret', 'https://user:pass@?sig=s3cret'])(
		'is not at %s, and the error shows neither user nor query',
		async (address) => {
			const message = await readRows('vtrix', 'flux_pro_11', [url(address)]).catch(String);
			expect(message).toContain('URL must begin with http:// or https://');
			expect(message).not.toMatch(/user|pass|s3cret/);
		},
	);

	const HEIC = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');

	const box = (brands: string) => {
		const bytes = Buffer.from(`\0\0\0\0ftyp${brands}\0\0\0\0meta`, 'latin1');
		bytes.writeUInt32BE(8 + brands.length);
		return bytes;
	};

	it.each([
		['HEIC', HEIC],
		['HEIC', box('mif1\0\0\0\0mif1heic')],
		['HEIC', Buffer.from('\0\0\0\x18ftypmif1', 'latin1')],
		['AVIF', box('avif\0\0\0\0avifmif1')],
		['AVIF', box('mif1\0\0\0\0mif1avifmiaf')],
	])('that is %s is told so, with the way out', async (kind, bytes) => {
		const words = `is ${kind}, which must be converted to JPEG before`;
		await expect(readRows('vtrix', 'flux_kontext_max', [base64(bytes)])).rejects.toThrow(words);
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

	const NO_PICTURES = {
		'an HTML page': '<!doctype html><title>Not found</title>',
		'a PDF': '%PDF-1.7',
		'an SVG': '<svg xmlns="http://www.w3.org/2000/svg"/>',
		JSON: '{"error":"gone"}',
	};

	it.each(Object.entries(NO_PICTURES))(
		'is a picture by its bytes, not %s, at every gateway (FAULTS A9)',
		async (_name, text) => {
			for (const [gateway, model] of [
				['toApis', 'flux-kontext-max'],
				['seaArtCloud', 'flux_kontext_max'],
				['vtrix', 'flux_2_pro'],
			] as const) {
				await expect(readRows(gateway, model, [base64(Buffer.from(text))])).rejects.toThrow(
					/Base64 must be an image as base64, but is (no PNG, JPEG, WebP or GIF|a page)/,
				);
			}
		},
	);

	it.each(['filesystem-v2', 'filesystem-v2:workflows/1/a', 's3:abc', 'database'])(
		"is not n8n's word for a stored file, %s: the remedy is Binary Field (FAULTS A9)",
		async (text) => {
			await expect(
				readRows('vtrix', 'flux_kontext_max', [{ source: 'base64', base64: text }]),
			).rejects.toThrow('Choose Binary Field as its Source');
		},
	);

	it.each([undefined, null, 7, {}, ['a']])('is not the base64 %j either', async (value) => {
		await expect(
			readRows('vtrix', 'flux_kontext_max', [{ source: 'base64', base64: value }]),
		).rejects.toThrow('Base64 must be an image as base64');
	});

	it.each([undefined, null, '', '  ', {}])(
		'is not in the field %j: nothing stands in for a name that is missing (FAULTS A10)',
		async (binaryPropertyName) => {
			await expect(
				readRows('vtrix', 'flux_kontext_max', [{ source: 'binary', binaryPropertyName }]),
			).rejects.toThrow(
				'Input Images 1: Input Binary Field must be the name of a field, or a file, but is',
			);
		},
	);

	it('as a data URI under URL is told in one line, with the remedy (FAULTS E9)', async () => {
		const address = `data:image/png;base64,${'A'.repeat(400_000)}`;
		const error = await readRows('vtrix', 'flux_kontext_max', [url(address)]).catch(
			(thrown: Error) => thrown.message,
		);
		expect(error).toMatch(/Choose Base64 as its Source$/);
		expect(String(error).length).toBeLessThan(200);
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

	const ROW = url('https://a.example/b.png');

	it.each([{ image: [ROW] }, { image: ROW }, [ROW], ROW])(
		'is taken as %j: an expression may give a row or a list of rows (money)',
		async (field) => {
			const images = await readField('vtrix', 'flux_2_pro', field);
			expect(images).toMatchObject([{ form: 'url', url: ROW.url }]);
		},
	);

	it.each([{}, { image: [] }, { image: null }, [], null, undefined, '', { image: ' ' }])(
		'is none in %j',
		async (field) => expect(await readField('vtrix', 'flux_2_pro', field)).toEqual([]),
	);

	it.each([
		['https://ann:s3cret@a.example/b.png', 'are a text'],
		[{ image: 'https://ann:s3cret@a.example/b.png' }, 'are a text'],
		[['s3cret'], 'one is a text'],
		[{ image: [ROW, [ROW]] }, 'one is a list'],
		[[ROW, null], 'one is null'],
		[7, 'are 7'],
		[true, 'are true'],
	])('is not silently dropped where the field is %j', async (field, found) => {
		const message = await readField('vtrix', 'flux_2_pro', field).catch(String);
		expect(message).toContain(`must be rows with a Source and its image, but ${found}`);
		expect(message).not.toContain('s3cret');
	});

	it.each(['URL', 'link', 3, ''])('is not of the Source %j', async (source) => {
		await expect(readField('vtrix', 'flux_2_pro', { ...ROW, source })).rejects.toThrow(
			'Input Images 1: Source must be base64, binary, task or url, but is',
		);
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
