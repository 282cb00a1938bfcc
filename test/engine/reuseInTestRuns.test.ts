import { binaryBytes, type Outcome } from '../../tooling/engine/engine';
import { smallPicture } from '../contract/behaviors/inputImages';
import { serve, type LocalServer } from '../unit/client/localServer';
import { hintsOf } from './hints';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;
let host: LocalServer;

beforeAll(async () => {
	harness = await NodeHarness.open();
	const picture = await smallPicture('blue');
	host = await serve((response) => response.end(picture));
});
afterAll(async () => {
	await host.close();
	await harness.close();
});
beforeEach(() => harness.reset());

let presses = 0;

/** What Execute Workflow starts: an execution of its own, with a seed unless said otherwise. */
const press = async (ask: Ask = {}) =>
	await harness.run({
		mode: 'manual',
		executionId: `test-${++presses}`,
		...ask,
		parameters: { additionalFields: { seed: 42 }, ...ask.parameters },
	});

const WITHOUT_SEED: Ask = { parameters: { additionalFields: {} } };

const reusedOf = ({ items }: Outcome) => items.map(({ json }) => json.reused);

const billed = () => harness.sandbox.ledger.billed();

describe('A second test run with the same request', () => {
	it('pays nothing, says so in the item and in one hint, and has the same file', async () => {
		const first = await press({ prompts: ['An apple', 'A pear'] });
		const second = await press({ prompts: ['An apple', 'A pear'] });
		expect(billed()).toBe(2);
		expect(reusedOf(first)).toEqual([undefined, undefined]);
		expect(reusedOf(second)).toEqual([true, true]);
		expect(hintsOf(second)).toEqual([expect.stringMatching(/^Nothing was paid/)]);
		const files = [first, second].map(({ items }) => binaryBytes(items[0]!.binary!.data));
		const [one, other] = await Promise.all(files);
		expect(one!.equals(other!)).toBe(true);
	});

	it('is twenty times pressed paid once', async () => {
		for (let times = 0; times < 20; times++) await press();
		expect(billed()).toBe(1);
	});

	it('has two equal items as two pictures, twice', async () => {
		const prompts = ['An apple', 'An apple'];
		const outcomes = [await press({ prompts }), await press({ prompts })];
		const ids = outcomes.map(({ items }) => items.map(({ json }) => json.requestId));
		expect(billed()).toBe(2);
		expect(new Set(ids[0]).size).toBe(2);
		expect(ids[1]).toEqual(ids[0]);
	});

	it('takes the task of Image > Create as well, and that of ToAPIs', async () => {
		const operation = 'image > create' as const;
		expect(reusedOf(await press({ operation }))).toEqual([undefined]);
		expect(reusedOf(await press({ operation }))).toEqual([true]);
		const toApis: Ask = { gateway: 'toApis', options: { reuseInTestRuns: 'always' } };
		await press(toApis);
		expect(reusedOf(await press(toApis))).toEqual([true]);
		expect(billed()).toBe(2);
	});

	it('waits for the task where the first one still runs', async () => {
		const ask: Ask = { prompts: ['[seconds=0.6] An apple'] };
		const returned = { options: { timeout: 0.2, onTimeout: 'returnTask' } };
		await press({ ...ask, ...returned });
		const { items } = await press(ask);
		expect(items[0]!.json).toMatchObject({ status: 'completed', reused: true });
		expect(billed()).toBe(1);
	});
});

describe('A test run pays', () => {
	it('without a seed, since each picture would be another', async () => {
		await press(WITHOUT_SEED);
		expect(reusedOf(await press(WITHOUT_SEED))).toEqual([undefined]);
		expect(billed()).toBe(2);
	});

	it('for another seed, prompt, model, gateway or account', async () => {
		await press();
		await press({ parameters: { additionalFields: { seed: 43 } } });
		await press({ prompts: ['A pear'] });
		await press({ parameters: { model: 'flux_kontext_pro' } });
		await press({ gateway: 'odiRouter' });
		expect(billed()).toBe(5);
		// Another key is refused by the sandbox: what counts is that it was asked.
		const { error } = await press({ apiKey: harness.sandbox.keys.noCredit });
		expect(error).toBeDefined();
	});

	it.each([
		['the gateway fetches', 'flux_kontext_max'],
		['the node fetches', 'flux_2_pro'],
	])('where an input image comes by URL, whose bytes are unknown: %s', async (_who, model) => {
		const image = { source: 'url', url: `${host.url}/photo.png` };
		const edit: Ask = {
			parameters: { model, inputImages: { image: [image] }, additionalFields: { seed: 42 } },
		};
		await press(edit);
		await press(edit);
		expect(billed()).toBe(2);
		const always: Ask = { ...edit, options: { reuseInTestRuns: 'always' } };
		expect(reusedOf(await press(always))).toEqual([undefined]);
		expect(reusedOf(await press(always))).toEqual([true]);
	});

	it('each time where the option says Never', async () => {
		const never = { options: { reuseInTestRuns: 'never' } };
		await press(never);
		const outcome = await press(never);
		expect(billed()).toBe(2);
		expect(hintsOf(outcome)).toEqual([]);
	});

	it('not where the option says Always, without a seed', async () => {
		const always: Ask = { ...WITHOUT_SEED, options: { reuseInTestRuns: 'always' } };
		await press(always);
		expect(reusedOf(await press(always))).toEqual([true]);
		expect(billed()).toBe(1);
	});

	it('again in production, which neither takes from test runs nor gives to them', async () => {
		await press();
		const production: Ask = { mode: 'webhook' };
		expect(reusedOf(await press(production))).toEqual([undefined]);
		expect(reusedOf(await press(production))).toEqual([undefined]);
		expect(billed()).toBe(3);
	});

	it('again for a task that failed', async () => {
		const prompts = ['[failed] An apple'];
		await press({ prompts });
		const { error } = await press({ prompts });
		expect(error!.message).toContain('failed');
		expect(billed()).toBe(2);
	});
});

