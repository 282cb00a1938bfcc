import { nodePorts } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const TO_APIS: Ask = { gateway: 'toApis' };

const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 50 } as const;

/** The create is taken, and its answer lost. */
const lostAnswer = (times = 1) =>
	harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance', times });

/** The ids of our own that creates carried. */
const ownIds = () =>
	harness.sandbox.ledger
		.where({ call: 'create' })
		.map(({ body }) => (body as Record<string, unknown>)['client_business_id']);

describe("ToAPIs' create whose answer was lost", () => {
	it('is found by the id of our own, and goes on as if the answer had come', async () => {
		lostAnswer();
		const { items, error } = await harness.run(TO_APIS);
		expect(error).toBeUndefined();
		expect(items[0]!.json).toMatchObject({
			requestId: harness.taskIds()[0],
			status: 'completed',
		});
		expect(harness.creates()).toBe(1);
	});

	it('is doubtful where it is not found, and is not sent again', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', times: 1 });
		const { error } = await harness.run({ ...TO_APIS, options: { timeout: 1 } });
		expect(error!.message).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it('is doubtful where the look-up itself is refused', async () => {
		lostAnswer();
		harness.sandbox.faults.add({ call: 'status', fault: '403' });
		const { error } = await harness.run({ ...TO_APIS, options: { timeout: 1 } });
		expect(error!.message).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it('is found late by Retry On Fail, which looks first', async () => {
		lostAnswer();
		harness.sandbox.faults.add({ call: 'status', fault: '503', times: 1 });
		harness.sandbox.faults.add({ call: 'status', fault: '403', times: 1 });
		const { items, error } = await harness.run({
			...TO_APIS,
			options: { timeout: 2 },
			settings: RETRIES,
		});
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.creates()).toBe(1);
	});

	it("is found by a person's Retry too", async () => {
		lostAnswer();
		harness.sandbox.faults.add({ call: 'status', fault: '403', times: 50 });
		const failed = await harness.run({ ...TO_APIS, options: { timeout: 1 } });
		expect(failed.error).toBeDefined();
		harness.sandbox.faults.clear();
		const contextData = JSON.parse(JSON.stringify(failed.contextData)) as typeof failed.contextData;
		const retry = { contextData, executionId: '2', mode: 'retry' } as const;
		const { items } = await harness.run({ ...TO_APIS, ...retry, options: { timeout: 1 } });
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.creates()).toBe(1);
	});

	it('is found under its key by a process that knows nothing of it', async () => {
		const options = { payOnceKey: '7' };
		lostAnswer();
		// The look before the create is answered; those after it are not.
		harness.sandbox.faults.add({ call: 'status', fault: 'unknownTask', times: 1 });
		harness.sandbox.faults.add({ call: 'status', fault: '403', times: 50 });
		await harness.run({ ...TO_APIS, options: { ...options, timeout: 1 } });
		harness.sandbox.faults.clear();
		const { items } = await harness.run({
			...TO_APIS,
			options,
			executionId: '2',
			ports: nodePorts(),
		});
		expect(items[0]!.json).toMatchObject({ status: 'completed', reused: true });
		expect(harness.creates()).toBe(1);
	});

	it('is not sent where nothing tells that its key is free', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: '403' });
		const { error } = await harness.run({ ...TO_APIS, options: { payOnceKey: '9' } });
		expect(error!.context).toMatchObject({ failure: { problem: 'notAllowed', paid: 'maybe' } });
		expect(harness.creates()).toBe(0);
	});
});

describe('A task that is found', () => {
	it.each(['failed', 'moderated'])('and %s is not made anew in the same attempt', async (end) => {
		lostAnswer();
		const { error } = await harness.run({ ...TO_APIS, prompts: [`[${end}] An apple`] });
		expect(error!.context).toMatchObject({ failure: { paid: 'yes' } });
		expect(harness.creates()).toBe(1);
	});
});

it('An error beside success that passes is no end of a task that is found under its key', async () => {
	const options = { payOnceKey: '10' };
	await harness.run({ ...TO_APIS, options, executionId: '1' });
	const [id] = harness.taskIds();
	const body = { id, status: 'completed', error: 'Uploading to the CDN' };
	harness.sandbox.faults.add({ call: 'status', fault: { statusCode: 200, body }, times: 1 });
	const later = { options, executionId: '2', ports: nodePorts() };
	const { items } = await harness.run({ ...TO_APIS, ...later });
	expect(items[0]!.json).toMatchObject({ requestId: id, status: 'completed', reused: true });
	expect(harness.creates()).toBe(1);
});

describe("The id of our own that a ToAPIs' create carries", () => {
	it('is another for each create, and stays through a re-send', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '429', times: 1 });
		await harness.run({ ...TO_APIS, prompts: ['An apple'] });
		await harness.run(TO_APIS);
		const [first, again, second] = ownIds();
		expect(first).toMatch(/^n8n-[0-9a-f]{32}$/);
		expect(again).toBe(first);
		expect(second).not.toBe(first);
	});

	it('is in the log before the create is sent', async () => {
		const execution = harness.start(TO_APIS);
		await execution.finished;
		const lines = execution.log().filter((line) => line.includes(String(ownIds()[0])));
		expect(lines).toHaveLength(1);
	});

	it('of a key is that of the number of its try: a task that failed has the one before', async () => {
		const options = { payOnceKey: '8' };
		await harness.run({ ...TO_APIS, options, prompts: ['[failed] An apple'] });
		await harness.run({ ...TO_APIS, options, executionId: '2' });
		const [first, second] = ownIds();
		expect(second).toMatch(/^n8n-[0-9a-f]{32}$/);
		expect(second).not.toBe(first);
	});

	it('is left out, for this account, once a 400 has named its field', async () => {
		harness.sandbox.quirks.set({ clientBusinessId: 'refused' });
		const { error } = await harness.run(TO_APIS);
		expect(error).toBeUndefined();
		await harness.run(TO_APIS);
		expect(ownIds().map((id) => id !== undefined)).toEqual([true, false, false]);
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});
});
