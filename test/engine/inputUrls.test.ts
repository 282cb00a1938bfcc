import { smallPicture } from '../contract/behaviors/inputImages';
import { serve, type LocalServer } from '../unit/client/localServer';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;
let host: LocalServer;
let picture: Buffer;
/** How often each path may be fetched before it is gone. */
let fetches: Record<string, number>;

beforeAll(async () => {
	harness = await NodeHarness.open();
	picture = await smallPicture('red');
	const seen: Record<string, number> = {};
	host = await serve((response, { line }) => {
		const path = line.split(' ')[1] ?? '';
		if (path.startsWith('/hangs')) return;
		seen[path] = (seen[path] ?? 0) + 1;
		const isGone = seen[path] > (fetches[path] ?? Infinity) || path.startsWith('/gone');
		response.writeHead(isGone ? 404 : 200).end(isGone ? 'gone' : picture);
	});
});
afterAll(async () => {
	await host.close();
	await harness.close();
});
beforeEach(() => {
	harness.reset();
	host.requests.length = 0;
	fetches = {};
});

/** Items of an order of FLUX.2 [pro], one for each path on the host of pictures. */
const asking = (paths: readonly string[], ask: Ask = {}): Ask => ({
	items: paths.map((path) => ({ json: { path } })),
	...ask,
	parameters: {
		model: 'flux_2_pro',
		prompt: '=Edit {{ $json.path }}',
		inputImages: { image: [{ source: 'url', url: `=${host.url}{{ $json.path }}` }] },
		...ask.parameters,
	},
});

const fetchesOf = (path: string) => host.requests.filter(({ line }) => line.includes(path)).length;

const sent = () => harness.sandbox.ledger.where({ call: 'create' }).map(({ body }) => body);

describe('an input image by URL, for a model that takes base64 alone', () => {
	it.each([
		['seaArtCloud', 'flux_2_pro', 'input_image'],
		['odiRouter', 'flux_2_pro', 'input_image'],
		['vtrix', 'flux_pro_11', 'image_prompt'],
	] as const)(
		'is fetched without the key and sent as base64: %s, %s',
		async (gateway, model, name) => {
			const { items, error } = await harness.run(
				asking(['/a.png?sig=1'], { gateway, parameters: { model } }),
			);
			expect(error).toBeUndefined();
			expect(items[0]!.json.status).toBe('completed');
			expect(JSON.stringify(sent())).toContain(`"${name}":"${picture.toString('base64')}"`);
			expect(host.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
		},
	);

	it('is looked at for every item before any is paid; the error names item, place and remedy', async () => {
		const { error } = await harness.run(asking(['/a.png', '/gone.png?sig=s3cret', '/c.png']));
		expect(error!.message).toBe(
			`An input image could not be fetched: Input Images 1, at 127.0.0.1:${host.port}: its host answered HTTP 404`,
		);
		expect(error!.description).toContain('Item 1. Open its address in a private window');
		expect(error!.description).toContain('Nothing was sent and nothing was billed.');
		expect(JSON.stringify(error)).not.toContain('s3cret');
		expect(error!.context.itemIndex).toBe(1);
		expect(harness.creates()).toBe(0);
	});

	it('that is gone fails its own item alone under Continue On Fail', async () => {
		const { items } = await harness.run(
			asking(['/a.png', '/gone.png', '/c.png'], {
				settings: { onError: 'continueRegularOutput' },
			}),
		);
		expect(items.map(({ json }) => json.status)).toEqual(['completed', undefined, 'completed']);
		expect(items[1]!.json.error).toContain('An input image could not be fetched');
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	it('that is gone by the second attempt loses nothing that the first one paid for', async () => {
		fetches = { '/b1.png': 2, '/b2.png': 2 };
		harness.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'b2',
			times: 1,
		});
		const { items, error } = await harness.run(
			asking(['/b1.png', '/b2.png'], {
				settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 },
			}),
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(['completed', 'completed']);
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	it('that is gone between the look and the create is not paid for', async () => {
		fetches = { '/d1.png': 1 };
		const { error } = await harness.run(asking(['/d1.png', '/d2.png']));
		expect(error!.message).toContain('its host answered HTTP 404');
		expect(error!.context.itemIndex).toBe(0);
		expect(sent().filter((body) => JSON.stringify(body).includes('d1'))).toEqual([]);
	});

	it('is fetched once for all images of an item, so that all are made from the same', async () => {
		fetches = { '/e1.png': 1 };
		const { items, error } = await harness.run(asking(['/e1.png'], { parameters: { n: 3 } }));
		expect(error).toBeUndefined();
		expect(items).toHaveLength(3);
		expect(fetchesOf('/e1.png')).toBe(1);
		expect(sent()).toHaveLength(3);
	});

	it('is looked at once an item before any is paid, however many images are asked for', async () => {
		const { error } = await harness.run(asking(['/f1.png', '/gone.png'], { parameters: { n: 3 } }));
		expect(error!.context.itemIndex).toBe(1);
		expect([fetchesOf('/f1.png'), fetchesOf('/gone.png')]).toEqual([1, 1]);
		expect(harness.creates()).toBe(0);
	});

	it('that is gone fails all images of its item, and none is paid', async () => {
		const settings = { onError: 'continueRegularOutput' } as const;
		const { items } = await harness.run(asking(['/gone.png'], { parameters: { n: 3 }, settings }));
		expect(items).toHaveLength(1);
		expect(items[0]!.json).toMatchObject({
			error: expect.stringMatching(/^3 of 3 images failed: An input image could not be fetched/),
			failure: { problem: 'inputImageUnavailable', paid: 'no' },
		});
		expect(harness.creates()).toBe(0);
	});

	it.each([[['/hangs.png']], [['/hangs.png', '/hangs2.png']]])(
		'that hangs is left on Stop, and nothing is sent: %j',
		async (paths) => {
			const runs: Array<Promise<unknown>> = [];
			const execution = harness.start(asking(paths, { onRun: (run) => void runs.push(run) }));
			execution.finished.catch(() => undefined);
			while (host.requests.length < paths.length) await new Promise(setImmediate);
			execution.stop();
			await runs[0]!.catch(() => undefined);
			expect(runs).toHaveLength(1);
			expect(harness.creates()).toBe(0);
		},
	);
});
