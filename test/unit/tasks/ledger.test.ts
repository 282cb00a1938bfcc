import { Orders } from '../../../nodes/FluxImage/accounts/orders';
import { Ledger } from '../../../nodes/FluxImage/tasks/ledger';
import { type OrderKey } from '../../../nodes/FluxImage/tasks/order';

const task = { requestId: 'task-1', modelId: 'flux_kontext_max' };
const create = {
	runIndex: 0,
	itemIndex: 0,
	origin: ['{{ $json.prompt }}'],
	payload: { prompt: 'An apple' },
};
const nextTry = { ...create, runIndex: 1 };

/** The ledger of an execution; its task by an order, and whether the order is begun. */
class Book extends Ledger {
	constructor(context: object, executionId: string, isTool = false) {
		super({
			context: context as Record<string, unknown>,
			executionId,
			isTool,
			orders: new Orders(),
			dateMs: () => 1_000,
		});
	}

	get = (key: OrderKey) => this.ofAttempts(key)?.task;
	isUncertain = (key: OrderKey) => this.begunBefore(key)?.isOfThisExecution === true;
}

const nodeOf = (context: object) => new Book({ ...context }, '1');
const toolOf = (context: Record<string, unknown>) => new Book(context, '1', true);

describe('What a node remembers of its tasks', () => {
	it('is there for the next attempt, and lies in one field of the context', () => {
		const context = {};
		new Book(context, '1').made(create, task);
		expect(Object.keys(context)).toEqual(['fluxImageTasks']);
		expect(nodeOf(context).get(create)).toEqual(task);
		expect(nodeOf(context).get(create)).toEqual(task);
		expect(nodeOf(context).get(nextTry)).toBeUndefined();
	});

	it('is named by the run and the item alone, whatever is sent (FAULTS A1)', () => {
		const context = {};
		const first = new Book(context, '1');
		first.made(create, task);
		const changed = { ...create, payload: { prompt: 'A pear' }, origin: ['another'] };
		expect(new Book(context, '1').get(changed)).toEqual(task);
		expect(new Book(context, '1').get({ ...create, itemIndex: 1 })).toBeUndefined();
	});

	it('is there in another execution only where the order comes from the same', () => {
		const context = {};
		new Book(context, '1').made(create, task);
		const retry = new Book(context, '2');
		expect(retry.get({ ...create, payload: { prompt: 'A pear' } })).toEqual(task);
		expect(retry.get({ ...create, origin: ['another'] })).toBeUndefined();
	});

	it('is named by the image too, where each has a task; the first as if it were alone', () => {
		const context = {};
		const book = new Book(context, '1');
		book.made(create, task);
		book.made({ ...create, number: 1 }, { ...task, requestId: 'task-2' });
		const later = new Book(context, '1');
		expect(later.get(create)?.requestId).toBe('task-1');
		expect(later.get({ ...create, number: 1 })?.requestId).toBe('task-2');
		expect(later.get({ ...create, number: 2 })).toBeUndefined();
		expect(Object.keys((context as Record<string, object>)['fluxImageTasks']!)).toEqual([
			'0/0',
			'0/0/1',
		]);
	});

	it('says of an item whether any of its images was paid for, and of no other item', () => {
		const book = new Book({}, '1');
		book.made({ ...create, number: 2 }, task);
		expect(book.paidBefore(create)).toBe('yes');
		expect(book.paidBefore({ ...create, itemIndex: 1 })).toBe('no');
		expect(book.paidBefore({ ...create, runIndex: 1 })).toBe('no');
	});

	it('counts no create of another image that is on its way: what it comes to is told by itself', () => {
		const book = new Book({}, '1');
		const second = { ...create, number: 1 };
		book.begin(second, task.modelId);
		expect(book.paidFor(create)).toBe('no');
		book.doubt(second, { kind: 'createUncertain' });
		expect(book.paidFor(create)).toBe('maybe');
		book.begin(second, task.modelId);
		book.made(second, task);
		expect(book.paidFor(create)).toBe('yes');
		// Of an earlier attempt nothing is on its way any more.
		const context = {};
		new Book(context, '1').begin(second, task.modelId);
		expect(new Book(context, '1').paidFor(create)).toBe('maybe');
	});

	it('tells images of one call of a tool apart, whose payloads are the same', () => {
		const context = {};
		const book = toolOf(context);
		book.made(create, task);
		book.made({ ...create, number: 1 }, { ...task, requestId: 'task-2' });
		book.publish();
		const next = toolOf(context);
		expect(next.get({ ...create, number: 1 })?.requestId).toBe('task-2');
		expect(next.get(create)?.requestId).toBe('task-1');
	});

	it('has the seed that was sent, whatever a later attempt would send', () => {
		const context = {};
		const book = new Book(context, '1');
		book.begin({ ...create, seed: 5 }, task.modelId);
		book.made({ ...create, seed: 5 }, task);
		expect(new Book(context, '1').seedOf({ ...create, seed: 6 })).toBe(5);
		book.begin({ ...create, number: 1 }, task.modelId);
		expect(book.seedOf({ ...create, number: 1, seed: 6 })).toBeUndefined();
	});

	it("has no seed of another's task, unless it was made from the very same", () => {
		const book = new Book({}, '1');
		const key = { ...create, seed: 5 };
		book.takeOver(key, task, { kind: 'key', requestChanged: false });
		expect(book.seedOf(key)).toBeUndefined();
		book.takeOver(key, task, { kind: 'testRun', requestChanged: false });
		expect(book.seedOf(key)).toBe(5);
	});

	it('holds no payload, and of the origin its digest alone', () => {
		const context: Record<string, unknown> = {};
		new Book(context, '1').made(create, task);
		expect(context['fluxImageTasks']).toEqual({
			'0/0': {
				...task,
				executionId: '1',
				origin: expect.stringMatching(/^[0-9a-f]{32}$/),
				request: expect.stringMatching(/^[0-9a-f]{32}$/),
				atMs: 1_000,
			},
		});
	});

	it('is uncertain from before the create until its id is there, and free after a refusal', () => {
		const context = {};
		const tasks = new Book(context, '1');
		tasks.begin(create, task.modelId);
		expect(new Book(context, '1').isUncertain(create)).toBe(true);
		expect(new Book(context, '2').isUncertain(create)).toBe(false);
		expect(tasks.get(create)).toBeUndefined();
		tasks.made(create, task);
		expect(tasks.isUncertain(create)).toBe(false);
		tasks.unwrite(create);
		expect(tasks.get(create)).toBeUndefined();
	});

	it('of a tool has half of a SHA-256 in hexadecimals in its name', () => {
		const context: Record<string, object> = {};
		const first = toolOf(context);
		first.made(create, task);
		first.publish();
		expect(Object.keys(context['fluxImageTasks']!)[0]).toMatch(/^tool\/0\/[0-9a-f]{32}$/);
	});
});

