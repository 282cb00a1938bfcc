import type { Order, SharedName } from '../../../nodes/FluxImage/tasks/order';
import { KEEPS_OWN_IDS, type Fault } from './fakeQueue';
import { KEY, TaskHarness } from './taskHarness';

const REFUSED: Fault = { reply: { statusCode: 422, body: { error: 'no' } } };

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const order = (more: Partial<Order> = {}): Order => ({
	...harness.order(0, undefined, KEY),
	...more,
});

const sent = (kind: 'create' | 'status' | 'find') => harness.queue.sent(kind).length;

describe('An order beyond Max Paid Tasks', () => {
	it('is not sent, says so, and gives its key back', async () => {
		const problem = await harness.problemOf(
			harness.generate(harness.production(), order({ maxPaidTasks: 0 })),
		);
		expect(problem).toEqual({ kind: 'limitReached', modelId: 'flux_kontext_max' });
		expect(sent('create')).toBe(0);
		expect(harness.database.names.size).toBe(0);
	});

	it('leaves the places of others: a refused create gives its own back', async () => {
		const one = harness.production();
		harness.queue.faults.create.push(REFUSED);
		await harness.problemOf(harness.generate(one, order({ maxPaidTasks: 1 })));
		await harness.taskOf(harness.generate(one, order({ maxPaidTasks: 1 })));
		const other = harness.order(1);
		expect(
			(await harness.problemOf(harness.generate(one, { ...other, maxPaidTasks: 1 }))).kind,
		).toBe('limitReached');
	});
});

describe('A task under the key', () => {
	it('that came finished and without an id is taken as it came', async () => {
		const pictures = ['https://pictures.test/1.png'];
		const row = { requestId: '', modelId: 'flux_kontext_max', request: '', atMs: 1 };
		harness.orders.rows.set(KEY.name, { ...row, pictures });
		const { task } = await harness.clock.run(harness.generate(harness.production(), order()));
		expect(task).toMatchObject({ status: 'completed', images: [{ url: pictures[0] }] });
		expect([sent('create'), sent('status')]).toEqual([0, 0]);
	});

	it('of a test run that came finished and without an id is taken as it came, too', async () => {
		const shared: SharedName = { kind: 'testRun', name: 'testRun/1/0' };
		const pictures = ['https://pictures.test/1.png'];
		const row = { requestId: '', modelId: 'flux_kontext_max', request: '', atMs: 1 };
		harness.orders.rows.set(shared.name, { ...row, pictures });
		const { task, reuse } = await harness.clock.run(
			harness.generate(harness.production(), harness.order(0, undefined, shared)),
		);
		expect(task).toMatchObject({ status: 'completed', images: [{ url: pictures[0] }] });
		expect(reuse?.kind).toBe('testRun');
		expect([sent('create'), sent('status')]).toEqual([0, 0]);
	});

	it('whose state cannot be read just now is not made anew', async () => {
		await harness.clock.run(harness.create(harness.production(), order()));
		harness.queue.faults.status.push(REFUSED);
		const { requestId } = await harness.clock.run(harness.create(harness.production(), order()));
		expect(requestId).toBe('task-1');
		expect(sent('create')).toBe(1);
	});

	it('that has failed is made anew, for the same request too', async () => {
		harness.queue.ending = 'failed';
		await harness.clock.run(harness.create(harness.production(), order()));
		await harness.clock.run(harness.clock.sleep(10_000));
		harness.queue.ending = 'completed';
		const { requestId } = await harness.clock.run(harness.create(harness.production(), order()));
		expect(requestId).toBe('task-2');
	});
});

describe('At a gateway that keeps own ids', () => {
	it('a create whose image cannot be had is not sent', async () => {
		const build: Order['build'] = async () => ({ problem: { kind: 'interrupted' } });
		const broken = harness.generate(
			harness.worker({}, { gateway: KEEPS_OWN_IDS }),
			order({ build }),
		);
		await harness.problemOf(broken);
		expect(sent('create')).toBe(0);
	});

	it('a refused create is not looked for', async () => {
		harness.queue.faults.create.push(REFUSED);
		const refused = harness.execution({ gateway: KEEPS_OWN_IDS });
		expect(await harness.problemOf(harness.generate(refused, harness.order()))).toMatchObject({
			kind: 'badParameters',
			modelId: 'flux_kontext_max',
		});
		expect(sent('find')).toBe(0);
	});

	it('Stop is the word for a look that it cut, whoever holds the claim', async () => {
		harness.database.names.add(KEY.name);
		const stopped = harness.worker({}, { gateway: KEEPS_OWN_IDS });
		harness.queue.faults.find.push({ hang: true });
		harness.after(200, harness.stopButton());
		expect(await harness.problemOf(harness.generate(stopped, order()))).toEqual({
			kind: 'stopped',
		});
	});
});

describe('Why a key sends nothing', () => {
	it('is said where another has claimed it', async () => {
		harness.database.names.add(KEY.name);
		expect(await harness.problemOf(harness.generate(harness.production(), order()))).toEqual({
			kind: 'alreadyOrdered',
			reason:
				'by another execution, by one that was killed, or so long ago that its task is forgotten',
		});
	});

	it('is said where n8n does not answer: another may have paid', async () => {
		harness.database.answerMs = 60_000;
		const hasty = order({ deadlineMs: harness.clock.nowMs() + 5_000 });
		expect(await harness.problemOf(harness.generate(harness.production(), hasty))).toEqual({
			kind: 'notSentInTime',
			reason: 'n8n did not answer in time whether the Pay Once Key is free',
			mayBePaid: true,
		});
	});

	it("is said where another execution's create has no answer in the item's time", async () => {
		harness.queue.faults.create.push({ hang: true });
		const slow = harness.generate(harness.production(), order());
		const hasty = order({ deadlineMs: harness.clock.nowMs() + 1_000 });
		expect(await harness.problemOf(harness.generate(harness.production(), hasty))).toEqual({
			kind: 'createUncertain',
			reason: 'another execution was sending it, and had no answer yet when the time was up',
		});
		await harness.clock.run(slow);
	});
});
