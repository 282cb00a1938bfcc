import type { INodeParameters } from 'n8n-workflow';

import { byGateway, type Gateway } from '../../sandbox';
import { abridged } from '../../sandbox/ledger';
import { binaryBytes } from '../../tooling/engine/engine';
import { bytesAt } from '../contract/gatewayFixture';
import { GATEWAY_ROWS, type GatewayRow, type WireObject } from '../contract/gatewayRows';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** A picture that is drawn, and its task. */
async function draw(ask: Ask = {}) {
	const { items, error } = await harness.run({ prompts: ['A red apple'], ...ask });
	if (error) throw error;
	const { json, binary } = items[0]!;
	return { json, requestId: String(json.requestId), bytes: await binaryBytes(binary?.data) };
}

/** An order that edits the picture of an earlier task. */
const editing = (row: INodeParameters, { parameters, ...ask }: Ask = {}): Ask => ({
	prompts: ['Now make it green'],
	...ask,
	parameters: { inputImages: { image: [{ source: 'task', ...row }] }, ...parameters },
});

const edit = async (row: INodeParameters, ask?: Ask) => await harness.run(editing(row, ask));

const rowOf = (gateway: Gateway): GatewayRow =>
	GATEWAY_ROWS.find((row) => row.gateway === gateway) as GatewayRow;

/** What the last create sends for images, long texts by their digest. */
function sentImages(gateway: Gateway): string[] {
	const { imagesIn, parametersIn } = rowOf(gateway);
	const body = harness.sandbox.ledger.where({ call: 'create' }).at(-1)?.body as WireObject;
	return imagesIn(parametersIn(body));
}

const calls = (call: 'status' | 'result' | 'picture' | 'upload' | 'create') =>
	harness.sandbox.ledger.where({ call });

