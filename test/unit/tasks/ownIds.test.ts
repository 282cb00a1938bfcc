import { Orders } from '../../../nodes/FluxImage/accounts/orders';
import { KeptOrders, type StaticData } from '../../../nodes/FluxImage/tasks/keptOrders';
import type { Order, SharedName } from '../../../nodes/FluxImage/tasks/order';
import { KEEPS_OWN_IDS, UNKNOWN_TASK, type Fault } from './fakeQueue';
import { KEY, TaskHarness } from './taskHarness';

const LOST_ANSWER: Fault = { network: 'interrupted', accepted: true };
const NEVER_ARRIVED: Fault = { network: 'interrupted' };
const NOT_ALLOWED: Fault = { reply: { statusCode: 403 } };
const NOT_YET_KNOWN: Fault = { reply: UNKNOWN_TASK };

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

/** An attempt of one execution. */
const attempt = (executionId = '1') => harness.execution({ executionId, gateway: KEEPS_OWN_IDS });

/** Looks by an own id are refused, however often they are tried, until that is over. */
const refuseLooks = () =>
	harness.queue.faults.find.push(...Array.from({ length: 100 }, () => NOT_ALLOWED));
const answerLooks = () => void (harness.queue.faults.find.length = 0);

const creates = () => harness.queue.sent('create').length;
const looks = () => harness.queue.sent('find').length;

describe('A create whose answer was lost, at a gateway that keeps the ids of its callers', () => {
	beforeEach(() => harness.queue.faults.create.push(LOST_ANSWER));

	it('is found by its own id, and goes on as if the answer had come', async () => {
		const task = await harness.taskOf(harness.generate(attempt()));
		expect(task).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect([creates(), looks()]).toEqual([1, 1]);
	});

	it('is found late', async () => {
		harness.queue.faults.find.push(NOT_YET_KNOWN, NOT_YET_KNOWN);
		await harness.taskOf(harness.generate(attempt()));
		expect([creates(), looks()]).toEqual([1, 3]);
	});

	it('is a new task of this attempt: its failure is not made up for by another', async () => {
		harness.queue.ending = 'failed';
		expect(await harness.problemOf(harness.generate(attempt()))).toMatchObject({
			kind: 'failed',
			requestId: 'task-1',
		});
		expect(creates()).toBe(1);
	});

	it('is cancelled by Stop once it is found', async () => {
		const execution = attempt();
		harness.queue.jobMs = Infinity;
		harness.after(3_000, harness.stopButton());
		await harness.problemOf(harness.generate(execution));
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(1);
	});

	it('is not cancelled by Stop where it had ended when it was found', async () => {
		const execution = attempt();
		harness.queue.jobMs = 0;
		await harness.clock.run(harness.create(execution));
		harness.stop();
		await harness.clock.run(execution.activeTasks.close());
		expect(harness.queue.sent('cancel')).toHaveLength(0);
	});

	it('is found by the next attempt, which looks first', async () => {
		refuseLooks();
		expect((await harness.problemOf(harness.generate(attempt()))).kind).toBe('createUncertain');
		answerLooks();
		const { requestId } = await harness.taskOf(harness.generate(attempt()));
		expect(requestId).toBe('task-1');
		expect(creates()).toBe(1);
	});

	it('of an earlier attempt that has failed since is made anew', async () => {
		refuseLooks();
		harness.queue.ending = 'failed';
		await harness.problemOf(harness.generate(attempt()));
		answerLooks();
		harness.queue.ending = 'completed';
		const { requestId } = await harness.taskOf(harness.generate(attempt()));
		expect(requestId).toBe('task-2');
	});

	it("is found by a person's Retry", async () => {
		refuseLooks();
		await harness.problemOf(harness.generate(attempt()));
		answerLooks();
		expect((await harness.taskOf(harness.generate(attempt('2')))).requestId).toBe('task-1');
		expect(creates()).toBe(1);
	});
});

describe('A create that never arrived', () => {
	beforeEach(() => harness.queue.faults.create.push(NEVER_ARRIVED));

	it('is looked for as long as a lag may last, and stays in doubt', async () => {
		const ending = harness.generate(attempt());
		const tookMs = await harness.timeOf(ending);
		expect((await ending).problem?.kind).toBe('createUncertain');
		expect(tookMs).toBeGreaterThan(5_000);
		expect(tookMs).toBeLessThan(11_000);
		expect(creates()).toBe(1);
	});

	it("is looked for no longer than its item's time", async () => {
		expect(await harness.timeOf(harness.generate(attempt(), harness.order(0, 2_000)))).toBeLessThan(
			2_100,
		);
	});

	it('is not sent by the next attempt, which does not find it either', async () => {
		await harness.problemOf(harness.generate(attempt()));
		expect(await harness.problemOf(harness.generate(attempt()))).toMatchObject({
			kind: 'createUncertain',
			reason: 'an earlier attempt of this execution sent it already',
		});
		expect(creates()).toBe(1);
	});
});

