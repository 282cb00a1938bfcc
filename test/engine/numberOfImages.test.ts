import type { IDataObject, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { binaryBytes, type Outcome } from '../../tooling/engine/engine';
import { gateways, type Gateway } from '../../sandbox';
import { hintsOf } from './hints';
import { nodePorts } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const CONTINUE = { onError: 'continueRegularOutput' } as const;
const RETRIES = { retryOnFail: true, maxTries: 2, waitBetweenTries: 50 } as const;

/** A seed that each picture of an item is known by: those of its images are 100, 101, … */
const SEED = 100;

/** So many images of an item, with seeds. */
const images = (n: unknown, ask: Ask = {}): Ask => ({
	...ask,
	parameters: { n: n as number, additionalFields: { seed: SEED }, ...ask.parameters },
});

/** One task after the other, so that faults can be counted. */
const IN_TURN = { maxConcurrentTasks: 1 } as const;

const billed = () => harness.sandbox.ledger.billed();

/** The seeds that were sent, in the order of the creates. */
const seedsSent = () =>
	harness.sandbox.ledger.taskRows().map(({ parameters }) => (parameters as IDataObject)['seed']);

const jsonOf = (items: INodeExecutionData[]): IDataObject[] => items.map(({ json }) => json);
const seedsOf = ({ items }: Outcome) => jsonOf(items).map(({ seed }) => seed);
const idsOf = ({ items }: Outcome) => jsonOf(items).map(({ requestId }) => requestId);
const reusedOf = ({ items }: Outcome) => jsonOf(items).map(({ reused }) => reused);
const failureOf = (json: IDataObject) => json['failure'] as JsonObject;

/** How a queue gateway says of a task that it came to nothing. */
const failed = {
	statusCode: 200,
	body: { status: 'failed', error: { code: 'X', message: 'no luck' } },
};

/** Has the second of the images fail, once, where they run one after the other. */
const failSecond = () =>
	harness.sandbox.faults.add({ call: 'status', fault: failed, nth: 2, times: 1 });

const EACH: readonly Gateway[] = gateways.filter((gateway) => gateway !== 'toApis');

describe.each(EACH)('Three images at %s, one task each', (gateway) => {
	it('come out by number, paired with their item, each with its seed and file', async () => {
		const outcome = await harness.run(images(3, { gateway, prompts: ['An apple', 'A pear'] }));
		expect(outcome.error).toBeUndefined();
		expect(seedsOf(outcome)).toEqual([100, 101, 102, 100, 101, 102]);
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 0, 0, 1, 1, 1].map((item) => ({ item })),
		);
		for (const { json } of outcome.items) {
			expect(json).toMatchObject({ imageIndex: 0, imageCount: 1, status: 'completed' });
		}
		expect(new Set(outcome.items.map(({ binary }) => binary!['data']!.fileName)).size).toBe(6);
		expect(new Set(idsOf(outcome)).size).toBe(6);
		expect(billed()).toBe(6);
	});

	it('are three tasks for Image > Create', async () => {
		const operation = 'image > create' as const;
		const outcome = await harness.run(images(3, { gateway, operation }));
		expect(seedsOf(outcome)).toEqual([100, 101, 102]);
		expect(new Set(idsOf(outcome))).toEqual(new Set(harness.taskIds()));
		expect(outcome.items[0]!.json).not.toHaveProperty('imageIndex');
	});

	it('have nothing of their number in the request, and no seed where none is set', async () => {
		const ask = images(3, { gateway, parameters: { additionalFields: {} } });
		const outcome = await harness.run(ask);
		for (const { parameters } of harness.sandbox.ledger.taskRows()) {
			expect(Object.keys(parameters as object)).toEqual(['prompt']);
		}
		for (const json of jsonOf(outcome.items)) expect(json).not.toHaveProperty('seed');
		expect(billed()).toBe(3);
	});
});

