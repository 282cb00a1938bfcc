import { Orders } from '../../../nodes/FluxImage/accounts/orders';
import { KeptOrders, type StaticData } from '../../../nodes/FluxImage/tasks/keptOrders';
import { Ledger, type Claims, type LedgerPorts } from '../../../nodes/FluxImage/tasks/ledger';
import type { OrderKey, SharedName } from '../../../nodes/FluxImage/tasks/order';

const task = { requestId: 'task-1', modelId: 'flux_kontext_max' };
const NAME = 'key/node/7';
const doubt = { kind: 'createUncertain' } as const;

/** The order of the first item; with a name that other executions know, where its kind is given. */
const order = (more: Partial<OrderKey> = {}, kind?: SharedName['kind']): OrderKey => ({
	...{ runIndex: 0, itemIndex: 0, origin: ['{{ $json.prompt }}'], payload: { prompt: 'An apple' } },
	...(kind && { shared: { kind, name: NAME } }),
	...more,
});

let context: Record<string, unknown>;
let orders: Orders;
let data: StaticData;
let nowMs: number;
let released: unknown[];
let answer: Awaited<ReturnType<Claims['claim']>>;

beforeEach(() => {
	[context, orders, data, nowMs, released] = [{}, new Orders(), {}, 1_000, []];
	answer = 'won';
});

const claims: Claims = {
	claim: async () => answer,
	release: async (...asked) => void released.push(asked),
};

const until = { deadlineMs: Infinity, signal: new AbortController().signal };

const kept = () => new KeptOrders(() => data, 'node', orders, 'key/node/');

/** The ledger of an execution. */
const ledger = (more: Partial<LedgerPorts> = {}) =>
	new Ledger({
		...{ context, executionId: '1', orders, kept: kept(), claims, dateMs: () => nowMs },
		...more,
	});

describe("Whether an item's order was paid for", () => {
	it('is no where nothing was sent, maybe where the create is in doubt, and yes with its task', () => {
		const book = ledger();
		expect(book.paidBefore(order())).toBe('no');
		book.begin(order(), task.modelId);
		book.doubt(order(), doubt);
		expect(book.paidBefore(order())).toBe('maybe');
		book.made(order(), task);
		expect(book.paidBefore(order())).toBe('yes');
	});

	it('leaves a create of another image that is on its way to the word of that one', () => {
		const book = ledger();
		book.begin(order({ number: 1 }), task.modelId);
		expect(book.paidFor(order())).toBe('no');
		expect(book.paidFor(order({ number: 1 }))).toBe('maybe');
		expect(ledger().paidFor(order())).toBe('maybe');
	});

	it.each([{ itemIndex: 1 }, { runIndex: 1 }])('says nothing of another (%j)', async (other) => {
		const book = ledger();
		book.made(order(), task);
		expect(book.paidBefore(order(other))).toBe('no');
		await book.takeBack(order(), task);
		expect(book.paidBefore(order(other))).toBe('no');
	});

	it('is yes where it was paid in vain, in later attempts too', async () => {
		const book = ledger();
		book.made(order(), task);
		await book.takeBack(order(), task);
		book.made(order({ itemIndex: 1 }), { ...task, requestId: 'task-2' });
		await book.takeBack(order({ itemIndex: 1 }), { ...task, requestId: 'task-2' });
		expect(book.ofAttempts(order())).toBeUndefined();
		expect(ledger().paidBefore(order())).toBe('yes');
		expect(ledger().paidBefore(order({ itemIndex: 1 }))).toBe('yes');
		expect(Object.keys(context)).toEqual(['fluxImageTasks', 'fluxImagePaidInVain']);
	});

	it('is no after a refusal', async () => {
		const book = ledger();
		book.begin(order(), task.modelId);
		await book.takeBack(order());
		expect(book.paidBefore(order())).toBe('no');
	});

	it("of a tool's calls is the worst of all with its item", () => {
		const tool = ledger({ isTool: true });
		tool.begin(order({ payload: 'one' }), task.modelId);
		tool.doubt(order({ payload: 'one' }), doubt);
		expect(tool.paidBefore({ runIndex: 5, itemIndex: 0 })).toBe('maybe');
		tool.made(order({ payload: 'other' }), task);
		expect(tool.paidBefore({ runIndex: 5, itemIndex: 0 })).toBe('yes');
		expect(tool.paidBefore({ runIndex: 5, itemIndex: 1 })).toBe('no');
	});

	it("of a tool's call is not that of its other calls", () => {
		const tool = ledger({ isTool: true });
		tool.made(order({ payload: 'other' }), task);
		expect(tool.paidFor(order({ payload: 'one' }))).toBe('no');
		expect(tool.paidFor(order({ payload: 'other' }))).toBe('yes');
	});

	it('counts what others have of its key, but not what a test run may make anew', () => {
		orders.rows.set(NAME, { ...task, requestId: '', request: 'r', atMs: 1 });
		expect(ledger().paidFor(order())).toBe('no');
		expect(ledger().paidFor(order({}, 'key'))).toBe('maybe');
		orders.rows.set(NAME, { ...task, request: 'r', atMs: 1 });
		expect(ledger().paidFor(order({}, 'key'))).toBe('yes');
		expect(ledger().paidFor(order({}, 'testKey'))).toBe('yes');
		expect(ledger().paidFor(order({}, 'testRun'))).toBe('no');
	});

	it("is the item's own word, where others have nothing of its key", () => {
		const book = ledger();
		book.begin(order(), task.modelId);
		expect(ledger().paidFor(order({}, 'key'))).toBe('maybe');
		expect(book.paidFor(order({ itemIndex: 1 }, 'key'))).toBe('no');
	});
});

