import { itemWith, smallPicture } from '../contract/behaviors/inputImages';
import { NodeHarness } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

describe('An input image that ToAPIs takes only by upload', () => {
	it("is tried until the item's time is up, and no create is sent after it", async () => {
		harness.sandbox.faults.add({ call: 'upload', fault: '503' });
		const { error } = await harness.run({
			gateway: 'toApis',
			items: [itemWith({ data: await smallPicture('red') })],
			parameters: {
				prompt: 'Make it green',
				inputImages: { image: [{ source: 'binary', binaryPropertyName: 'data' }] },
			},
			options: { timeout: 1 },
		});
		expect(error!.message).toContain('has a fault of its own');
		expect(harness.sandbox.ledger.where({ call: 'upload' }).length).toBeGreaterThan(0);
		expect(harness.creates()).toBe(0);
	});
});