describe('The number of images', () => {
	it.each([
		['"3"', '={{ "3" }}', 3],
		['null', '={{ null }}', 1],
		['nothing', '', 1],
		['1', 1, 1],
		['10', 10, 10],
	])('may be given as %s', async (_name, n, tasks) => {
		const { error } = await harness.run(images(n));
		expect(error).toBeUndefined();
		expect(billed()).toBe(tasks);
	});

	it.each([
		['2.5', '={{ 2.5 }}', 'Set it to 2 or 3'],
		['0', '={{ 0 }}', 'Set it to 1'],
		['11', '={{ 11 }}', 'Set it to 10'],
		['-1', -1, 'Set it to 1'],
		['a list', '={{ [3] }}', 'Correct it'],
		['"three"', '={{ "three" }}', 'Correct it'],
	])('is refused as %s, with nothing sent', async (_name, n, remedy) => {
		const { error } = await harness.run(images(n));
		expect(error!.message).toContain('Number of Images must be a whole number from 1 to 10');
		expect(error!.description).toContain(remedy);
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it('is one where a workflow of 1.0 knows of none, and none is asked of another model', async () => {
		const { error } = await harness.run({});
		const other = { model: 'other', modelId: 'flux_kontext_max', n: 3 };
		await harness.run({ parameters: { ...other, parameters: '{"prompt": "A pear"}' } });
		expect(error).toBeUndefined();
		expect(billed()).toBe(2);
	});

	it('holds for seeds as long as the last one is exact', async () => {
		const most = Number.MAX_SAFE_INTEGER;
		const seed = (first: number) => ({ parameters: { additionalFields: { seed: first } } });
		await harness.run(images(3, seed(most - 2)));
		expect(seedsSent().sort()).toEqual([most - 2, most - 1, most]);
		const { error } = await harness.run(images(3, seed(most - 1)));
		expect(error!.message).toContain(`Seed must be at most ${most - 2}`);
		expect(error!.description).toContain(`Set it to ${most - 2}`);
		expect(billed()).toBe(3);
	});
});

describe('Several images at ToAPIs', () => {
	it('are one task, whose number is sent above one alone', async () => {
		const three = await harness.run({ gateway: 'toApis', parameters: { n: 3 } });
		await harness.run({ gateway: 'toApis', parameters: { n: 1 } });
		const sent = harness.sandbox.ledger.taskRows().map(({ parameters }) => parameters);
		expect(sent).toEqual([{ prompt: 'A red apple', n: 3 }, { prompt: 'A red apple' }]);
		expect(jsonOf(three.items).map(({ imageIndex }) => imageIndex)).toEqual([0, 1, 2]);
		expect(hintsOf(three)).toEqual([]);
	});

	it.each(['image > generateAndWait', 'image > create'] as const)(
		'may be fewer than were asked for: a hint says so (%s)',
		async (operation) => {
			const quirks = { fewerPictures: 2, finishedAtOnce: operation === 'image > create' };
			harness.sandbox.quirks.set(quirks);
			const outcome = await harness.run({ gateway: 'toApis', operation, parameters: { n: 5 } });
			expect(hintsOf(outcome)).toEqual([
				expect.stringContaining('ToAPIs made 3 of the 5 images that were asked for'),
			]);
		},
	);
});

describe('Where some of the images fail', () => {
	it('one error for the item stands first, then its good pictures', async () => {
		failSecond();
		const settings = CONTINUE;
		const { items } = await harness.run(images(3, { settings, options: IN_TURN }));
		const [, second] = harness.taskIds();
		expect(items[0]!.json).toMatchObject({
			error: `1 of 3 images failed: Task ${second} failed at SeaArt Cloud: no luck`,
			requestId: second,
			requestIds: [second],
			failure: { problem: 'failed', paid: 'yes' },
		});
		expect(jsonOf(items.slice(1)).map(({ seed }) => seed)).toEqual([100, 102]);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 0 },
		]);
	});

	it('the error goes to the error output and the pictures to the other', async () => {
		failSecond();
		const settings = { onError: 'continueErrorOutput' } as const;
		const prompts = ['An apple', 'A pear'];
		const { outputs } = await harness.run(images(2, { prompts, settings, options: IN_TURN }));
		expect(jsonOf(outputs[0]!).map(({ seed }) => seed)).toEqual([100, 100, 101]);
		expect(jsonOf(outputs[1]!)).toEqual([
			expect.objectContaining({ requestIds: [harness.taskIds()[1]], prompt: 'An apple' }),
		]);
	});

	it('several reasons are told, and the worst word on money counts for all', async () => {
		harness.sandbox.faults.add([
			{ call: 'create', fault: '401', nth: 2, times: 1 },
			{ call: 'create', fault: '500', nth: 3, times: 1 },
		]);
		const settings = CONTINUE;
		const { items } = await harness.run(images(3, { settings, options: IN_TURN }));
		expect(items[0]!.json['error']).toMatch(/^2 of 3 images failed: .*API key.*; .*may have acc/);
		expect(items[0]!.json['requestIds']).toEqual([]);
		// The first came out, and is paid: to ask another gateway for all three would pay it again.
		expect(failureOf(items[0]!.json)).toMatchObject({ problem: 'badKey', paid: 'yes' });
		expect(items).toHaveLength(2);
	});

	it('is not paid where all were refused', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401' });
		const { items } = await harness.run(images(3, { settings: CONTINUE }));
		expect(items).toHaveLength(1);
		expect(failureOf(items[0]!.json)).toEqual({ problem: 'badKey', paid: 'no' });
	});

	it('nothing was billed for the image that was refused, the error says, and not of the item', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', nth: 2, times: 1 });
		const { error } = await harness.run(images(3, { options: IN_TURN }));
		expect(error!.description).toContain('Nothing was billed for this image.');
	});

	it('the error of a node that does not go on names the image and the other tasks', async () => {
		failSecond();
		const { error } = await harness.run(images(3, { options: IN_TURN }));
		const [first, second] = harness.taskIds();
		expect(error!.message).toContain(`Task ${second} failed`);
		expect(error!.description).toContain('Image 2 of 3.');
		expect(error!.description).toContain(`Other tasks, paid already: ${first}.`);
		expect(error!.context).toMatchObject({ failure: { paid: 'yes' } });
		expect(harness.creates()).toBe(2);
	});

	it('a picture that cannot be fetched fails alone, and a retry pays nothing', async () => {
		harness.sandbox.faults.add({
			call: 'picture',
			fault: { statusCode: 451, body: '' },
			nth: 2,
			times: 1,
		});
		const settings = { ...RETRIES, ...CONTINUE };
		const outcome = await harness.run(images(3, { settings, options: IN_TURN }));
		expect(seedsOf(outcome)).toEqual([100, 101, 102]);
		expect(billed()).toBe(3);
	});

	it('those that are not finished in time come out as tasks, by number', async () => {
		const options = { timeout: 0.3, onTimeout: 'returnTask' };
		const late = await harness.run(images(2, { options, prompts: ['[seconds=5] x'] }));
		expect(jsonOf(late.items).map(({ status }) => status)).toEqual(
			[0, 1].map(() => expect.stringMatching(/queued|running/)),
		);
		expect(seedsOf(late)).toEqual([100, 101]);
	});

	it('those whose time is up are cancelled', async () => {
		const options = { timeout: 0.3, onTimeout: 'cancelTask' };
		const ask = images(2, { options, prompts: ['[never] x'], settings: CONTINUE });
		const { items } = await harness.run(ask);
		expect(items).toHaveLength(1);
		expect(items[0]!.json['requestIds']).toEqual(harness.taskIds());
		const states = harness.sandbox.ledger.taskRows().map(({ state }) => state);
		expect(states).toEqual(['cancelled', 'cancelled']);
	});
});

