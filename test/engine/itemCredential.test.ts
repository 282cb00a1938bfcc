import { NodeHarness } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const BY_ITEM = '={{ $json.apiKey }}';

/** Items, each with the key that pays for it. */
const itemsWith = (keys: readonly string[]) =>
	keys.map((apiKey, index) => ({ json: { prompt: `apple ${index}`, apiKey } }));

describe('A key that is an expression of the item (FAULTS F6)', () => {
	it('pays for each item with its own, and polls its task with that', async () => {
		const keysOf: Record<string, Set<string>> = { POST: new Set(), GET: new Set() };
		const { valid, noCredit } = harness.sandbox.keys;
		const { items } = await harness.run({
			apiKey: BY_ITEM,
			items: itemsWith([valid, noCredit, `Bearer ${valid}`]),
			settings: { onError: 'continueRegularOutput' },
			onCall: ({ method = 'GET' }, apiKey) => void keysOf[method]?.add(apiKey),
		});
		expect(items.map(({ json }) => json.status ?? json.error)).toEqual([
			'completed',
			expect.stringContaining('no credit left'),
			'completed',
		]);
		expect(keysOf['POST']).toEqual(new Set([valid, noCredit]));
		expect(keysOf['GET']).toEqual(new Set([valid]));
		expect(
			harness.sandbox.ledger
				.taskRows()
				.map(({ prompt }) => prompt)
				.sort(),
		).toEqual(['apple 0', 'apple 2']);
	});

	it("takes each item's own key out of what it shows", async () => {
		const { valid } = harness.sandbox.keys;
		const { items } = await harness.run({
			apiKey: BY_ITEM,
			items: [valid, valid].map((apiKey, index) => ({
				json: { prompt: `${index} [echo-key]`, apiKey },
			})),
			settings: { onError: 'continueRegularOutput' },
		});
		for (const { json } of items) {
			expect(json.error).toContain('failed at');
			expect(JSON.stringify({ ...json, apiKey: '' })).not.toContain(valid);
		}
	});

	it('refuses an item without a key, and no other', async () => {
		const { valid } = harness.sandbox.keys;
		const { items } = await harness.run({
			apiKey: BY_ITEM,
			items: itemsWith([valid, '']),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items[0]!.json.status).toBe('completed');
		expect(items[1]!.json.error).toContain('The credential has no API key');
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});
});
