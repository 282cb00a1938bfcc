import { binaryBytes } from '../../tooling/engine/engine';
import { inHeldTime } from './heldTime';
import { hintsOf } from './hints';
import { NodeHarness } from './nodeHarness';
import { gateways, type Gateway } from '../../sandbox';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** Creates a task and gives its id. */
async function created(prompt: string, gateway: Gateway = 'seaArtCloud'): Promise<string> {
	const { items } = await harness.run({ gateway, operation: 'image > create', prompts: [prompt] });
	return String(items[0]!.json.requestId);
}

describe('Image > Create', () => {
	it.each(gateways)('puts out the task and does not wait for it, at %s', async (gateway) => {
		const { items } = await harness.run({
			gateway,
			operation: 'image > create',
			prompts: ['[seconds=30] Apple'],
		});
		expect(items[0]!.json).toMatchObject({
			requestId: harness.taskIds()[0],
			gateway,
			status: expect.stringMatching(/queued|running/),
		});
		expect(items[0]!.json).not.toHaveProperty('error');
		expect(items[0]!.pairedItem).toEqual({ item: 0 });
		expect(harness.sandbox.ledger.requests).toHaveLength(1);
	});
});

describe('Task > Get Status', () => {
	it.each(gateways)('tells how a task stands, at %s', async (gateway) => {
		const requestIds = [
			await created('[seconds=30] running', gateway),
			await created('[seconds=0] done', gateway),
			await created('[moderated] [seconds=0] blocked', gateway),
		];
		const { items, error } = await harness.run({
			gateway,
			operation: 'task > status',
			requestIds,
		});
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual([
			expect.stringMatching(/queued|running/),
			'completed',
			'failed',
		]);
		expect(items[2]!.json.failure).toMatchObject({
			message: expect.stringContaining('moderation'),
		});
		expect(items.every(({ json }) => !('error' in json))).toBe(true);
	});

	it('says that an unknown task is not known', async () => {
		const { error } = await harness.run({
			operation: 'task > status',
			requestIds: ['mmsu_nobody'],
		});
		expect(error!.message).toContain('SeaArt Cloud does not know this model or task');
		expect(error!.description).toContain('mmsu_nobody');
	});
});