describe('A further attempt pays only for what failed', () => {
	it.each([
		['and the node failed', {}],
		['and the item failed alone', CONTINUE],
	])("by n8n's Retry On Fail, %s", async (_name, settings) => {
		failSecond();
		const all = { ...RETRIES, ...settings };
		const outcome = await harness.run(images(3, { settings: all, options: IN_TURN }));
		expect(outcome.error).toBeUndefined();
		expect(seedsOf(outcome)).toEqual([100, 101, 102]);
		expect(seedsSent()).toEqual(
			'onError' in settings ? [100, 101, 102, 101] : [100, 101, 101, 102],
		);
	});

	it('with the seeds that were sent, though an expression gives each attempt another', async () => {
		failSecond();
		const seed = '={{ Math.floor(Math.random() * 1e9) }}';
		const outcome = await harness.run(
			images(3, {
				settings: { ...RETRIES, ...CONTINUE },
				options: IN_TURN,
				parameters: { additionalFields: { seed } },
			}),
		);
		const sent = new Map(
			harness.sandbox.ledger
				.taskRows()
				.map(({ id, parameters }) => [id, (parameters as IDataObject)['seed']]),
		);
		expect(billed()).toBe(4);
		expect(seedsOf(outcome)).toEqual(idsOf(outcome).map((id) => sent.get(String(id))));
	});

	it("by a person's Retry, after a lost answer that they were told of", async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			nth: 2,
			times: 1,
		});
		const ask = images(3, { options: IN_TURN, parameters: { prompt: 'A red apple' } });
		const first = await harness.run({ ...ask, executionId: '1' });
		expect(first.error!.message).toContain('may have accepted');
		expect(first.error!.context).toMatchObject({ failure: { paid: 'yes' } });
		const contextData = JSON.parse(JSON.stringify(first.contextData)) as Outcome['contextData'];
		const again = await harness.run({ ...ask, contextData, executionId: '2', mode: 'retry' });
		expect(again.error).toBeUndefined();
		expect(seedsOf(again)).toEqual([100, 101, 102]);
		// The doubtful one was sent once more, since the person said so; the first was not.
		expect(seedsSent()).toEqual([100, 101, 101, 102]);
	});

	it('also of a number that was raised between', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', nth: 2, times: 1 });
		const first = await harness.run(images(2, { options: IN_TURN, executionId: '1' }));
		expect(first.error).toBeDefined();
		const contextData = JSON.parse(JSON.stringify(first.contextData)) as Outcome['contextData'];
		const again = await harness.run(images(3, { contextData, executionId: '2', mode: 'retry' }));
		expect(seedsOf(again)).toEqual([100, 101, 102]);
		expect(billed()).toBe(3);
	});
});

