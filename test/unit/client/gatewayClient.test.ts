import type { GatewayClient } from '../../../nodes/FluxImage/client/gatewayClient';
import { FREE_TURN, type Limiter } from '../../../nodes/FluxImage/client/limiter';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Gateway } from '../../../nodes/FluxImage/gateways/gateway';
import type { WaitOptions } from '../../../nodes/FluxImage/tasks/poll';
import type { Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

const IMAGE = {
	digest: 'abc',
	fileName: 'a.png',
	contentType: 'image/png',
	bytes: async () => Buffer.alloc(10 ** 7),
};

const UPLOADED_TO = 'https://files.test/1.png';
const UPLOADED = { body: { success: true, data: { url: UPLOADED_TO } } };
const STORM = { reply: { statusCode: 503 } };

/** A client of ToAPIs, which takes images by URL. */
function toApis() {
	const harness = new TaskHarness();
	return { harness, client: harness.execution({ gateway: GATEWAYS.toApis }).client };
}

describe('an upload', () => {
	it('has longer than other calls: 30 s, and the time of its bytes at 2 Mbit/s', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push(...Array.from({ length: 9 }, () => ({ hang: true })));
		await harness.clock.run(client.upload(IMAGE, harness.wait(100_000)));
		const [gapMs] = harness.gapsMs('create');
		expect(gapMs).toBe(30_000 + 40_000 + 375);
	});

	it('of the same image is sent once, however many items use it', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push({ reply: UPLOADED });
		const uploads = [1, 2, 3].map(async () => await client.upload(IMAGE, harness.wait()));
		expect(await harness.clock.run(Promise.all(uploads))).toEqual(
			Array.from({ length: 3 }, () => ({ value: UPLOADED_TO })),
		);
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('that was refused is refused for all who wait, and made anew for the next who asks', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push({ reply: { statusCode: 400 } });
		const bytes = jest.fn(IMAGE.bytes);
		const upload = async () => await client.upload({ ...IMAGE, bytes }, harness.wait());
		const [first, second] = await harness.clock.run(Promise.all([upload(), upload()]));
		expect(first.problem).toBeDefined();
		expect(second).toBe(first);
		expect(bytes).toHaveBeenCalledTimes(1);
		await harness.clock.run(upload());
		expect(bytes).toHaveBeenCalledTimes(2);
	});

	it('whose first item had no time left is made by one of those who waited, for all of them', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push({ hang: true }, { reply: UPLOADED });
		const uploads = [1_000, 60_000, 60_000].map(
			async (forMs) => await client.upload(IMAGE, harness.wait(forMs)),
		);
		const [first, ...others] = await harness.clock.run(Promise.all(uploads));
		expect(first!.problem).toMatchObject({ kind: 'requestTimedOut' });
		expect(others).toEqual([{ value: UPLOADED_TO }, { value: UPLOADED_TO }]);
		expect(harness.queue.sent('create')).toHaveLength(2);
	});

	it('whose first item was stopped, or could not read it, is made by who waited', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push({ hang: true }, { reply: UPLOADED });
		const stop = new AbortController();
		const gone = { ...IMAGE, digest: 'gone', bytes: () => Promise.reject(new Error('gone')) };
		const stopped = client.upload(IMAGE, { ...harness.wait(), signal: stop.signal });
		const unread = client.upload(gone, harness.wait());
		const waiting = client.upload(IMAGE, harness.wait());
		const reading = client.upload({ ...IMAGE, digest: 'gone' }, harness.wait());
		harness.queue.faults.create.push({ reply: UPLOADED });
		harness.after(1_000, () => stop.abort());
		await expect(harness.clock.run(unread)).rejects.toThrow('gone');
		expect(await harness.problemOf(stopped)).toMatchObject({ kind: 'stopped' });
		expect(await harness.clock.run(Promise.all([waiting, reading]))).toEqual([
			{ value: UPLOADED_TO },
			{ value: UPLOADED_TO },
		]);
	});

	it('keeps nobody who waits for it beyond his own deadline or Stop', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push({ hang: true, reply: UPLOADED });
		const stop = new AbortController();
		const first = client.upload(IMAGE, harness.wait(60_000));
		const late = client.upload(IMAGE, harness.wait(2_000));
		const stopped = client.upload(IMAGE, { ...harness.wait(), signal: stop.signal });
		harness.after(1_000, () => stop.abort());
		const timeOf = async (work: Promise<unknown>) => await harness.timeOf(work);
		expect(await timeOf(stopped)).toBe(1_000);
		// As long as a last try may take that is made at the deadline.
		expect(await timeOf(late)).toBe(2_000 - 1_000 + 5_000);
		expect(await stopped).toEqual({ problem: { kind: 'stopped' } });
		expect((await late).problem).toMatchObject({ kind: 'requestTimedOut' });
		await harness.clock.run(first);
		expect(harness.clock.sleeping).toBe(0);
	});

	it('that never works ends for all in the time of one, however many wait', async () => {
		const { harness, client } = toApis();
		harness.queue.faults.create.push(...Array.from({ length: 99 }, () => STORM));
		const uploads = Array.from({ length: 20 }, async () => {
			return await client.upload(IMAGE, harness.wait());
		});
		expect(await harness.timeOf(Promise.all(uploads))).toBeLessThanOrEqual(120_020);
		for (const upload of uploads) expect((await upload).problem?.kind).toBe('gatewayFault');
		expect(harness.queue.sent('create').length).toBeLessThan(30);
		expect(harness.clock.sleeping).toBe(0);
	});

	it('of an image whose bytes could not be read is made anew for the next who asks', async () => {
		const { harness, client } = toApis();
		const bytes = () => Promise.reject(new Error('gone'));
		await expect(client.upload({ ...IMAGE, bytes }, harness.wait())).rejects.toThrow('gone');
		harness.queue.faults.create.push({ reply: UPLOADED });
		expect(await harness.clock.run(client.upload(IMAGE, harness.wait()))).toEqual({
			value: UPLOADED_TO,
		});
	});

	it('is not for a gateway that takes images in the create', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution();
		expect(await harness.problemOf(client.upload(IMAGE, harness.wait()))).toEqual({
			kind: 'badParameters',
			reason: 'the gateway takes images by URL only',
		});
		expect(harness.queue.calls).toHaveLength(0);
	});
});