describe('The id of the own that a create carries', () => {
	it('is drawn, 32 hexadecimals, and in the log before the create is sent', async () => {
		const digits = Array.from({ length: 64 }, (_, index) => ((index * 7) % 16) / 16);
		harness = new TaskHarness(() => digits.shift() ?? 0);
		await harness.taskOf(harness.generate(attempt()));
		const carried = `n8n-${'07e5c3a18f6d4b29'.repeat(2)}`;
		expect(harness.queue.ownIds).toEqual([carried]);
		expect(harness.log[0]).toBe(`A task of item 0 is sent to SeaArt Cloud as ${carried}`);
	});

	it('is absent at a gateway that keeps none', async () => {
		await harness.taskOf(harness.generate());
		expect(harness.queue.ownIds).toEqual([undefined]);
		expect(harness.log.join()).not.toContain('is sent to');
	});

	it('is not looked for at such a gateway', async () => {
		harness.queue.faults.create.push(LOST_ANSWER);
		await harness.problemOf(harness.generate());
		expect(looks()).toBe(0);
	});
});

/** A create that is refused so. */
const refusedAs = (error: string): Fault => ({ reply: { statusCode: 400, body: { error } } });

describe('A refusal that the own id is taken already', () => {
	it.each([
		'own_id already exists',
		'own_id: duplicate value',
		'own_id has been taken',
		'own_id must be unique',
		'Duplicate id',
		'own_id 已存在',
	])('is a doubt, and not sent without the id: %s', async (words) => {
		harness.queue.faults.create.push(refusedAs(words));
		const execution = attempt();
		expect((await harness.problemOf(harness.generate(execution))).kind).toBe('createUncertain');
		expect(creates()).toBe(1);
		expect(looks()).toBeGreaterThan(0);
		expect(execution.client.keepsOwnIds).toBe(true);
	});

	it('finds the task by the id', async () => {
		harness.queue.faults.create.push({ ...refusedAs('own_id already exists'), accepted: true });
		expect((await harness.taskOf(harness.generate(attempt()))).requestId).toBe('task-1');
		expect(creates()).toBe(1);
	});
});

describe('A refusal that dislikes the field of the own id', () => {
	it.each([
		'own_id: extra fields not permitted',
		'unknown field own_id',
		'own_id is not supported',
		'no field of that name exists: own_id',
		'own_id must be a number',
	])('is sent again without it: %s', async (words) => {
		harness.queue.faults.create.push(refusedAs(words));
		const execution = attempt();
		await harness.taskOf(harness.generate(execution));
		expect([creates(), looks()]).toEqual([2, 0]);
		expect(execution.client.keepsOwnIds).toBe(false);
	});
});

it('A refusal of something else that is there twice is a refusal', async () => {
	harness.queue.faults.create.push(refusedAs('image_urls: duplicate address'));
	expect((await harness.problemOf(harness.generate(attempt()))).kind).toBe('badParameters');
	expect(creates()).toBe(1);
});

const ofKey = (item = 0): Order => harness.order(item, undefined, KEY);

/** An execution with the key, in a process that knows nothing, with what n8n has kept. */
const process = (data?: StaticData, orders = new Orders()) =>
	harness.worker(data, { orders, gateway: KEEPS_OWN_IDS });