describe('Under a Pay Once Key', () => {
	let executions = 0;
	const order = (n: number, ask: Ask = {}) =>
		images(n, {
			executionId: `order-${++executions}`,
			...ask,
			options: { payOnceKey: 'A-7', ...ask.options },
		});

	it('a higher number later pays for the added ones, and a lower one takes the first', async () => {
		const two = await harness.run(order(2));
		const three = await harness.run(order(3));
		const one = await harness.run(order(1));
		expect(billed()).toBe(3);
		expect(reusedOf(three)).toEqual([true, true, undefined]);
		expect(idsOf(three).slice(0, 2)).toEqual(idsOf(two));
		expect(idsOf(one)).toEqual(idsOf(two).slice(0, 1));
		expect(jsonOf(three.items)[0]).not.toHaveProperty('requestChanged');
	});

	it('each has a row of its own, which outlasts a restart', async () => {
		const { staticData } = await harness.run(order(2));
		const again = await harness.run(order(2, { staticData, ports: nodePorts() }));
		expect(reusedOf(again)).toEqual([true, true]);
		expect(billed()).toBe(2);
	});

	it('two items with one key and number are paid once', async () => {
		const outcome = await harness.run(order(2, { prompts: ['x', 'x'] }));
		expect(billed()).toBe(2);
		expect(reusedOf(outcome)).toEqual([undefined, undefined, true, true]);
		expect(idsOf(outcome).slice(2)).toEqual(idsOf(outcome).slice(0, 2));
	});

	it('tells no seed of a task that another request has made', async () => {
		await harness.run(order(2));
		const other = { parameters: { additionalFields: { seed: 7 } } };
		expect(seedsOf(await harness.run(order(2, other)))).toEqual([undefined, undefined]);
	});

	it('the first order’s number stands at ToAPIs, whose one task holds all', async () => {
		const ask = { gateway: 'toApis', parameters: { additionalFields: {} } } as const;
		await harness.run(order(2, ask));
		const three = await harness.run(order(3, ask));
		expect(billed()).toBe(1);
		expect(jsonOf(three.items)).toEqual(
			[0, 1].map(() => expect.objectContaining({ reused: true, requestChanged: true })),
		);
	});

	it('test runs have keys of their own, by number', async () => {
		const mode = 'manual' as const;
		await harness.run(order(2, { mode }));
		expect(reusedOf(await harness.run(order(3, { mode })))).toEqual([true, true, undefined]);
		expect(billed()).toBe(3);
	});
});

