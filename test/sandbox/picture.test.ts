import { loadImage } from '@napi-rs/canvas';
import { drawPicture, pictureRequests, type PictureRequest } from '../../sandbox';
import { pictureType } from '../../sandbox/inputImages';
import { Fixture } from './fixture';

const apple: PictureRequest = {
	gateway: 'seaArtCloud',
	model: 'flux_kontext_max',
	prompt: 'A red apple on a white table',
	seed: 42,
	width: 160,
	height: 96,
	format: 'png',
};

describe('a drawn picture', () => {
	it('is the same for the same request', async () => {
		expect(await drawPicture(apple)).toEqual(await drawPicture({ ...apple }));
	});

	it.each<Partial<PictureRequest>>([
		{ seed: 43 },
		{ prompt: 'A green apple on a white table' },
		{ model: 'flux_2_pro' },
		{ gateway: 'vtrix' },
		{ index: 1, count: 2 },
		{ details: ['steps 20'] },
	])('is another one with %j', async (change) => {
		expect(await drawPicture({ ...apple, ...change })).not.toEqual(await drawPicture(apple));
	});

	it.each(['png', 'jpeg', 'webp'] as const)('is a real %s of the asked size', async (format) => {
		const bytes = await drawPicture({ ...apple, format });
		expect(pictureType(bytes)).toBe(`image/${format}`);
		expect(await loadImage(bytes)).toMatchObject({ width: 160, height: 96 });
	});

	it.each([
		['the smallest side', { width: 1, height: 1 }],
		['a long prompt', { prompt: 'word '.repeat(2_000) }],
		['one endless word', { prompt: 'w'.repeat(3_000) }],
		['a narrow shape', { width: 32, height: 512 }],
	])('survives %s', async (_name, change) => {
		expect(pictureType(await drawPicture({ ...apple, ...change }))).toBe('image/png');
	});

	it('refuses input images that are none', async () => {
		await expect(drawPicture(apple, [Buffer.from('nothing')])).rejects.toThrow('is not a PNG');
	});
});

describe('the size of a picture', () => {
	it.each([
		['seaArtCloud', 'flux_kontext_max', {}, 1024, 1024],
		['seaArtCloud', 'flux_kontext_max', { aspect_ratio: '16:9' }, 1360, 768],
		['odiRouter', 'flux_pro_11', {}, 1024, 768],
		['vtrix', 'flux_pro_11', {}, 1024, 1024],
		['vtrix', 'flux_2_pro', { width: 640, height: 960 }, 640, 960],
		['toApis', 'flux-kontext-pro', { size: '21:9' }, 1568, 672],
		['toApis', 'flux-2-flex', { metadata: { resolution: '2K' } }, 2048, 2048],
	] as const)('on %s for %s with %j is right', (gateway, model, parameters, width, height) => {
		const requests = pictureRequests(gateway, model, { prompt: 'x', ...parameters });
		expect(requests).toMatchObject([{ width, height }]);
	});
});

it('plain pictures of a given length are still pictures', async () => {
	const fixture = await Fixture.open({ plainPictures: true, pictureBytes: 100_000 });
	try {
		const prompt = 'plain';
		const { body } = await fixture.call('vtrix', 'POST', '/v1/generation', {
			model: 'flux_2_pro',
			prompt,
		});
		fixture.pass(10);
		const url = `${fixture.sandbox.pictureUrl}/pictures/${String(body.id)}/0.jpg`;
		const bytes = await fixture.bytesAt(url);
		expect(bytes).toHaveLength(100_000);
		expect(await loadImage(bytes)).toMatchObject({ width: 128, height: 128 });
		expect(fixture.sandbox.ledger.taskRows()).toMatchObject([{ downloads: 1 }]);
	} finally {
		await fixture.close();
	}
});
