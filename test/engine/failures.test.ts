import { inHeldTime } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const MIXED = [
	'good one',
	'[moderated] bad',
	'good two',
	'[no-credit] poor',
	'[rejected] odd',
	'good three',
];
const FAILED_ITEMS = [1, 3, 4];

describe('with Continue On Fail', () => {
	it('every item comes out in its place, a failed one with its reason', async () => {
		const { items, error } = await harness.run({
			prompts: MIXED,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(error).toBeUndefined();
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(MIXED.map((_, item) => ({ item })));
		for (const [index, { json, binary }] of items.entries()) {
			const failed = FAILED_ITEMS.includes(index);
			expect('error' in json).toBe(failed);
			expect(binary !== undefined).toBe(!failed);
		}
	});

	it("a failed item's JSON has message, task, gateway, model, status and failure", async () => {
		const { items } = await harness.run({
			prompts: ['[moderated] bad'],
			settings: { onError: 'continueRegularOutput' },
		});
		const [requestId] = harness.taskIds();
		expect(items[0]!.json).toEqual({
			error: `Task ${requestId} was blocked by the moderation of SeaArt Cloud: The content was blocked by moderation`,
			requestId,
			gateway: 'seaArtCloud',
			model: 'flux_kontext_max',
			status: 'failed',
			failure: {
				problem: 'moderated',
				paid: 'yes',
				code: 'CONTENT_BLOCKED',
				message: 'The content was blocked by moderation',
			},
		});
	});

	it('an item that is wrong is not sent, and the others go on', async () => {
		const { items } = await harness.run({
			prompts: ['fine', '', 'fine too'],
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items[1]!.json.error).toContain('Prompt');
		expect(items.map(({ binary }) => binary !== undefined)).toEqual([true, false, true]);
		expect(harness.creates()).toBe(2);
	});
});

describe('with an error output', () => {
	it('both branches get their items, in order, paired, with their JSON', async () => {
		const { outputs, error } = await harness.run({
			prompts: MIXED,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(error).toBeUndefined();
		const [good, bad] = outputs;
		expect(good!.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 2 },
			{ item: 5 },
		]);
		expect(bad!.map(({ pairedItem }) => pairedItem)).toEqual(
			FAILED_ITEMS.map((item) => ({ item })),
		);
		expect(good!.every(({ json, binary }) => binary && !('error' in json))).toBe(true);
		expect(bad![0]!.json).toMatchObject({
			error: expect.stringContaining('moderation'),
			requestId: expect.stringMatching(/^mmsu_/),
			gateway: 'seaArtCloud',
			model: 'flux_kontext_max',
			status: 'failed',
			failure: { code: 'CONTENT_BLOCKED' },
			prompt: MIXED[1],
		});
		expect(bad![1]!.json.error).toContain('no credit');
	});
});

describe('without either', () => {
	it('all items are checked before the first create', async () => {
		const { error } = await harness.run({ prompts: ['fine', 'fine', ''] });
		expect(error!.name).toBe('NodeOperationError');
		expect(error!.context.itemIndex).toBe(2);
		expect(error!.description).toContain('Item 2: nothing was sent');
		expect(error!.message).toContain('Prompt');
		expect(harness.sandbox.ledger.requests).toHaveLength(0);
	});

	it('one failure ends the node, and its error names every other task that is paid', async () => {
		const prompts = [
			'quick',
			'[seconds=9] slow',
			'[seconds=0.4] [moderated]',
			'[seconds=9] slow too',
		];
		const { error, items } = await harness.run({ prompts });
		expect(items).toEqual([]);
		expect(error!.name).toBe('NodeApiError');
		expect(error!.context.itemIndex).toBe(2);
		expect(harness.taskIds()).toHaveLength(4);
		for (const id of harness.taskIds())
			expect(`${error!.message} ${error!.description}`).toContain(id);
	});

	it('a failed read of one task does not call the others paid (FAULTS E14)', async () => {
		const create = async (prompt: string) => {
			const { items } = await harness.run({ operation: 'image > create', prompts: [prompt] });
			return String(items[0]!.json.requestId);
		};
		const requestIds = [await create('[failed] [seconds=0]'), await create('[seconds=0] good')];
		const { error } = await harness.run({ operation: 'task > result', requestIds });
		expect(error!.description).toContain(requestIds[0]);
		expect(error!.description).not.toContain(requestIds[1]);
		expect(error!.description).not.toContain('paid already');
	});

	it.each([401, 403, 302])(
		'a read that is answered %d tells that the task is paid (FAULTS E1)',
		async (statusCode) => {
			const fault = { statusCode, headers: { location: 'https://elsewhere.test/' }, body: {} };
			harness.sandbox.faults.add({ call: 'status', fault });
			const { error } = await inHeldTime(async () => await harness.run({}), 1_000);
			expect(error!.description).toMatch(/^The task is paid\. .*Task > Wait/);
			expect(error!.description).toContain(`Request ID: ${harness.taskIds()[0]}`);
		},
	);

	it('a task that the gateway has lost needs a new run, which Retry is not (FAULTS E15)', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'unknownTask' });
		// A lag would pass in ten seconds.
		const failed = await inHeldTime(async () => await harness.run({}), 1_000);
		const { contextData } = failed;
		const retry = { contextData, executionId: '2', mode: 'retry' } as const;
		const again = await inHeldTime(async () => await harness.run(retry), 1_000);
		for (const { error } of [failed, again]) {
			expect(error!.message).toContain('does not know this model or task');
			expect(error!.description).toMatch(/Retry asks for the same .*: a new run makes a new task/);
		}
		expect(harness.creates()).toBe(1);
	});

	it('a failure starts no further create', async () => {
		const prompts = ['[rejected] first', ...Array.from({ length: 8 }, (_, row) => `later ${row}`)];
		await harness.run({ prompts, options: { maxConcurrentTasks: 2 } });
		expect(harness.creates()).toBeLessThanOrEqual(3);
	});

	it('the id of a create that is in flight when another item fails is awaited and named', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			promptIncludes: 'dripping',
			when: 'afterAcceptance',
			fault: 'slowDrip',
			dripMs: 30,
		});
		const { error } = await harness.run({ prompts: ['dripping', '[rejected] at once'] });
		expect(harness.taskIds()).toHaveLength(1);
		expect(error!.message).toContain('refused the parameters');
		expect(error!.description).toContain(harness.taskIds()[0]);
	});
});