describe('Max Paid Tasks per Execution', () => {
	const atMost = (maxPaidTasks: number, n: number, ask: Ask = {}) =>
		images(n, { ...ask, options: { maxPaidTasks, ...ask.options } });
	const PROMPTS = ['An apple', 'A pear'];

	it('sends nothing where not all images of all items fit', async () => {
		const { error } = await harness.run(atMost(3, 2, { prompts: PROMPTS }));
		expect(error!.message).toContain('Max Paid Tasks');
		expect(error!.context.itemIndex).toBe(1);
		expect(harness.creates()).toBe(0);
	});

	it('refuses an item whole whose images do not all fit', async () => {
		const { items } = await harness.run(atMost(3, 2, { prompts: PROMPTS, settings: CONTINUE }));
		expect(jsonOf(items).map(({ seed }) => seed)).toEqual([100, 101, undefined]);
		expect(failureOf(items[2]!.json)).toEqual({ problem: 'limitReached', paid: 'no' });
		expect(billed()).toBe(2);
	});

	it('leaves what an item that was refused did not take to a smaller one', async () => {
		const n = '={{ $itemIndex === 0 ? 3 : 2 }}';
		const ask = { prompts: PROMPTS, settings: CONTINUE, parameters: { n } };
		const { items } = await harness.run(atMost(2, 0, ask));
		expect(jsonOf(items).map(({ seed }) => seed)).toEqual([undefined, 100, 101]);
	});

	it('gives the places back of images that were refused', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', promptIncludes: 'apple' });
		const ask = { prompts: PROMPTS, settings: CONTINUE, options: IN_TURN };
		const { items } = await harness.run(atMost(2, 2, ask));
		expect(jsonOf(items).map(({ seed }) => seed)).toEqual([undefined, 100, 101]);
	});

	it('does not count what is reused', async () => {
		const key = { payOnceKey: '7' };
		await harness.run(images(2, { options: key, executionId: '1' }));
		const { items } = await harness.run(
			atMost(1, 3, { options: key, executionId: '2', settings: CONTINUE }),
		);
		expect(jsonOf(items).map(({ reused }) => reused)).toEqual([true, true, undefined]);
		expect(billed()).toBe(3);
	});

	it('lets pictures out that are paid, where there is no place left for the others', async () => {
		failSecond();
		const settings = { ...RETRIES, ...CONTINUE };
		const { items } = await harness.run(atMost(3, 3, { settings, options: IN_TURN }));
		expect(failureOf(items[0]!.json)).toEqual({ problem: 'limitReached', paid: 'yes' });
		expect(jsonOf(items.slice(1)).map(({ seed }) => seed)).toEqual([100, 102]);
	});
});