describe('What an earlier test run paid for and cannot be had just now', () => {
	it.each([
		['picture', '503'],
		['picture', '429'],
		['status', '503'],
		['status', 'cutJson'],
	] as const)('(%s: %s) is not paid for again', async (call, fault) => {
		await press();
		harness.sandbox.faults.add({ call, fault });
		const { error } = await press({ options: { timeout: 1 } });
		expect(error).toBeDefined();
		harness.sandbox.faults.clear();
		expect(reusedOf(await press())).toEqual([true]);
		expect(billed()).toBe(1);
	});
});

describe('What an earlier test run paid for and is gone is made anew at once', () => {
	it.each(['401', '403', '404', 'unknownTask'] as const)('the task: %s', async (fault) => {
		await press();
		harness.sandbox.faults.add({ call: 'status', fault, times: 1 });
		const begunMs = Date.now();
		const { items } = await press();
		expect(items[0]!.json.status).toBe('completed');
		expect(items[0]!.json).not.toHaveProperty('reused');
		expect(billed()).toBe(2);
		expect(Date.now() - begunMs).toBeLessThan(5_000);
	});

	it.each(['404', 'expired'] as const)('the picture: %s', async (fault) => {
		await press();
		const [gone] = harness.taskIds();
		const { prompt } = harness.sandbox.ledger.taskRows()[0]!;
		harness.sandbox.faults.add({ call: 'picture', promptIncludes: prompt, fault, times: 2 });
		const { items } = await press();
		expect(items[0]!.json).toMatchObject({ status: 'completed' });
		expect(items[0]!.json.requestId).not.toBe(gone);
		expect(items[0]!.binary).toHaveProperty('data');
		expect(billed()).toBe(2);
	});

	it('and the next run takes the new one', async () => {
		await press();
		harness.sandbox.faults.add({ call: 'status', fault: '404', times: 1 });
		const { items } = await press();
		const next = await press();
		expect(next.items[0]!.json).toMatchObject({
			reused: true,
			requestId: items[0]!.json.requestId,
		});
	});
});

describe('A test run that paid again', () => {
	const AGAIN = expect.stringMatching(/^This test run was paid.* Seed .*Always.*pin its data/);

	it('says once how the next one pays nothing, from the second on', async () => {
		const ask: Ask = { ...WITHOUT_SEED, prompts: ['An apple', 'A pear', 'A plum'] };
		expect(hintsOf(await press(ask))).toEqual([]);
		expect(hintsOf(await press(ask))).toEqual([AGAIN]);
		expect(hintsOf(await press(ask))).toEqual([AGAIN]);
	});

	it('says so where a seed is set and an expression words the prompt anew', async () => {
		await press({ prompts: ['An apple'] });
		expect(hintsOf(await press({ prompts: ['A shiny apple'] }))).toEqual([AGAIN]);
	});

	it('says nothing where the person has changed the request by hand', async () => {
		const typed = (prompt: string): Ask => ({
			parameters: { prompt, requestId: '', additionalFields: { seed: 42 } },
		});
		await press(typed('An apple'));
		expect(hintsOf(await press(typed('A pear')))).toEqual([]);
	});

	it('says nothing in production, with a Pay Once Key, and where nothing was paid', async () => {
		await press(WITHOUT_SEED);
		expect(hintsOf(await press({ ...WITHOUT_SEED, mode: 'webhook' }))).toEqual([]);
		expect(hintsOf(await press({ ...WITHOUT_SEED, options: { payOnceKey: '7' } }))).toEqual([]);
		const refused: Ask = { ...WITHOUT_SEED, prompts: ['[no-credit] An apple'] };
		expect(hintsOf(await press(refused))).toEqual([]);
	});
});
