import { nodeType, plainNode, startWorkflow, FLUX_NAME } from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const THREE = ['one', 'two', 'three'];

const atMost = (maxPaidTasks: number, ask: Ask = {}): Ask => ({
	...ask,
	options: { maxPaidTasks, ...ask.options },
});

describe('Max Paid Tasks per Execution', () => {
	it('sends nothing where the items of a run do not all fit', async () => {
		const { error } = await harness.run(atMost(2, { prompts: THREE }));
		expect(error!.message).toContain('Max Paid Tasks');
		expect(error!.context).toMatchObject({ failure: { problem: 'limitReached', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it('lets as many through as fit where items fail for themselves', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		const { items } = await harness.run(atMost(2, { prompts: THREE, settings }));
		expect(harness.sandbox.ledger.billed()).toBe(2);
		expect(items.map(({ json }) => json.status ?? json.failure)).toEqual([
			'completed',
			'completed',
			{ problem: 'limitReached', paid: 'no' },
		]);
	});

	it('gives a place back where the create was refused', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'one' });
		const settings = { onError: 'continueRegularOutput' } as const;
		const options = { maxConcurrentTasks: 1 };
		const { items } = await harness.run(atMost(2, { prompts: THREE, settings, options }));
		expect(items.map(({ json }) => json.status)).toEqual([undefined, 'completed', 'completed']);
	});

	it('keeps the place of a create that may have been accepted', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			promptIncludes: 'one',
		});
		const settings = { onError: 'continueRegularOutput' } as const;
		const options = { maxConcurrentTasks: 1 };
		await harness.run(atMost(2, { prompts: THREE, settings, options }));
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	it('counts through attempts: a retry takes up what is paid', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 1 });
		const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 50 };
		const { error } = await harness.run(atMost(3, { prompts: THREE, settings }));
		expect(error).toBeUndefined();
		expect(harness.sandbox.ledger.billed()).toBe(3);
	});

	const RETRIES = { retryOnFail: true, maxTries: 2, waitBetweenTries: 50 } as const;

	it('counts a create that is in doubt once: the retry looks for its task, and finds it', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '500', when: 'afterAcceptance', times: 1 });
		harness.sandbox.faults.add({ call: 'status', fault: '500', times: 4 });
		const options = { timeout: 2 };
		const ask = { gateway: 'toApis', settings: RETRIES, options } as const;
		const { error, items } = await harness.run(atMost(1, ask));
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('leaves the place of a refused image to its retry, where another is in doubt', async () => {
		const create = { call: 'create', times: 1 } as const;
		harness.sandbox.faults.add({ ...create, fault: 'reset', when: 'afterAcceptance', nth: 2 });
		harness.sandbox.faults.add({ ...create, fault: '401', nth: 3 });
		const settings = { ...RETRIES, onError: 'continueRegularOutput' } as const;
		const ask = { parameters: { n: 3 }, settings, options: { maxConcurrentTasks: 1 } };
		const { items } = await harness.run(atMost(3, ask));
		expect(items[0]!.json.failure).toMatchObject({ problem: 'createUncertain' });
		expect(items.slice(1).map(({ json }) => json.status)).toEqual(['completed', 'completed']);
		expect(harness.sandbox.ledger.billed()).toBe(3);
	});

	it('names what is paid where a retry does not fit any more', async () => {
		const prompts = ['one', '[failed]'];
		const { error } = await harness.run(atMost(2, { prompts, settings: RETRIES }));
		const [paid] = harness.taskIds();
		expect(error!.context).toMatchObject({ failure: { problem: 'limitReached', paid: 'yes' } });
		expect(error!.description).toContain(`Other tasks, paid already: ${paid}.`);
		expect(harness.creates()).toBe(2);
	});

	it("begins at zero in a person's Retry", async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', times: 1 });
		const failed = await harness.run(atMost(1));
		const contextData = JSON.parse(JSON.stringify(failed.contextData)) as typeof failed.contextData;
		const { error } = await harness.run(
			atMost(1, { contextData, executionId: '2', mode: 'retry' }),
		);
		expect(error).toBeUndefined();
	});

	it('says nothing of an order as unbilled that an earlier execution may have paid for', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { contextData } = await harness.run({ executionId: '1' });
		const retry = { contextData, executionId: '2', mode: 'retry' } as const;
		const { error } = await harness.run(atMost(0, retry));
		expect(error!.context).toMatchObject({ failure: { problem: 'limitReached', paid: 'maybe' } });
		expect(error!.description).toMatch(
			/^Nothing was billed this time, but the order may have been paid before\. Raise Max Paid Tasks/,
		);
	});

	it('counts ToAPIs’ images of one create, all or none', async () => {
		const ask = { gateway: 'toApis', parameters: { n: 3 } } as const;
		const { error } = await harness.run(atMost(2, ask));
		expect(error!.message).toContain('Max Paid Tasks');
		expect(harness.creates()).toBe(0);
	});

	it('does not count what is reused under a key', async () => {
		await harness.run({ options: { payOnceKey: '7' }, executionId: '1' });
		const { items } = await harness.run(
			atMost(0, { options: { payOnceKey: '7' }, executionId: '2' }),
		);
		expect(items[0]!.json.reused).toBe(true);
	});

	it('counts all FLUX Image nodes of an execution, those without the option too', async () => {
		const first = harness.node({ options: {} });
		const second = harness.node(atMost(1));
		const nodes = [
			plainNode('Items'),
			{ ...first.node, id: 'first', name: 'First' },
			{ ...plainNode('Prompts', 'test.prompts') },
			second.node,
		];
		const link = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
		const connections = { Items: link('First'), First: link('Prompts'), Prompts: link(FLUX_NAME) };
		const prompts = nodeType(['main'], async () => [[{ json: { prompt: 'A pear' } }]]);
		const { error } = await startWorkflow(
			nodes,
			connections,
			{ items: [{ json: { prompt: 'An apple' } }], credentials: first.credentials },
			{ 'test.prompts': prompts },
		).finished;
		expect(error!.message).toContain('Max Paid Tasks');
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('counts items with one key once', async () => {
		const options = { payOnceKey: '7' };
		const { error } = await harness.run(atMost(1, { prompts: ['x', 'x'], options }));
		expect(error).toBeUndefined();
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('tells an order in doubt as such: it is looked up, and nothing would be sent for it', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			times: 1,
		});
		const options = { payOnceKey: '7' };
		await harness.run({ options, executionId: '1' });
		const { error } = await harness.run(atMost(0, { options, executionId: '2' }));
		expect(error!.context).toMatchObject({
			failure: { problem: 'createUncertain', paid: 'maybe' },
		});
	});
});