describe('In flight together', () => {
	it('are all images of an item', async () => {
		const started = Date.now();
		await harness.run(images(5, { prompts: ['[seconds=0.5] x'] }));
		const tasks = harness.sandbox.ledger.taskRows();
		const firstEnd = Math.min(...tasks.map(({ endsAtMs }) => endsAtMs!));
		expect(tasks.every(({ createdAtMs }) => createdAtMs < firstEnd)).toBe(true);
		expect(Date.now() - started).toBeLessThan(5 * 500);
	});

	it('are never more tasks than Max Concurrent Tasks, in the order of items and numbers', async () => {
		const prompts = ['one', 'two', 'three'];
		const outcome = await harness.run(images(5, { prompts, options: { maxConcurrentTasks: 2 } }));
		const tasks = harness.sandbox.ledger.taskRows();
		const atOnce = tasks.map(
			({ createdAtMs }) =>
				tasks.filter((other) => other.createdAtMs <= createdAtMs && createdAtMs < other.endsAtMs!)
					.length,
		);
		expect(Math.max(...atOnce)).toBe(2);
		const byId = new Map(tasks.map(({ id, prompt }) => [id, prompt]));
		expect(idsOf(outcome).map((id) => byId.get(String(id)))).toEqual(
			prompts.flatMap((prompt) => Array.from({ length: 5 }, () => prompt)),
		);
		expect(seedsOf(outcome)).toEqual(prompts.flatMap(() => [100, 101, 102, 103, 104]));
	});

	it('are all cancelled by Stop, and no other is begun', async () => {
		const runs: Array<Promise<unknown>> = [];
		const execution = harness.start(
			images(5, {
				prompts: ['[never] one', '[never] two'],
				options: { maxConcurrentTasks: 3 },
				onRun: (run) => void runs.push(run),
			}),
		);
		execution.finished.catch(() => undefined);
		const made = () => execution.log().filter((line) => line.includes('was created at')).length;
		while (made() < 3) await new Promise((resolve) => setTimeout(resolve, 10));
		execution.stop();
		await Promise.allSettled(runs);
		const states = harness.sandbox.ledger.taskRows().map(({ state }) => state);
		expect(states).toEqual(['cancelled', 'cancelled', 'cancelled']);
		expect(execution.log().join('\n')).toContain('of item 0, image 2 was created at');
	});
});

describe('Test runs', () => {
	let presses = 0;
	const press = async (n: number, ask: Ask = {}) =>
		await harness.run(images(n, { mode: 'manual', executionId: `press-${++presses}`, ...ask }));

	it('pay nothing a second time, and only for the added ones of a higher number', async () => {
		const first = await press(2);
		const second = await press(2);
		expect(billed()).toBe(2);
		expect(reusedOf(second)).toEqual([true, true]);
		expect(idsOf(second)).toEqual(idsOf(first));
		expect(seedsOf(second)).toEqual([100, 101]);
		const files = [first, second].map(({ items }) => binaryBytes(items[1]!.binary!['data']!));
		const [one, other] = await Promise.all(files);
		expect(one!.equals(other!)).toBe(true);
		const third = await press(3);
		expect(billed()).toBe(3);
		expect(reusedOf(third)).toEqual([true, true, undefined]);
		// It says for which of them, since the third was paid.
		expect(hintsOf(third)).toContainEqual(
			expect.stringContaining('Nothing was paid for items with reused: true'),
		);
	});

	it('have the same pictures in the same order without a seed, where all are reused', async () => {
		const ask: Ask = {
			prompts: ['An apple', 'An apple'],
			parameters: { additionalFields: {} },
			options: { reuseInTestRuns: 'always' },
		};
		const [first, second] = [await press(2, ask), await press(2, ask)];
		expect(new Set(idsOf(first)).size).toBe(4);
		expect(idsOf(second)).toEqual(idsOf(first));
		expect(billed()).toBe(4);
	});

	it('make one anew whose task is gone, and that alone', async () => {
		const [gone] = idsOf(await press(2));
		harness.sandbox.faults.add({ call: 'status', fault: '404', nth: 1, times: 1 });
		const second = await press(2, { options: IN_TURN });
		expect(reusedOf(second)).toEqual([undefined, true]);
		expect(idsOf(second)[0]).not.toBe(gone);
		expect(billed()).toBe(3);
	});
});