describe('a wrong parameter is named, with its value and its range', () => {
	const wrong: ReadonlyArray<readonly [ask: Ask, named: readonly RegExp[]]> = [
		[
			{ parameters: { additionalFields: { safetyTolerance: 9 } } },
			[/Safety Tolerance/, /0/, /6/, /9/],
		],
		[{ parameters: { additionalFields: { seed: 1.5 } } }, [/Seed/, /1\.5/]],
		[{ parameters: { aspectRatio: '30:9' } }, [/Aspect Ratio/, /30:9/, /21:9/, /9:21/]],
		[{ parameters: { model: 'flux_pro_11', width: 1000, height: 768 } }, [/Width/, /1000/, /32/]],
		[{ parameters: { model: 'flux_pro_11', width: 2048, height: 768 } }, [/Width/, /2048/, /1440/]],
		[{ parameters: { model: 'nobody' } }, [/Model/, /nobody/]],
		[{ parameters: { model: 'other', modelId: 'x', parameters: '{"a":' } }, [/Parameters/]],
		[{ options: { timeout: -1 } }, [/Timeout/, /-1/, /0/]],
		[{ options: { maxConcurrentTasks: 0 } }, [/Max Concurrent Tasks/, /0/]],
		[{ gateway: 'toApis', parameters: { n: 11 } }, [/Number of Images/, /11/, /10/]],
	];

	it.each(wrong)('%j', async (ask, expected) => {
		const { error } = await harness.run(ask);
		expect(error!.name).toBe('NodeOperationError');
		for (const pattern of expected) expect(error!.message).toMatch(pattern);
		expect(error!.context.itemIndex).toBe(0);
		expect(error!.description).toContain('nothing was sent and nothing was paid');
		expect(harness.sandbox.ledger.requests).toHaveLength(0);
	});

	it('numbers that come as text from an expression are taken', async () => {
		const { error } = await harness.run({
			items: [{ json: { prompt: 'x', side: '512', seed: '7' } }],
			parameters: {
				model: 'flux_pro_11',
				width: '={{ $json.side }}',
				height: '={{ $json.side }}',
				additionalFields: { seed: '={{ $json.seed }}' },
			},
			options: { timeout: '30' },
		});
		expect(error).toBeUndefined();
		expect(harness.sandbox.ledger.taskRows()[0]!.parameters).toMatchObject({
			width: 512,
			height: 512,
			seed: 7,
		});
	});
});
