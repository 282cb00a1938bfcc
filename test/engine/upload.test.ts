import { itemWith, smallPicture } from '../contract/behaviors/inputImages';
import { Studio } from './studio';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

describe('An input image that ToAPIs takes only by upload', () => {
	it("is tried until the item's time is up, and no create is sent after it", async () => {
		studio.sandbox.faults.add({ call: 'upload', fault: '503' });
		const { error } = await studio.run({
			gateway: 'toApis',
			items: [itemWith({ data: await smallPicture('red') })],
			parameters: {
				prompt: 'Make it green',
				inputImages: { image: [{ source: 'binary', binaryPropertyName: 'data' }] },
			},
			options: { timeout: 1 },
		});
		expect(error!.message).toContain('has a fault of its own');
		expect(error!.description).toContain('Item 0.');
		expect(studio.sandbox.ledger.where({ call: 'upload' }).length).toBeGreaterThan(0);
		expect(studio.creates()).toBe(0);
	});
});
