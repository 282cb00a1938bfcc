import { binaryBytes, type Outcome } from '../../tooling/engine/engine';
import { HeldTime, NODE_TIME } from './heldTime';
import { Studio, type Ask } from './studio';
import { pictureRequests, drawPicture, gateways } from '../../sandbox';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open(NODE_TIME)));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

describe('Image > Generate and Wait', () => {
	it.each(gateways)('makes the picture that the prompt asks for, at %s', async (gateway) => {
		const { items, error } = await studio.run({ gateway, prompts: ['A red apple'] });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		const [task] = studio.sandbox.ledger.taskRows();
		expect(items[0]!.json).toMatchObject({
			requestId: task!.id,
			gateway,
			model: task!.model,
			status: 'completed',
			imageIndex: 0,
			imageCount: 1,
		});
		const [request] = pictureRequests(gateway, task!.model, { prompt: 'A red apple' }, 0.1);
		const drawn = await drawPicture(request!);
		expect(await binaryBytes(items[0]!.binary!.data)).toEqual(drawn);
	});

	it('gives the facts of the picture by its bytes', async () => {
		studio.sandbox.quirks.set({ jpegIsPng: true });
		const { items } = await studio.run({
			parameters: { additionalFields: { outputFormat: 'jpeg' } },
		});
		const { json, binary } = items[0]!;
		expect(json).toMatchObject({
			contentType: 'image/png',
			fileName: expect.stringMatching(/png$/),
		});
		expect(binary!.data).toMatchObject({ mimeType: 'image/png', fileExtension: 'png' });
	});

	it('puts the picture where Put Output File in Field says', async () => {
		const { items } = await studio.run({ options: { binaryPropertyName: 'poster' } });
		expect(Object.keys(items[0]!.binary!)).toEqual(['poster']);
	});

	it('downloads nothing when Download Images is off', async () => {
		const { items } = await studio.run({ options: { downloadImages: false } });
		expect(items[0]!.binary).toBeUndefined();
		expect(items[0]!.json.url).toMatch(/^http/);
		expect(studio.sandbox.ledger.where({ call: 'picture' })).toHaveLength(0);
	});

	it("adds the gateway's own reply when Include Raw Response is on, and only then", async () => {
		const [withRaw, without] = await Promise.all([
			studio.run({ options: { includeRawResponse: true } }),
			studio.run({}),
		]);
		expect(withRaw.items[0]!.json.raw).toMatchObject({ outputs: [{ type: 'image' }] });
		expect(without.items[0]!.json).not.toHaveProperty('raw');
	});

	it('puts out one item an image, all paired with their input', async () => {
		const { items } = await studio.run({
			gateway: 'toApis',
			prompts: ['one', 'two'],
			parameters: { n: 3 },
		});
		expect(
			items.map(({ json, pairedItem }) => [json.imageIndex, json.imageCount, pairedItem]),
		).toEqual([0, 1].flatMap((item) => [0, 1, 2].map((index) => [index, 3, { item }])));
	});

	it('reads on when a gateway uses words that nobody knows', async () => {
		studio.sandbox.quirks.set({ unknownWordReads: 2 });
		const { items } = await studio.run({ prompts: ['[seconds=0.3] words'] });
		expect(items[0]!.json.status).toBe('completed');
	});
});

describe('many items', () => {
	const prompts = Array.from({ length: 12 }, (_, index) =>
		index % 3 === 0 ? `picture ${index} [seconds=0.6]` : `picture ${index}`,
	);

	it('come out in the order of the input, each paired with its own', async () => {
		const { items } = await studio.run({ prompts });
		const promptOf = new Map(
			studio.sandbox.ledger.taskRows().map(({ id, prompt }) => [id, prompt]),
		);
		expect(items.map(({ json }) => promptOf.get(String(json.requestId)))).toEqual(prompts);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(prompts.map((_, item) => ({ item })));
	});

	it('never have more tasks in flight than Max Concurrent Tasks says', async () => {
		await studio.run({ prompts, options: { maxConcurrentTasks: 3 } });
		const tasks = studio.sandbox.ledger.taskRows();
		const atOnce = tasks.map(
			({ createdAtMs }) =>
				tasks.filter((other) => other.createdAtMs <= createdAtMs && createdAtMs < other.endsAtMs!)
					.length,
		);
		expect(Math.max(...atOnce)).toBeLessThanOrEqual(3);
		expect(tasks).toHaveLength(12);
	});

	describe('are in flight together', () => {
		let time: HeldTime;
		beforeEach(() => (time = new HeldTime()));
		afterEach(() => time.release());

		/** Has the node make so many tasks while no task can end, since time stands; then lets it finish. */
		async function makeTogether(tasks: number, ask: Ask): Promise<Outcome> {
			const { finished } = studio.start({ ...ask, prompts });
			await time.standUntil(() => studio.taskIds().length === tasks);
			return await time.during(finished);
		}

		it('up to Max Concurrent Tasks', async () => {
			const { error } = await makeTogether(12, { options: { maxConcurrentTasks: 12 } });
			expect(error).toBeUndefined();
		});

		it('also where the options of the first are wrong', async () => {
			const { items } = await makeTogether(11, {
				options: { timeout: '={{ $itemIndex === 0 ? -1 : 20 }}', maxConcurrentTasks: 12 },
				settings: { onError: 'continueRegularOutput' },
			});
			expect(items[0]?.json.error).toMatch('Timeout');
			expect(studio.creates()).toBe(11);
		});
	});

	it('may be none', async () => {
		const { error, run } = await studio.run({ items: [] });
		expect(error).toBeUndefined();
		expect(run.finished).toBe(true);
		expect(studio.creates()).toBe(0);
	});
});