describe("A key's own ids", () => {
	it('are the same in every process, another for each try: past a task that failed', async () => {
		harness.queue.ending = 'failed';
		await harness.problemOf(harness.generate(process(), ofKey()));
		harness.queue.ending = 'completed';
		await harness.taskOf(harness.generate(process(), ofKey()));
		const [first, second] = harness.queue.ownIds;
		expect([first, second]).toEqual([
			expect.stringMatching(/^n8n-[0-9a-f]{32}$/),
			expect.stringMatching(/^n8n-[0-9a-f]{32}$/),
		]);
		expect(second).not.toBe(first);
		harness.queue.tasks.clear();
		harness.database.names.clear();
		await harness.taskOf(harness.generate(process(), ofKey()));
		expect(harness.queue.ownIds).toEqual([first]);
	});

	it('of two keys are not the same', async () => {
		await harness.taskOf(harness.generate(process(), ofKey()));
		const other: SharedName = { kind: 'key', name: 'key/node/8' };
		await harness.taskOf(harness.generate(process(), harness.order(0, undefined, other)));
		const [first, second] = harness.queue.ownIds;
		expect(second).not.toBe(first);
	});

	it('find the task that a process made which is no more, whatever is asked for now', async () => {
		await harness.taskOf(harness.generate(process(), ofKey()));
		const { task, reuse } = await harness.clock.run(harness.generate(process(), ofKey(1)));
		expect(task).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(reuse).toEqual({ kind: 'key', requestChanged: false });
		expect(creates()).toBe(1);
	});

	it('find no task that another process has claimed and not sent yet: it is not sent', async () => {
		harness.database.names.add(KEY.name);
		expect((await harness.problemOf(harness.generate(process(), ofKey()))).kind).toBe(
			'alreadyOrdered',
		);
		expect(creates()).toBe(0);
	});

	it('that cannot be looked for send nothing where the claim is taken', async () => {
		harness.database.names.add(KEY.name);
		refuseLooks();
		expect(await harness.problemOf(harness.generate(process(), ofKey()))).toMatchObject({
			kind: 'notAllowed',
			mayBePaid: true,
		});
		expect(creates()).toBe(0);
	});

	it('that cannot be looked for do not keep the winner of the claim from sending', async () => {
		refuseLooks();
		await harness.taskOf(harness.generate(process(), ofKey()));
		expect(creates()).toBe(1);
	});

	it('are not looked for to an end after Stop, and nothing is sent', async () => {
		const execution = process();
		harness.queue.faults.find.push({ hang: true });
		harness.after(200, harness.stopButton());
		expect((await harness.problemOf(harness.generate(execution, ofKey()))).kind).toBe('stopped');
		expect(creates()).toBe(0);
	});

	it.each([
		['Stop', () => harness.stop()],
		["another item's failure", () => harness.fail()],
	])('give the claim back where %s ends the look-up: the next one orders', async (_, end) => {
		const execution = process();
		harness.queue.faults.find.push({ hang: true });
		harness.after(200, end);
		expect((await harness.problemOf(harness.generate(execution, ofKey()))).kind).toBe('stopped');
		expect(harness.database.names.size).toBe(0);
		await harness.taskOf(harness.generate(process(), ofKey()));
		expect(creates()).toBe(1);
	});

	it('pass the turn on to who waits in the same process, where the look-up is stopped', async () => {
		const orders = new Orders();
		const stopped = process({}, orders);
		harness.queue.faults.find.push({ hang: true });
		harness.after(200, harness.stopButton());
		const first = harness.generate(stopped, ofKey());
		const second = harness.generate(process({}, orders), ofKey());
		expect((await harness.problemOf(first)).kind).toBe('stopped');
		expect((await harness.taskOf(second)).requestId).toBe('task-1');
		expect(creates()).toBe(1);
	});

	it('say that the look-up was not answered where it is not in time, and give the claim back', async () => {
		const FAULT: Fault = { reply: { statusCode: 500 } };
		harness.queue.faults.find.push(...Array.from({ length: 100 }, () => FAULT));
		const hasty = harness.order(0, 5_000, KEY);
		expect(await harness.problemOf(harness.generate(process(), hasty))).toEqual({
			kind: 'notSentInTime',
			reason: 'the gateway did not answer in time whether it has a task of this Pay Once Key',
		});
		expect([creates(), harness.database.names.size]).toEqual([0, 0]);
	});

	it('keep the claim of another where the look-up is stopped', async () => {
		harness.database.names.add(KEY.name);
		const execution = process();
		harness.queue.faults.find.push({ hang: true });
		harness.after(200, harness.stopButton());
		await harness.problemOf(harness.generate(execution, ofKey()));
		expect(harness.database.names.has(KEY.name)).toBe(true);
	});

	it('leave the doubt of an earlier execution, where the look-up is stopped', async () => {
		const context = {};
		harness.queue.faults.create.push(LOST_ANSWER);
		harness.queue.faults.find.push(undefined);
		refuseLooks();
		const earlier = harness.execution({
			...{ executionId: 'a', gateway: KEEPS_OWN_IDS, context, orders: new Orders() },
		});
		await harness.problemOf(harness.generate(earlier, ofKey()));
		const retry = harness.execution({
			...{ executionId: 'b', gateway: KEEPS_OWN_IDS, context, orders: new Orders() },
			claims: harness.database,
		});
		harness.after(10_200, harness.stopButton());
		harness.queue.faults.find.unshift({ hang: true }, { hang: true });
		expect((await harness.problemOf(harness.generate(retry, ofKey()))).kind).toBe('stopped');
		expect([creates(), harness.database.names.size]).toEqual([1, 0]);
		expect(retry.ledger.paidFor(ofKey().key)).toBe('maybe');
	});

	it('that cannot be looked for send nothing where an earlier execution left a doubt, though the claim is won', async () => {
		const context = {};
		const options = { gateway: KEEPS_OWN_IDS, context, orders: new Orders() };
		harness.queue.faults.create.push(NEVER_ARRIVED);
		await harness.problemOf(
			harness.generate(harness.execution({ ...options, executionId: 'a' }), ofKey()),
		);
		const retry = harness.worker({}, { gateway: KEEPS_OWN_IDS, context, executionId: 'b' });
		refuseLooks();
		expect(await harness.problemOf(harness.generate(retry, ofKey()))).toMatchObject({
			kind: 'notAllowed',
			mayBePaid: true,
		});
		expect([creates(), harness.database.names.size]).toEqual([1, 0]);
	});

	it('are fifty at most: then each try has the one after', async () => {
		harness.queue.ending = 'failed';
		for (let order = 0; order < 52; order++) {
			await harness.problemOf(harness.generate(process(), ofKey()));
		}
		expect(new Set(harness.queue.ownIds).size).toBe(51);
	});

	it('outlive the process in static data: a create in doubt is looked for, and found', async () => {
		const data: StaticData = {};
		harness.queue.faults.create.push(LOST_ANSWER);
		// The look before the create is answered.
		harness.queue.faults.find.push(undefined);
		refuseLooks();
		const doubtful = await harness.problemOf(harness.generate(process(data), ofKey()));
		expect(doubtful.kind).toBe('createUncertain');
		answerLooks();
		const { task, reuse } = await harness.clock.run(harness.generate(process(data), ofKey(1)));
		expect(task?.requestId).toBe('task-1');
		expect(reuse).toEqual({ kind: 'key', requestChanged: true });
		expect(creates()).toBe(1);
	});

	it('stay with the order once its task is known', async () => {
		const orders = new Orders();
		const data: StaticData = {};
		await harness.taskOf(harness.generate(process(data, orders), ofKey()));
		const [ownId] = harness.queue.ownIds;
		expect(orders.rows.get(KEY.name)).toMatchObject({ requestId: 'task-1', ownId });
		const kept = new KeptOrders(() => data, 'node', new Orders(), 'key/node/');
		expect(kept.get(KEY.name)).toMatchObject({ requestId: 'task-1', ownId });
	});
});