describe.each(Object.values(byGateway(({ name }) => name)))('At %s, an earlier task', (gateway) => {
	it('gives its picture to the next, as a file', async () => {
		const first = await draw({ gateway });
		const { items, error } = await edit({ requestId: first.requestId }, { gateway });
		expect(error).toBeUndefined();
		expect(items[0]!.json).toMatchObject({ status: 'completed', imageIndex: 0 });
		expect(items[0]!.json.requestId).not.toBe(first.requestId);
		const [sent, ...others] = sentImages(gateway);
		expect(others).toEqual([]);
		if (rowOf(gateway).uploads) expect(await bytesAt(sent)).toEqual(first.bytes);
		else expect(sent).toBe(abridged(first.bytes.toString('base64')));
		expect(calls('picture').map(({ authorization }) => authorization)).not.toContain(true);
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	it.each<[string, (id: string) => INodeParameters, RegExp]>([
		[
			'unknown',
			(id) => ({ requestId: id.replace(/.$/, '~') }),
			/task \S+: the gateway does not know/,
		],
		[
			'without such a picture',
			(id) => ({ requestId: id, imageIndex: 1 }),
			/task \S+: it has one picture, and none of the index 1/,
		],
	])('that is %s is an error, and nothing is paid', async (_what, row, words) => {
		const { requestId } = await draw({ gateway });
		const settings = { onError: 'continueRegularOutput' } as const;
		const items = [{ json: { prompt: 'Now make it green', requestId, url: 'https://a/b.png' } }];
		const outcome = await edit(row(requestId), { gateway, items, settings });
		const { json } = outcome.items[0]!;
		expect(json.error).toMatch(words);
		expect(json.error).toMatch(/^The picture of an earlier task could not be had.*Input Images 1/);
		expect(json.failure).toEqual({ problem: 'earlierTaskUnavailable', paid: 'no' });
		expect(json).toMatchObject({ requestId: null, url: null });
		expect(harness.creates()).toBe(1);
	});
});

describe('An earlier task', () => {
	const refused = async (ask: Ask, row: INodeParameters = {}) => {
		const { error } = await edit({ requestId: '={{ $json.requestId }}', ...row }, ask);
		expect(error!.context).toMatchObject({
			failure: { problem: 'earlierTaskUnavailable', paid: 'no' },
		});
		expect(error?.description).toContain('Nothing was sent and nothing was billed.');
		return error!.message;
	};

	it.each([
		['[never]', 'image > create', /it has not finished, its status is (queued|running)/],
		['[failed]', 'image > generateAndWait', /its status is failed: /],
		['[moderated]', 'image > generateAndWait', /its status is failed: /],
	] as const)(
		'whose prompt is %s is an error before anything is paid',
		async (mark, operation, words) => {
			await harness.run({ operation, prompts: [`Apple ${mark}`] });
			const [requestId = ''] = harness.taskIds();
			const message = await refused({ items: [{ json: { prompt: 'Now green', requestId } }] });
			expect(message).toMatch(words);
			expect(harness.creates()).toBe(1);
		},
	);

	it('whose link is dead is an error that shows nothing of the link', async () => {
		const { requestId, json } = await draw();
		harness.sandbox.faults.add({ call: 'picture', fault: 'expired' });
		const message = await refused({ items: [{ json: { prompt: 'Now green', requestId } }] });
		expect(message).toContain('its picture could not be fetched: its host answered HTTP 403');
		expect(message).not.toContain(new URL(String(json.url)).pathname);
		expect(harness.creates()).toBe(1);
	});

	it('whose picture stands in the reply itself needs no link', async () => {
		const { requestId, bytes } = await draw();
		const url = `data:image/png;base64,${bytes.toString('base64')}`;
		const body = { status: 'COMPLETED', outputs: [{ type: 'image', url }] };
		const fault = { statusCode: 200, body };
		harness.sandbox.faults.add({ call: 'result', promptIncludes: 'red apple', fault });
		const { error } = await edit({ requestId });
		expect(error).toBeUndefined();
		expect(sentImages('seaArtCloud')).toEqual([abridged(bytes.toString('base64'))]);
	});

	it('whose link gives a page is an error', async () => {
		const { requestId } = await draw();
		harness.sandbox.faults.add({ call: 'picture', fault: 'html' });
		const message = await refused({ items: [{ json: { prompt: 'Now green', requestId } }] });
		expect(message).toContain('what lies there is a page, and not a picture');
		expect(harness.creates()).toBe(1);
	});

	it('is looked at for every item before any is paid', async () => {
		const { requestId } = await draw();
		const items = [requestId, 'mmsu_nobody', requestId].map((id) => ({
			json: { prompt: 'Now green', requestId: id },
		}));
		const message = await refused({ items });
		expect(message).toContain('task mmsu_nobody');
		expect(harness.creates()).toBe(1);
	});

	it('that fails its own item alone lets the others pass under Continue On Fail', async () => {
		const { requestId } = await draw();
		const items = [requestId, 'mmsu_nobody'].map((id) => ({
			json: { prompt: 'Now green', requestId: id },
		}));
		const settings = { onError: 'continueRegularOutput' } as const;
		const outcome = await edit({ requestId: '={{ $json.requestId }}' }, { items, settings });
		expect(outcome.items.map(({ json }) => json.status ?? json.failure)).toEqual([
			'completed',
			{ problem: 'earlierTaskUnavailable', paid: 'no' },
		]);
	});

	it('is not asked for any more by a Retry, whose order was begun: its link may be dead by then', async () => {
		const { requestId } = await draw();
		harness.sandbox.faults.add({
			call: 'status',
			fault: 'redirect',
			promptIncludes: 'green 2',
			times: 1,
		});
		harness.sandbox.faults.add({ call: 'picture', fault: 'expired', nth: 5, times: 50 });
		const items = ['green 1', 'green 2'].map((prompt) => ({ json: { prompt } }));
		const seen = calls('picture').length;
		const { outputs, error } = await edit(
			{ requestId },
			{
				items,
				settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 },
				options: { downloadImages: false },
			},
		);
		expect(error).toBeUndefined();
		expect(outputs[0]!.map(({ json }) => json.status)).toEqual(['completed', 'completed']);
		expect(harness.sandbox.ledger.billed()).toBe(3);
		// Two looks and two to send, at most: the second attempt fetched none.
		expect(calls('picture').length - seen).toBeLessThanOrEqual(4);
	});

	it('is the same order in a second test run with a seed', async () => {
		const { requestId } = await draw();
		const ask: Ask = { mode: 'manual', parameters: { additionalFields: { seed: 7 } } };
		await edit({ requestId }, { ...ask, executionId: 'one' });
		const { items } = await edit({ requestId }, { ...ask, executionId: 'two' });
		expect(items[0]!.json.reused).toBe(true);
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	it('is uploaded once with a file that is the same', async () => {
		const { requestId, bytes } = await draw({ gateway: 'toApis' });
		const photo = { data: bytes.toString('base64'), mimeType: 'image/png', fileName: 'a.png' };
		const { error } = await harness.run({
			gateway: 'toApis',
			items: [{ json: { prompt: 'Both' }, binary: { photo } }],
			parameters: {
				inputImages: {
					image: [
						{ source: 'task', requestId },
						{ source: 'binary', binaryPropertyName: 'photo' },
					],
				},
			},
		});
		expect(error).toBeUndefined();
		expect(calls('upload')).toHaveLength(1);
		const [first, second] = sentImages('toApis');
		expect(first).toBe(second);
	});
});

describe('The model of an earlier task, which is in its address at the queue gateways', () => {
	const pro: Ask = { parameters: { model: 'flux_pro_11' } };
	const statusPaths = () => calls('status').map(({ path }) => path);

	it('is the one of the row', async () => {
		const { requestId } = await draw(pro);
		harness.sandbox.ledger.clear();
		await edit({ requestId, taskModel: 'flux_pro_11' });
		expect(statusPaths()[0]).toContain('flux_pro_11');
	});

	it('is the one of the item, where the item holds the request id', async () => {
		const { requestId } = await draw(pro);
		harness.sandbox.ledger.clear();
		const items = [{ json: { prompt: 'Green', requestId, model: 'flux_2_pro' } }];
		await edit({ requestId }, { items });
		expect(statusPaths()[0]).toContain('flux_2_pro');
	});

	it('is the one that this process knows the task by', async () => {
		const { requestId } = await draw(pro);
		const { error } = await edit({ requestId });
		expect(error).toBeUndefined();
	});

	it("is the node's after a restart; what the item says otherwise is told", async () => {
		const { requestId } = await draw(pro);
		harness.forget();
		harness.sandbox.ledger.clear();
		const items = [{ json: { prompt: 'Green', requestId, gateway: 'vtrix' } }];
		const { error } = await edit({ requestId }, { items });
		expect(statusPaths()[0]).toContain('flux_kontext_max');
		expect(error!.message).toContain('the item says that the task is of VTrix');
	});
});