describe('What is known of an order', () => {
	/** Whether it was begun, and whether it needs no place among the paid tasks. */
	const words = (book: Ledger, key = order()) => [book.isBegun(key), book.needsNoPlace(key)];

	it('is nothing at first, that it is begun, and then its task', () => {
		const book = ledger();
		expect(words(book)).toEqual([false, false]);
		book.begin(order(), task.modelId);
		expect(words(book)).toEqual([true, true]);
		expect(words(ledger({ executionId: '2' }))).toEqual([true, false]);
		book.made(order(), task);
		expect(words(ledger({ executionId: '2' }))).toEqual([true, true]);
	});

	it('is what others have of its name as well: a test run may order anew what is only begun', () => {
		expect(words(ledger(), order({}, 'key'))).toEqual([false, false]);
		orders.rows.set(NAME, { ...task, requestId: '', request: 'r', atMs: 1 });
		expect(words(ledger(), order({}, 'key'))).toEqual([true, true]);
		expect(words(ledger(), order({}, 'testRun'))).toEqual([true, false]);
		orders.rows.set(NAME, { ...task, request: 'r', atMs: 1 });
		expect(words(ledger(), order({}, 'testRun'))).toEqual([true, true]);
	});

	it('tells who else paid for its task, in later attempts too', () => {
		const reuse = { kind: 'key', requestChanged: true } as const;
		ledger().takeOver(order(), task, reuse);
		expect(ledger().ofAttempts(order())).toStrictEqual({ task, reuse });
		ledger().made(order({ itemIndex: 1 }), task);
		expect(ledger().ofAttempts(order({ itemIndex: 1 }))).toStrictEqual({ task });
	});

	it('names no execution where n8n gives none', () => {
		ledger({ executionId: undefined }).begin(order(), task.modelId);
		const rows = context['fluxImageTasks'] as Record<string, object>;
		expect(Object.keys(rows['0/0']!)).not.toContain('executionId');
		expect(Object.keys(rows['0/0']!)).not.toContain('ownId');
	});

	it('has the id that its create carries', () => {
		ledger().begin(order({}, 'key'), task.modelId, 'n8n-1');
		expect(ledger().begunBefore(order())).toMatchObject({ ownId: 'n8n-1' });
		expect(ledger().ofOthers(order({}, 'key'))).toMatchObject({ ownId: 'n8n-1' });
	});
});

