import { smallPicture } from '../contract/behaviors/inputImages';
import { serve, type LocalServer } from '../unit/client/localServer';
import type { Outcome } from '../../tooling/engine/engine';
import { binaryBytes, FLUX_NAME } from '../../tooling/engine/engine';
import { inHeldTime } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;
let host: LocalServer;
let picture: Buffer;

beforeAll(async () => {
	harness = await NodeHarness.open();
	picture = await smallPicture('blue');
	host = await serve((response, { line }) => {
		const isGone = line.includes('gone');
		response.writeHead(isGone ? 404 : 200).end(isGone ? 'gone' : picture);
	});
});
afterAll(async () => {
	await host.close();
	await harness.close();
});
beforeEach(() => harness.reset());

const hintsOf = ({ run }: Outcome) =>
	(run.data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

describe('a task that still runs by its own word and has pictures (DESIGN, rule 6)', () => {
	const stillRunning = (path: string) =>
		harness.sandbox.faults.add({
			call: 'status',
			fault: {
				statusCode: 200,
				body: { status: 'IN_PROGRESS', outputs: [{ type: 'image', url: `${host.url}${path}` }] },
			},
		});
	const run = async (ask: Ask = {}) =>
		await inHeldTime(
			async () =>
				await harness.run({
					prompts: ['A red apple [never]'],
					...ask,
					options: { timeout: 3, ...ask.options },
				}),
		);

	it.each(['error', 'returnTask', 'cancelTask'])(
		'puts them out at the last look, with a hint: On Timeout %s',
		async (onTimeout) => {
			stillRunning('/preview.png');
			const outcome = await run({ options: { onTimeout } });
			expect(outcome.error).toBeUndefined();
			expect(outcome.items).toHaveLength(1);
			expect(outcome.items[0]!.json).toMatchObject({
				requestId: harness.taskIds()[0],
				status: 'running',
				imageIndex: 0,
				imageCount: 1,
				url: `${host.url}/preview.png`,
			});
			expect(outcome.items[0]!.binary).toHaveProperty('data');
			expect(hintsOf(outcome)).toEqual([expect.stringContaining('they may be previews')]);
			const cancels = onTimeout === 'cancelTask' ? 1 : 0;
			expect(harness.sandbox.ledger.where({ call: 'cancel' })).toHaveLength(cancels);
		},
	);

	it('ends as any other that is late where they cannot be fetched', async () => {
		stillRunning('/gone.png');
		const outcome = await run();
		expect(outcome.error!.message).toContain('was not finished within the timeout');
		expect(hintsOf(outcome)).toEqual([]);
	});
});

describe('a result that calls a finished task unfinished, beside its pictures', () => {
	it('is its result once a lag has passed', async () => {
		harness.sandbox.faults.add({
			call: 'result',
			fault: {
				statusCode: 200,
				body: { status: 'IN_PROGRESS', outputs: [{ type: 'image', url: `${host.url}/late.png` }] },
			},
		});
		const outcome = await inHeldTime(
			async () => await harness.run({ options: { timeout: 600 } }),
			100,
		);
		expect(outcome.items[0]!.json).toMatchObject({
			status: 'completed',
			url: `${host.url}/late.png`,
		});
		expect(hintsOf(outcome)).toEqual([expect.stringContaining('they may be previews')]);
	});
});

describe('a create that is answered with finished pictures and no id', () => {
	/** Such an answer to every create, or to those of a prompt. */
	const answer = (image: object, promptIncludes?: string) =>
		harness.sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: { statusCode: 200, body: { created: 1, data: [image] } },
			...(promptIncludes === undefined ? {} : { promptIncludes }),
		});
	const at = (path: string) => ({ url: `${host.url}${path}` });
	const run = async (ask: Ask = {}) => await harness.run({ gateway: 'toApis', ...ask });

	it.each(['image > generateAndWait', 'image > create'] as const)(
		'puts its pictures out, each under a name of its own: %s',
		async (operation) => {
			answer(at('/one.png'), 'one');
			answer(at('/two.png'), 'two');
			const { items, error } = await run({ operation, prompts: ['one', 'two'] });
			expect(error).toBeUndefined();
			expect(items.map(({ json }) => [json.status, json.url])).toEqual([
				['completed', `${host.url}/one.png`],
				['completed', `${host.url}/two.png`],
			]);
			for (const { json, binary } of items) {
				expect(json).not.toHaveProperty('requestId');
				expect(json.fileName).toMatch(/^flux-kontext-max_[0-9a-f]{16}_1\.png$/);
				expect(binary).toHaveProperty('data');
			}
			expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(2);
			expect(harness.sandbox.ledger.where({ call: 'status' })).toHaveLength(0);
		},
	);

	it('also where the picture stands in the answer itself', async () => {
		answer({ b64_json: picture.toString('base64') });
		const { items } = await run({ operation: 'image > create' });
		expect(items[0]!.json).not.toHaveProperty('url');
		expect(items[0]!.json.contentType).toBe('image/png');
		expect(items[0]!.binary).toHaveProperty('data');
	});

	it.each(['image > generateAndWait', 'image > create'] as const)(
		'also where the picture stands in the answer itself and Download Images is off: %s',
		async (operation) => {
			answer({ b64_json: picture.toString('base64') });
			const outcome = await run({ operation, options: { downloadImages: false } });
			const [item] = outcome.items;
			expect(await binaryBytes(item!.binary!['data'])).toEqual(picture);
			expect(item!.json).not.toHaveProperty('url');
			expect(item!.json.fileName).toMatch(/\.png$/);
			// Create has no such option, and puts such a picture out in any case.
			const hint = expect.stringContaining('as a file although Download Images is off');
			expect(hintsOf(outcome)).toEqual(operation === 'image > create' ? [] : [hint]);
		},
	);

	it('with Download Images off only the picture in the answer becomes a file, not one with a link', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			when: 'afterAcceptance',
			fault: {
				statusCode: 200,
				body: { created: 1, data: [at('/one.png'), { b64_json: picture.toString('base64') }] },
			},
		});
		const { items } = await run({ options: { downloadImages: false } });
		expect(items.map(({ json, binary }) => [json.url, Object.keys(binary ?? {})])).toEqual([
			[`${host.url}/one.png`, []],
			[undefined, ['data']],
		]);
	});

	it.each(['image > generateAndWait', 'image > create'] as const)(
		'is not paid again by Retry On Fail, which puts its pictures out: %s',
		async (operation) => {
			answer(at('/one.png'), 'one');
			harness.sandbox.faults.add({ call: 'create', fault: '403', promptIncludes: 'two', times: 1 });
			const { items, error } = await run({
				operation,
				prompts: ['one', 'two'],
				settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 },
			});
			expect(error).toBeUndefined();
			expect(items[0]!.json).toMatchObject({ status: 'completed', url: `${host.url}/one.png` });
			const billed = harness.sandbox.ledger.taskRows().filter(({ prompt }) => prompt === 'one');
			expect(billed).toHaveLength(1);
		},
	);

	it('that came as bytes is not paid again either: nobody keeps them, and the error says that it was sent', async () => {
		answer({ b64_json: picture.toString('base64') }, 'one');
		harness.sandbox.faults.add({ call: 'create', fault: '403', promptIncludes: 'two', times: 1 });
		const { error } = await run({
			prompts: ['one', 'two'],
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 50 },
		});
		expect(error!.message).toContain('an earlier attempt of this execution sent it already');
		const paid = harness.sandbox.ledger.taskRows().filter(({ prompt }) => prompt === 'one');
		expect(paid).toHaveLength(1);
	});

	it('is an error in words that need no id where its picture is gone', async () => {
		answer(at('/gone.png'));
		const { error } = await inHeldTime(async () => await run(), 100);
		expect(error!.message).toContain('The picture of task without an ID is finished');
		expect(error!.description).toContain('gave it no ID to collect it by');
		expect(error!.description).toContain(`Picture: ${host.url}/gone.png`);
		expect(error!.description).not.toContain('Request ID');
	});

	it('has the log tell where its picture lies where Stop drops it', async () => {
		answer(at('/one.png'), 'one');
		const execution = harness.start({ gateway: 'toApis', prompts: ['one', 'two [never]'] });
		execution.finished.catch(() => undefined);
		const tells = (text: string) => execution.log().some((line) => line.includes(text));
		while (!tells('of item 1 was created')) await new Promise(setImmediate);
		expect(tells('Task without an ID of item 0 was created at ToAPIs')).toBe(true);
		while (host.requests.length === 0) await new Promise(setImmediate);
		execution.stop();
		while (!tells(`its pictures: ${host.url}/one.png`)) await new Promise(setImmediate);
		expect(harness.sandbox.ledger.where({ call: 'cancel' })).toHaveLength(0);
	});
});
