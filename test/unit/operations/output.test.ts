import type { IExecuteFunctions } from 'n8n-workflow';

import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Item } from '../../../nodes/FluxImage/operations/operation';
import { imageItems } from '../../../nodes/FluxImage/operations/output';
import { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import type { Http } from '../../../nodes/FluxImage/client/http';
import type { Outcome } from '../../../nodes/FluxImage/core/problem';
import type { GeneratedImage } from '../../../nodes/FluxImage/core/task';
import { unlimited } from '../../../nodes/FluxImage/client/limiter';
import { TaskHarness } from '../tasks/taskHarness';

/** An item of a task with so many images, each fetched as the test says; with the hints that it shows. */
async function fetching(
	harness: TaskHarness,
	download: (url: string) => Promise<Outcome<unknown>>,
	count = 2,
	told: Partial<GeneratedImage> = {},
	downloadImages = true,
) {
	const { clock, queue } = harness;
	const http = { ...queue.http, download } as unknown as Http;
	const hints: string[] = [];
	const context = {
		addExecutionHints: ({ message }: { message: string }) => void hints.push(message),
	};
	const item = {
		context: context as unknown as IExecuteFunctions,
		itemIndex: 0,
		gateway: GATEWAYS.seaArtCloud,
		options: {
			downloadImages,
			shareLink: 'off',
			maxImageBytes: 1,
			binaryPropertyName: 'data',
		},
	} as Item;
	const state = {
		requestId: 'task_1',
		modelId: 'flux_kontext_max',
		status: 'completed',
		images: Array.from({ length: count }, (_, n) => ({
			url: `https://pictures.test/${n}.png`,
			...told,
		})),
		raw: {},
	} as const;
	const ports = {
		http,
		clock,
		random: () => 0.5,
		limiter: unlimited,
		execution: {},
		isTestRun: false,
		ownIds: { areRefused: false },
		taskModels: new Map(),
	};
	const client = new GatewayClient(item.gateway, ports);
	const execution = { ...harness.execution(), client };
	const work = imageItems({ ...item, execution }, state, harness.wait(60_000));
	return { outcome: await clock.run(work), hints };
}

const gone = (httpCode: number) => ({
	problem: { kind: 'badParameters', httpCode, reason: 'gone' } as const,
});
const fetched = { value: { binary: {}, fileName: 'a.png', contentType: 'image/png' } };

describe('The pictures of a task', () => {
	const MEASURED = { width: 640, height: 480 };
	const measured = { value: { ...fetched.value, dimensions: MEASURED } };
	type Row = [string, Partial<GeneratedImage>, Outcome<unknown>, Partial<typeof MEASURED>];

	it.each<Row>([
		["the gateway's word", { width: 1024, height: 768 }, measured, { width: 1024, height: 768 }],
		['their bytes, where it has none', {}, measured, { width: 640, height: 480 }],
		['neither, where the bytes do not tell them', {}, fetched, {}],
		...[
			{ width: 0, height: 0 },
			{ width: -5, height: 4 },
			{ width: 12.5, height: 3 },
			{ width: 1e9, height: 1e9 },
			{ width: 65_536, height: 1 },
			{ width: 1024 },
			{ height: 1024 },
		].flatMap((told): Row[] => [
			[`their bytes, where it tells ${JSON.stringify(told)}`, told, measured, MEASURED],
			[`neither, where it tells ${JSON.stringify(told)} and they nothing`, told, fetched, {}],
		]),
		["the gateway's largest", { width: 65_535, height: 1 }, measured, { width: 65_535, height: 1 }],
	])('have width and height by %s', async (_from, told, picture, expected) => {
		const { outcome } = await fetching(new TaskHarness(), async () => picture, 1, told);
		const { width, height } = outcome.items![0]!.json;
		expect({ width, height }).toEqual(expected);
	});

	it('begin with what people look for, as a table shows only the first columns', async () => {
		const { outcome } = await fetching(new TaskHarness(), async () => measured, 1);
		const names = Object.keys(outcome.items![0]!.json);
		expect(names.slice(0, 4)).toEqual(['url', 'fileName', 'width', 'height']);
	});

	it.each<[string, Partial<GeneratedImage>, string]>([
		['the name of each is the same', { fileName: '0.png' }, '.png'],
		['the name has a path', { fileName: '../../etc/x.PNG ' }, '.png'],
		['the name has a path of Windows', { fileName: 'C:\\x\\y.jpeg' }, '.jpeg'],
		['the name ends as a program', { fileName: 'x.png.exe', contentType: 'image/webp' }, '.webp'],
		['the name has no ending', { fileName: 'picture', contentType: 'image/jpeg; q=1' }, '.jpg'],
		['a type alone is told', { contentType: 'image/png' }, '.png'],
		['the address alone tells', { url: 'https://a.test/x.png/y.webp?name=z.gif#a.jpg' }, '.webp'],
		['nothing tells', { url: 'https://a.test/x?name=z.gif', contentType: 'text/html' }, ''],
	])('have names unlike each other where they are not fetched and %s', async (_how, told, end) => {
		const unasked = async () => Promise.reject(new Error('it is not fetched'));
		const { outcome } = await fetching(new TaskHarness(), unasked, 3, told, false);
		expect(outcome.items!.map(({ json }) => json.fileName)).toEqual(
			[1, 2, 3].map((at) => `flux-kontext-max_task1_${at}${end}`),
		);
	});

	it('come out as far as they can be had, and a hint tells of the others (FAULTS B5)', async () => {
		const harness = new TaskHarness();
		const { outcome, hints } = await fetching(
			harness,
			async (url) => (url.includes('/1.') ? gone(451) : fetched),
			3,
		);
		expect(outcome.items?.map(({ json }) => json.imageIndex)).toEqual([0, 2]);
		expect(outcome.items?.[0]?.json.imageCount).toBe(3);
		expect(hints).toEqual([
			'Of 3 pictures of task task_1, 1 could not be fetched: gone. Task &gt; Get Result fetches them again without paying again.',
		]);
	});

	it('are an error with the first reason where none can be had', async () => {
		const { outcome } = await fetching(new TaskHarness(), async () => gone(451));
		expect(outcome.problem).toMatchObject({ kind: 'pictureUnavailable', reason: 'gone' });
	});

	it.each([
		[[0], [1, 2]],
		[[0, 2], [1]],
		[[2], [0, 1]],
	])('come out in their order, whichever are gone: %j (FAULTS B5)', async (missing, left) => {
		const isGone = (url: string) => missing.some((n) => url.includes(`/${n}.`));
		const { outcome, hints } = await fetching(
			new TaskHarness(),
			async (url) => (isGone(url) ? gone(404) : fetched),
			3,
		);
		expect(outcome.items?.map(({ json }) => json.imageIndex)).toEqual(left);
		expect(hints[0]).toContain(`Of 3 pictures of task task_1, ${missing.length} could not`);
	});

	it.each([400, 401, 403, 404, 410])(
		'whose link answers HTTP %s are fetched by the link of a new result (FAULTS F17)',
		async (httpCode) => {
			const harness = new TaskHarness();
			const outputs = [{ type: 'image', url: 'https://pictures.test/again.png' }];
			harness.queue.faults.result.push({ reply: { statusCode: 200, body: { outputs } } });
			const { outcome } = await fetching(
				harness,
				async (url) => (url.includes('again') ? fetched : gone(httpCode)),
				1,
			);
			expect(outcome.items?.[0]?.json.url).toBe('https://pictures.test/again.png');
			expect(outcome.items?.[0]?.binary).toBeDefined();
		},
	);

	it('whose new link is dead as well are an error with the new link', async () => {
		const harness = new TaskHarness();
		const outputs = [{ type: 'image', url: 'https://pictures.test/again.png' }];
		harness.queue.faults.result.push({ reply: { statusCode: 200, body: { outputs } } });
		const { outcome } = await fetching(harness, async () => gone(403), 1);
		expect(outcome.problem?.pictureUrl).toBe('https://pictures.test/again.png');
	});

	it('whose result cannot be read again either are an error with the first reason', async () => {
		const harness = new TaskHarness();
		harness.queue.faults.result.push({ reply: { statusCode: 404, body: '' } });
		const { outcome } = await fetching(harness, async () => gone(410), 1);
		expect(outcome.problem).toMatchObject({ httpCode: 410, reason: 'gone' });
	});

	it('are fetched again each by its own number, where several links have expired', async () => {
		const harness = new TaskHarness();
		const outputs = [0, 1].map((n) => ({
			type: 'image',
			url: `https://pictures.test/new${n}.png`,
		}));
		const again = { reply: { statusCode: 200, body: { outputs } } };
		harness.queue.faults.result.push(again, again);
		const { outcome } = await fetching(harness, async (url) =>
			url.includes('new') ? fetched : gone(403),
		);
		expect(outcome.items?.map(({ json }) => json.url)).toEqual(outputs.map(({ url }) => url));
	});
});