describe('A task without an id', () => {
	const images = (...urls: string[]) => ({
		...({ requestId: '', modelId: task.modelId, status: 'completed', raw: null } as const),
		images: urls.map((url) => ({ url })),
	});

	it('is known by the addresses of its pictures', () => {
		ledger().made(order(), images('https://pictures.test/1?data:1', 'https://pictures.test/2'));
		expect(ledger().ofAttempts(order())?.task).toMatchObject({
			status: 'completed',
			images: [{ url: 'https://pictures.test/1?data:1' }, { url: 'https://pictures.test/2' }],
		});
	});

	it('whose pictures stand in the reply itself is in doubt: they are not kept', () => {
		ledger().made(order(), images('https://pictures.test/1', 'DATA:image/png;base64,AAAA'));
		expect(ledger().ofAttempts(order())).toBeUndefined();
		expect(ledger().isBegun(order())).toBe(true);
	});

	it('is not cancelled, so nothing is taken back for it', async () => {
		const book = ledger();
		const finished = images('https://pictures.test/1');
		book.made(order(), finished);
		await book.takeBackTask(finished);
		const later = ledger();
		later.ofAttempts(order());
		await later.takeBackTask(finished);
		expect(ledger().ofAttempts(order())).toBeDefined();
	});

	it('has no addresses in its row where it has an id', () => {
		ledger().made(order({}, 'key'), { ...images('https://pictures.test/1'), requestId: 'task-1' });
		expect(orders.rows.get(NAME)).not.toHaveProperty('pictures');
	});
});

describe('An order that is taken back', () => {
	it('after a refusal gives back the claim that this run has won', async () => {
		const book = ledger();
		expect(await book.claim(order({}, 'key'), until)).toBe('won');
		book.begin(order({}, 'key'), task.modelId);
		await book.takeBack(order({}, 'key'));
		expect(released).toEqual([[NAME, undefined]]);
		expect(orders.rows.get(NAME)).toBeUndefined();
		expect(kept().get(NAME)).toBeUndefined();
		await book.takeBack(order({}, 'key'));
		expect(released).toHaveLength(1);
	});

	it.each(['taken', 'late'] as const)('gives back no claim that was %s', async (claimed) => {
		answer = claimed;
		const book = ledger();
		expect(await book.claim(order({}, 'key'), until)).toBe(claimed);
		await book.takeBack(order({}, 'key'));
		expect(released).toEqual([]);
	});

	it('has nothing to claim without a key, in a test run, or where n8n offers no claims', async () => {
		expect(await ledger().claim(order(), until)).toBe('notOffered');
		expect(await ledger().claim(order({}, 'testKey'), until)).toBe('notOffered');
		const bare = new Ledger({ context, executionId: '1', orders, dateMs: () => nowMs });
		expect(await bare.claim(order({}, 'key'), until)).toBe('notOffered');
		bare.made(order({}, 'key'), task);
		await bare.takeBack(order({}, 'key'), task);
		expect(bare.ofOthers(order({}, 'key'))).toBeUndefined();
	});

	it('after a cancel is free everywhere', async () => {
		const book = ledger();
		book.made(order({}, 'key'), task);
		await book.takeBackTask(task);
		expect(released).toEqual([[NAME, 'task-1']]);
		expect([orders.rows.get(NAME), kept().get(NAME)]).toEqual([undefined, undefined]);
		expect(ledger().ofAttempts(order({}, 'key'))).toBeUndefined();
	});

	it('after the cancel of what an earlier attempt made is free as well', async () => {
		ledger().made(order({}, 'key'), task);
		const later = ledger();
		later.ofAttempts(order({}, 'key'));
		await later.takeBackTask(task);
		expect(released).toEqual([[NAME, 'task-1']]);
		expect(ledger().ofAttempts(order({}, 'key'))).toBeUndefined();
	});

	it('is none where the task is of nobody here', async () => {
		const book = ledger();
		book.made(order({}, 'key'), task);
		await book.takeBackTask({ ...task, requestId: 'another' });
		expect(released).toEqual([]);
		expect(orders.rows.get(NAME)?.requestId).toBe('task-1');
	});

	it('leaves what was ordered anew since', async () => {
		const book = ledger();
		book.made(order({}, 'key'), task);
		orders.rows.set(NAME, { ...task, requestId: 'task-2', request: 'r', atMs: 2_000 });
		await book.takeBack(order({}, 'key'), task);
		expect(orders.rows.get(NAME)?.requestId).toBe('task-2');
		expect(book.ofAttempts(order({}, 'key'))).toBeUndefined();
		expect(released).toEqual([[NAME, 'task-1']]);
	});

	it('of a test run is not in static data, nor claimed', async () => {
		data = { fluxImageOrders: { node: { [NAME]: ['task-9', 'm', 'r', 5] } } };
		const before = structuredClone(data);
		const book = ledger();
		expect(book.ofOthers(order({}, 'testKey'))).toBeUndefined();
		book.made(order({}, 'testKey'), task);
		await book.takeBack(order({}, 'testKey'), task);
		expect(data).toEqual(before);
		expect(released).toEqual([]);
	});
});

