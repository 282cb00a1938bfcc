import type { Limiter } from '../../../nodes/FluxImage/client/limiter';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

const IMAGE = {
	digest: 'abc',
	fileName: 'a.png',
	contentType: 'image/png',
	bytes: async () => Buffer.alloc(10 ** 7),
};

describe('an upload', () => {
	it('has longer than other calls: 30 s, and the time of its bytes at 2 Mbit/s', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution({ gateway: GATEWAYS.toApis });
		harness.queue.faults.create.push(...Array.from({ length: 9 }, () => ({ hang: true })));
		await harness.clock.run(client.upload(IMAGE, harness.wait(100_000)));
		const [gapMs] = harness.gapsMs('create');
		expect(gapMs).toBe(30_000 + 40_000 + 375);
	});

	it('of the same image is sent once, however many items use it', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution({ gateway: GATEWAYS.toApis });
		const body = { success: true, data: { url: 'https://files.test/1.png' } };
		harness.queue.faults.create.push({ reply: { body } });
		const uploads = [1, 2, 3].map(async () => await client.upload(IMAGE, harness.wait()));
		expect(await harness.clock.run(Promise.all(uploads))).toEqual(
			Array.from({ length: 3 }, () => ({ value: 'https://files.test/1.png' })),
		);
		expect(harness.queue.sent('create')).toHaveLength(1);
	});

	it('is not for a gateway that takes images in the create', async () => {
		const harness = new TaskHarness();
		const { client } = harness.execution();
		expect(await harness.problemOf(client.upload(IMAGE, harness.wait()))).toMatchObject({
			kind: 'badParameters',
		});
		expect(harness.queue.calls).toHaveLength(0);
	});
});

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

	it('is told of a fault of the gateway as of a call that was taken', async () => {
		expect(await toldAfter({ reply: { statusCode: 500 } })).toEqual(['accepted', 'accepted']);
	});

	it('is told nothing of a call that did not come through', async () => {
		expect(await toldAfter({ network: 'interrupted' })).toEqual(['accepted']);
	});
});