describe('A test run whose create is in doubt', () => {
	const shared: SharedName = { kind: 'testRun', name: 'testRun/1/0' };
	const press = (executionId: string, timeoutMs?: number) =>
		harness.generate(
			harness.execution({ executionId, gateway: KEEPS_OWN_IDS, context: {} }),
			harness.order(0, timeoutMs, shared),
		);

	beforeEach(() => harness.queue.faults.create.push(LOST_ANSWER));

	/** Its look-up comes to nothing; those of the next test run are answered. */
	const doubt = async () => {
		refuseLooks();
		expect((await harness.problemOf(press('1'))).kind).toBe('createUncertain');
		answerLooks();
	};

	it('is looked up by the next one, which takes the task and pays nothing', async () => {
		await doubt();
		const { task, reuse } = await harness.clock.run(press('2'));
		expect(task?.requestId).toBe('task-1');
		expect(reuse).toEqual({ kind: 'testRun', requestChanged: false });
		expect(creates()).toBe(1);
	});

	it('is made anew where its task has failed', async () => {
		harness.queue.ending = 'failed';
		await doubt();
		harness.queue.ending = 'completed';
		await harness.clock.run(harness.clock.sleep(10_000));
		expect((await harness.taskOf(press('2'))).requestId).toBe('task-2');
	});

	it('is made anew where the gateway knows no such task', async () => {
		await doubt();
		harness.queue.tasks.clear();
		expect((await harness.clock.run(press('2'))).reuse).toBeUndefined();
		expect(creates()).toBe(2);
	});

	it('stays in doubt, and sends nothing, where the look-up is not answered', async () => {
		await doubt();
		const FAULT: Fault = { reply: { statusCode: 500 } };
		harness.queue.faults.find.push(...Array.from({ length: 100 }, () => FAULT));
		expect((await harness.problemOf(press('2', 5_000))).kind).toBe('createUncertain');
		expect(creates()).toBe(1);
	});
});