describe('Of what this process and static data have of one key', () => {
	const known = (requestId: string, atMs: number) =>
		orders.rows.set(NAME, { ...task, requestId, request: 'r', atMs });
	const saved = (requestId: string, atMs: number) =>
		void (data = { fluxImageOrders: { node: { [NAME]: [requestId, 'm', 'r', atMs] } } });

	it.each<[string, [string, number], [string, number], string]>([
		['the later task', ['ours', 1], ['theirs', 2], 'theirs'],
		["this process's task at the same time", ['ours', 2], ['theirs', 2], 'ours'],
		["this process's later task", ['ours', 3], ['theirs', 2], 'ours'],
		['a later beginning, over an older task', ['ours', 1], ['', 2], ''],
		['a later task, over a beginning', ['', 1], ['theirs', 2], 'theirs'],
	])('%s counts', (_, ours, theirs, counts) => {
		known(...ours);
		saved(...theirs);
		expect(ledger().ofOthers(order({}, 'key'))?.requestId).toBe(counts);
	});

	it("this process's doubt counts over a later beginning: it alone knows why", () => {
		const book = ledger();
		book.begin(order({}, 'key'), task.modelId);
		book.doubt(order({}, 'key'), { kind: 'createUncertain', reason: 'cut' });
		saved('', 9_000);
		expect(book.ofOthers(order({}, 'key'))).toMatchObject({ doubt: { reason: 'cut' } });
	});

	it('a doubt of an order that nobody has written is none', () => {
		ledger().doubt(order({}, 'key'), { kind: 'createUncertain' });
		ledger().doubt(order(), { kind: 'createUncertain' });
		expect(orders.rows.get(NAME)).toBeUndefined();
	});
});

it('A doubt of an earlier execution outlasts a task that this one made in vain', async () => {
	ledger().begin(order(), task.modelId);
	const retry = ledger({ executionId: '2' });
	retry.begin(order(), task.modelId);
	retry.made(order(), task);
	await retry.takeBack(order(), task);
	expect(ledger({ executionId: '3' }).begunBefore(order())).toBeDefined();
});

describe('The own id of an order', () => {
	const begun = { ...task, requestId: '', request: 'digest', ownId: 'n8n-1' };
	const pictures = ['https://pictures.test/1.png'];
	const finished = { ...task, requestId: '', images: [{ url: pictures[0]! }] };

	it('stays in static data after a later process has looked it up, whether or not an id came', () => {
		for (const found of [task, finished]) {
			data = {};
			kept().set(NAME, { ...begun, atMs: 1 });
			ledger({ orders: new Orders(), context: {} }).made(order({}, 'key'), found);
			expect(kept().get(NAME)).toMatchObject({ requestId: found.requestId, ownId: 'n8n-1' });
		}
	});

	it('tells that a later row of static data is of the same pictures that this process knows', () => {
		orders.rows.set(NAME, { ...begun, pictures, atMs: 1 });
		kept().set(NAME, { ...begun, atMs: 2 });
		expect(ledger().ofOthers(order({}, 'key'))).toMatchObject({ pictures });
		kept().set(NAME, { ...begun, ownId: 'n8n-2', atMs: 3 });
		expect(ledger().ofOthers(order({}, 'key'))).not.toHaveProperty('pictures');
		kept().set(NAME, { ...begun, requestId: 'task-2', atMs: 4 });
		expect(ledger().ofOthers(order({}, 'key'))).toMatchObject({ requestId: 'task-2' });
	});
});
