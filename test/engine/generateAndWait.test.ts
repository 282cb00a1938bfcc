import { startSandbox, type Sandbox } from '../sandbox';
import { binaryBytes, runNode, useBinaryMode } from './engine';

describe('Image > Generate and Wait in the engine', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		sandbox = await startSandbox({ jobSeconds: { min: 0.05, max: 0.1 }, pictureScale: 0.1 });
		await useBinaryMode('filesystem');
	});
	afterAll(async () => await sandbox.close());

	it('makes a picture', async () => {
		const { outputs, error } = await runNode({
			parameters: {
				gateway: 'seaArtCloud',
				resource: 'image',
				operation: 'generateAndWait',
				model: 'flux_kontext_max',
				prompt: 'A red apple',
				additionalFields: { seed: 42 },
			},
			credentials: {
				seaArtCloudApi: {
					apiKey: sandbox.keys.valid,
					baseUrl: sandbox.baseUrls.seaArtCloud,
				},
			},
		});
		expect(error).toBeUndefined();
		const [item] = outputs[0]!;
		expect(item!.json).toMatchObject({ status: 'completed', contentType: 'image/png' });
		const bytes = await binaryBytes(item!.binary!.data);
		expect(bytes.subarray(1, 4).toString()).toBe('PNG');
	});
});