describe("What an agent's tool remembers", () => {
	it('is handed on to the next try only where it failed', () => {
		const context = {};
		const first = toolOf(context);
		first.made(create, task);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
		first.publish();
		expect(toolOf(context).get(nextTry)).toEqual(task);
	});

	it('goes to one call, which hands it on where it fails too', () => {
		const context = {};
		const first = toolOf(context);
		first.made(create, task);
		first.publish();
		const second = toolOf(context);
		expect(second.get(nextTry)).toEqual(task);
		expect(second.get(nextTry)).toEqual(task);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
		second.publish();
		expect(toolOf(context).get(nextTry)).toEqual(task);
	});

	it('keeps the uncertainty of a failed try', () => {
		const context = {};
		const first = toolOf(context);
		first.begin(create, task.modelId);
		expect(first.isUncertain(create)).toBe(true);
		first.publish();
		expect(toolOf(context).isUncertain(nextTry)).toBe(true);
		expect(toolOf(context).get(nextTry)).toBeUndefined();
	});

	it('is not what a node of the same name remembers', () => {
		const context = {};
		const tool = toolOf(context);
		tool.made(create, task);
		tool.publish();
		expect(nodeOf(context).get(create)).toBeUndefined();
		expect(Object.keys((context as Record<string, object>)['fluxImageTasks']!)[0]).toMatch(
			/^tool\//,
		);
	});

	it('tells two Pay Once Keys apart, though the same is asked for', () => {
		const context = {};
		const withKey = (name: string) => ({ ...create, shared: { kind: 'key', name } as const });
		const first = toolOf(context);
		first.made(withKey('A'), task);
		first.publish();
		expect(toolOf(context).get(withKey('B'))).toBeUndefined();
		expect(toolOf(context).get(withKey('A'))).toEqual(task);
	});
});

describe('A doubt of an earlier execution', () => {
	it('outlasts a create of this one that was refused, and its word on money', async () => {
		const context = {};
		new Book(context, '1').begin(create, task.modelId);
		const retry = new Book(context, '2');
		retry.unwrite(create);
		retry.begin(create, task.modelId);
		await retry.takeBack(create);
		expect(retry.paidBefore(create)).toBe('maybe');
		expect(retry.isUncertain(create)).toBe(false);
		expect(new Book(context, '3').begunBefore(create)).toBeDefined();
	});

	it('is over once there is a task', () => {
		const context = {};
		new Book(context, '1').begin(create, task.modelId);
		const retry = new Book(context, '2');
		retry.begin(create, task.modelId);
		retry.made(create, task);
		expect(retry.paidBefore(create)).toBe('yes');
	});
});