const TASK = { requestId: 't', modelId: 'm' };

/** What a limiter is asked for that gives no turn. */
async function askedBy(
	gateway: Gateway,
	call: (client: GatewayClient, until: WaitOptions) => Promise<unknown>,
): Promise<string[]> {
	const harness = new TaskHarness();
	const asked: string[] = [];
	const acquire: Limiter['acquire'] = async ({ kind, modelId }) =>
		void asked.push(`${kind} of ${modelId}`) as undefined;
	const { client } = harness.execution({ gateway, limiter: { acquire } });
	await harness.clock.run(call(client, harness.wait()));
	return [...new Set(asked)];
}

/** Reads a task through one fault, and says what the limiter was told. */
async function toldAfter(fault: Fault): Promise<string[]> {
	const harness = new TaskHarness();
	const task = await harness.create();
	const told: string[] = [];
	const acquire: Limiter['acquire'] = async () => ({
		accepted: () => void told.push('accepted'),
		refused: ({ retryAfterMs }) => void told.push(`refused ${retryAfterMs}`),
		end: () => undefined,
	});
	harness.queue.faults.status.push(fault);
	const { client } = harness.execution({ limiter: { acquire } });
	await harness.clock.run(client.status(task, harness.wait()));
	return told;
}

describe('the limiter', () => {
	it.each([
		['with Retry-After', { 'retry-after': '3' }, 'refused 3000'],
		['without it', {}, 'refused undefined'],
	])('is told of a 429 %s', async (_name, headers, told) => {
		expect(await toldAfter({ reply: { statusCode: 429, headers } })).toEqual([told, 'accepted']);
	});

	it('is asked for a look at the deadline as for a result, and for five seconds more', async () => {
		const harness = new TaskHarness();
		const task = await harness.create();
		const asked: string[] = [];
		const startedMs = harness.clock.nowMs();
		const acquire: Limiter['acquire'] = async ({ kind, itemDeadlineMs }, { deadlineMs }) => {
			asked.push(`${kind} ${itemDeadlineMs - startedMs} ${deadlineMs - startedMs}`);
			return FREE_TURN;
		};
		const { client } = harness.execution({ limiter: { acquire } });
		for (const forMs of [20_000, 0]) {
			await harness.clock.run(
				client.status(task, { ...harness.wait(), deadlineMs: startedMs + forMs }),
			);
		}
		expect(asked).toEqual(['poll 20000 20000', 'result 0 5020']);
	});

	it.each<[string, string, (client: GatewayClient, until: WaitOptions) => Promise<unknown>]>([
		['status', 'poll of m', async (client, until) => await client.status(TASK, until)],
		['result', 'result of m', async (client, until) => await client.result(TASK, until)],
		['cancel', 'cancel of m', async (client, until) => await client.cancel(TASK, until)],
	])('is asked for the turn of a %s as a %s', async (_verb, asked, call) => {
		expect(await askedBy(GATEWAYS.seaArtCloud, call)).toEqual([asked]);
	});

	it.each<[string, string, (client: GatewayClient, until: WaitOptions) => Promise<unknown>]>([
		['find', 'poll of m', async (client, until) => await client.find('n8n-1', 'm', until)],
		['upload', 'upload of ', async (client, until) => await client.upload(IMAGE, until)],
	])('is asked for the turn of a %s as a %s', async (_verb, asked, call) => {
		expect(await askedBy(GATEWAYS.toApis, call)).toEqual([asked]);
	});

	it('is asked for a look right at the deadline as for a result', async () => {
		const look = async (client: GatewayClient, { signal, deadlineMs }: WaitOptions) =>
			await client.status(TASK, { signal, deadlineMs: deadlineMs - 600_000 });
		expect(await askedBy(GATEWAYS.seaArtCloud, look)).toEqual(['result of m']);
	});

	it('is told of a fault of the gateway as of a call that was taken', async () => {
		expect(await toldAfter({ reply: { statusCode: 500 } })).toEqual(['accepted', 'accepted']);
	});

	it('is told nothing of a call that did not come through', async () => {
		expect(await toldAfter({ network: 'interrupted' })).toEqual(['accepted']);
	});
});

