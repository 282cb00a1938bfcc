import { HeldTime, NODE_TIME } from './heldTime';
import { NodeHarness } from './nodeHarness';

const ITEMS = 60;

/** What must come out of what is paid, at least; the goal of the benchmark is 0.9. */
const SHARE_OF_PAID = 0.8;

let harness: NodeHarness;
let time: HeldTime;

beforeAll(async () => {
	harness = await NodeHarness.open({ ...NODE_TIME, rateLimit: { requestsPerSecond: 2 } });
});
afterAll(async () => await harness.close());
beforeEach(() => {
	harness.reset();
	time = new HeldTime(50);
});
afterEach(() => time.release());

describe('60 items together at two calls a second (FAULTS A4)', () => {
	it('what is paid comes out; what cannot be answered in its time is not sent, and says so', async () => {
		const { items } = await time.during(
			harness.run({
				prompts: Array.from({ length: ITEMS }, (_, item) => `apple ${item}`),
				options: { maxConcurrentTasks: ITEMS, timeout: 20 },
				settings: { onError: 'continueRegularOutput' },
			}),
		);
		const paid = harness.sandbox.ledger.billed();
		const pictures = items.filter(({ binary }) => binary !== undefined).length;
		expect(paid).toBeGreaterThan(0);
		expect(pictures).toBeGreaterThanOrEqual(paid * SHARE_OF_PAID);
		const unpaid = items.filter(({ json }) => json.requestId === undefined);
		expect(unpaid).toHaveLength(ITEMS - paid);
		for (const { json } of unpaid) expect(String(json.error)).toContain('was not sent');
	});
});

describe('24 tasks of Image > Create at two calls a second, which other nodes collect', () => {
	it('are sent within 20 s, beside a wait: no calls are kept for looks that nobody makes', async () => {
		const create = await time.during(
			harness.run({ operation: 'image > create', prompts: ['[never] apple'] }),
		);
		const wait = harness.start({
			operation: 'task > wait',
			requestIds: [String(create.items[0]!.json.requestId)],
			options: { timeout: 600, pollInterval: 2 },
		});
		await time.pass(2_000);
		const { items } = await time.during(
			harness.run({
				operation: 'image > create',
				prompts: Array.from({ length: 24 }, (_, item) => `pear ${item}`),
				options: { maxConcurrentTasks: 24, timeout: 20 },
				settings: { onError: 'continueRegularOutput' },
			}),
		);
		wait.stop();
		await time.during(wait.finished);
		const sent = items.filter(({ json }) => json.requestId !== undefined).length;
		// One or two at the very end are chance; with calls kept for their looks it was 4 to 13.
		expect(sent).toBeGreaterThanOrEqual(21);
	});
});