describe('Task > Get Result', () => {
	it.each(gateways)('puts out the picture of a finished task, at %s', async (gateway) => {
		const requestId = await created('[seconds=0] done', gateway);
		const { items } = await harness.run({
			gateway,
			operation: 'task > result',
			requestIds: [requestId],
		});
		expect(items[0]!.json).toMatchObject({ requestId, status: 'completed', imageIndex: 0 });
		expect((await binaryBytes(items[0]!.binary!.data)).length).toBeGreaterThan(100);
	});

	it('puts out an unfinished task as it stands', async () => {
		const requestId = await created('[seconds=30] long');
		const { items, error } = await harness.run({
			operation: 'task > result',
			requestIds: [requestId],
		});
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toMatch(/queued|running/);
		expect(items[0]!.binary).toBeUndefined();
	});

	describe.each(gateways)('of a task without an image, at %s (FAULTS B10)', (gateway) => {
		const empty = { outputs: [], status: 'completed', note: `nothing for ${'x'.repeat(900)}` };
		const runWith = async (includeRawResponse: boolean) => {
			const requestId = await created('[seconds=0] done', gateway);
			const body = { ...empty, key: harness.sandbox.keys.valid };
			for (const call of ['status', 'result'] as const) {
				harness.sandbox.faults.add({ call, fault: { statusCode: 200, body } });
			}
			const options = { includeRawResponse };
			const ask = {
				gateway,
				operation: 'task > result',
				requestIds: [requestId],
				options,
			} as const;
			// A lag would pass in ten seconds.
			return await inHeldTime(async () => await harness.run(ask), 1_000);
		};

		it('is an error that shows the start of the reply, without the key', async () => {
			const { error } = await runWith(false);
			expect(error!.message).toMatch(/without an image: the reply was \{"outputs":\[\]/);
			expect(error!.message).not.toContain(harness.sandbox.keys.valid);
			expect(error!.message.length).toBeLessThan(700);
			expect(error!.description).toContain('It is paid. Use Task > Get Result');
		});

		it('with Include Raw Response is the task with the whole reply', async () => {
			const { items, error } = await runWith(true);
			expect(error).toBeUndefined();
			const { status, raw } = items[0]!.json as { status: string; raw: { note: string } };
			expect(status).toBe('completed');
			expect(raw.note).toBe(empty.note);
			expect(JSON.stringify(raw)).not.toContain(harness.sandbox.keys.valid);
		});
	});

	it('is an error with the reason where the task failed', async () => {
		const requestId = await created('[failed] [seconds=0]');
		const { error } = await harness.run({ operation: 'task > result', requestIds: [requestId] });
		expect(error!.message).toContain(`Task ${requestId} failed at SeaArt Cloud`);
	});
});

describe('Task > Wait', () => {
	it.each(gateways)('waits for the picture of a task made elsewhere, at %s', async (gateway) => {
		const requestId = await created('[seconds=0.3] a while', gateway);
		const { items } = await harness.run({
			gateway,
			operation: 'task > wait',
			requestIds: [requestId],
		});
		expect(items[0]!.json).toMatchObject({ requestId, status: 'completed' });
		expect(items[0]!.binary!.data!.mimeType).toMatch(/^image\//);
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('outlasts a gateway that does not know its new task yet', async () => {
		const requestId = await created('[seconds=0.1] new');
		harness.sandbox.faults.add({ call: 'status', fault: 'unknownTask', times: 2 });
		const { items, error } = await harness.run({
			operation: 'task > wait',
			requestIds: [requestId],
		});
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toBe('completed');
	});
});

describe('Task > Cancel', () => {
	it('asks the gateway to cancel and claims no more than it knows', async () => {
		const requestId = await created('[never] ends [quirk cancelSeconds=5]');
		const { items } = await harness.run({ operation: 'task > cancel', requestIds: [requestId] });
		expect(items[0]!.json).toMatchObject({ requestId, cancellation: 'requested' });
		expect(items[0]!.json.status).not.toBe('cancelled');
	});

	it('tells of a task that is finished already, and of one that nobody knows', async () => {
		const requestIds = [await created('[seconds=0] done'), 'mmsu_nobody'];
		const { items, error } = await harness.run({ operation: 'task > cancel', requestIds });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.cancellation)).toEqual(['alreadyCompleted', 'notFound']);
		expect(items[0]!.json.status).toBe('completed');
	});
});

describe('a Request ID', () => {
	it.each([
		['', 'empty'],
		['..', 'dots that lead elsewhere'],
	])('that is %j is refused before anything is sent (%s)', async (requestId) => {
		const { error } = await harness.run({ operation: 'task > status', requestIds: [requestId] });
		expect(error!.message).toContain('Request ID must be the ID of a task');
		expect(harness.sandbox.ledger.requests).toHaveLength(0);
	});

	it('with slashes stays within its part of the path', async () => {
		await harness.run({ operation: 'task > status', requestIds: ['../../admin?x=1#y'] });
		const [request] = harness.sandbox.ledger.requests;
		expect(request!.path).toContain('/requests/..%2F..%2Fadmin%3Fx%3D1%23y/status');
	});
});

describe('The model of a task (FAULTS B14)', () => {
	const ofItem = { model: '' };
	const flux2 = { model: 'flux_2_pro' };

	it('is as in the item, for each item its own', async () => {
		const first = await harness.run({ operation: 'image > create', parameters: flux2 });
		const second = await harness.run({ operation: 'image > create' });
		const items = [...first.items, ...second.items].map(({ json }) => ({ json }));
		const outcome = await harness.run({ operation: 'task > wait', items, parameters: ofItem });
		expect(outcome.error).toBeUndefined();
		expect(outcome.items.map(({ json }) => json.model)).toEqual(['flux_2_pro', 'flux_kontext_max']);
	});

	it('is Kontext [max] where the item names none, or is about another task', async () => {
		const requestId = await created('[seconds=0] done');
		const ask = { operation: 'task > status', parameters: { ...ofItem, requestId } } as const;
		for (const json of [{}, { requestId: 'another', model: 'flux_2_pro' }]) {
			const { items, error } = await harness.run({ ...ask, items: [{ json }] });
			expect(error).toBeUndefined();
			expect(items[0]!.json.status).toBe('completed');
		}
	});

	it('that the node has otherwise than the item is told where the task is not found', async () => {
		const { items } = await harness.run({ operation: 'image > create', parameters: flux2 });
		const { error } = await harness.run({
			operation: 'task > status',
			items: [{ json: items[0]!.json }],
			parameters: { model: 'flux_kontext_pro' },
		});
		expect(error!.message).toContain('the item says that the task is of the model flux_2_pro');
	});

	it('that nobody named is told as a guess where the task is not found', async () => {
		const { items } = await harness.run({ operation: 'image > create', parameters: flux2 });
		const requestId = String(items[0]!.json.requestId);
		for (const operation of ['status', 'wait', 'result', 'cancel'] as const) {
			for (const json of [{}, { requestId }, { requestId: 'another', model: 'flux_2_pro' }]) {
				const ask = { operation: `task > ${operation}`, options: { timeout: 1 } } as const;
				const asked = { ...ask, parameters: { ...ofItem, requestId }, items: [{ json }] };
				const outcome = await harness.run(asked);
				const { error, items: found } = outcome;
				if (operation === 'cancel' && !error) {
					expect(found[0]!.json).toHaveProperty('cancellation', 'notFound');
					expect(hintsOf(outcome)).toEqual([
						expect.stringMatching(
							/does not know the task \S+, so nothing was cancelled\. Model was taken as FLUX\.1 Kontext \[max\]/,
						),
					]);
					continue;
				}
				expect(error!.message).toMatch(
					/does not know this model or task: .*Model was taken as FLUX\.1 Kontext \[max\], since the item names none beside this Request ID: set Model to the one that made the task$/,
				);
			}
		}
		const set = { ...flux2, requestId };
		const { items: got } = await harness.run({ operation: 'task > wait', parameters: set });
		expect(got[0]!.json.status).toBe('completed');
	});

	it('that was set, or that the item names, is no guess where the task is not found', async () => {
		const json = { requestId: 'mmsu_nobody', model: 'flux_kontext_max' };
		for (const parameters of [ofItem, flux2]) {
			const items = [{ json: parameters === ofItem ? json : { requestId: 'mmsu_nobody' } }];
			const { error } = await harness.run({ operation: 'task > status', parameters, items });
			expect(error!.message).not.toContain('was taken as');
		}
	});

	it('and its gateway too', async () => {
		const { items } = await harness.run({ operation: 'image > create', gateway: 'vtrix' });
		const { error } = await harness.run({
			operation: 'task > status',
			items: [{ json: items[0]!.json }],
			parameters: ofItem,
		});
		expect(error!.message).toContain('the item says that the task is of VTrix');
	});
});