describe('find', () => {
	const body = { id: 'task_img_1', status: 'in_progress', progress: 40 };

	it('gives the task that was created under an id of our own', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution({ gateway: GATEWAYS.toApis });
		harness.queue.faults.status.push({ reply: { statusCode: 200, body } });
		const work = client.find('n8n-0123', 'flux-kontext-max', harness.wait());
		expect(await harness.clock.run(work)).toMatchObject({
			value: { requestId: 'task_img_1', modelId: 'flux-kontext-max', status: 'running' },
		});
	});

	it('outlasts a lag where it is told to, and else says that there is none', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution({ gateway: GATEWAYS.toApis });
		const unknown = { reply: { statusCode: 404, body: { error: { code: 'task_not_found' } } } };
		harness.queue.faults.status.push(unknown, { reply: { statusCode: 200, body } });
		const patient = { ...harness.wait(), retryNotFound: true };
		const found = await harness.clock.run(client.find('n8n-0123', 'm', patient));
		expect(found.value?.requestId).toBe('task_img_1');
		harness.queue.faults.status.push(unknown);
		expect(await harness.problemOf(client.find('n8n-0123', 'm', harness.wait()))).toMatchObject({
			kind: 'notFound',
		});
	});

	it('finds nothing at a gateway that keeps no ids of its callers, and sends nothing', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution();
		expect(await harness.problemOf(client.find('n8n-0123', 'm', harness.wait()))).toEqual({
			kind: 'notFound',
			reason: 'the gateway keeps no ids of its callers',
		});
		expect(harness.queue.calls).toHaveLength(0);
	});
});

describe('the model of a task', () => {
	it('is known of one that was created here', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution();
		await harness.clock.run(client.create(harness.order(), harness.wait()));
		expect(client.modelOf('task-1')).toBe('flux_kontext_max');
		expect(client.modelOf('task-2')).toBeUndefined();
	});

	it('is known of one of elsewhere once its status was read', async () => {
		const harness = new TaskHarness();
		await harness.create();
		const { client } = harness.execution();
		expect(client.modelOf('task-1')).toBeUndefined();
		await harness.clock.run(client.status({ requestId: 'task-1', modelId: 'm' }, harness.wait()));
		expect(client.modelOf('task-1')).toBe('m');
	});

	it('stays known where it is not named with a later read', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution();
		await harness.clock.run(client.create(harness.order(), harness.wait()));
		await harness.clock.run(client.status({ requestId: 'task-1', modelId: '' }, harness.wait()));
		expect(client.modelOf('task-1')).toBe('flux_kontext_max');
	});

	it('is that of no id where a create comes finished, and without one', async () => {
		const { harness, client } = toApis();
		const body = { created: 1, data: [{ url: 'https://pictures.test/1.png' }] };
		harness.queue.faults.create.push({ reply: { statusCode: 200, body } });
		const work = client.create(harness.order(), harness.wait());
		expect((await harness.clock.run(work)).value?.status).toBe('completed');
		expect(client.modelOf('')).toBeUndefined();
	});
});

it('a task of elsewhere holds no place: that it has ended frees none', async () => {
	const harness = new TaskHarness();
	const task = await harness.create();
	await harness.clock.pass(10_000);
	const { client } = harness.execution();
	const { value } = await harness.clock.run(client.status(task, harness.wait()));
	expect(value?.status).toBe('completed');
});
