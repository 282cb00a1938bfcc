import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { nodePorts } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

let executions = 0;

/** An execution of its own with the key of an order. */
const order = (payOnceKey: unknown, ask: Ask = {}): Ask => ({
	executionId: `order-${++executions}`,
	...ask,
	options: { payOnceKey: payOnceKey as string, ...ask.options },
});

/** What n8n knows after it was started anew: nothing of the process. */
const afterRestart = () => ({ ports: nodePorts() });

/** Waits until a call of that kind has come. */
async function called(call: 'create' | 'status' | 'cancel'): Promise<void> {
	while (harness.sandbox.ledger.where({ call }).length === 0) {
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** The rows of static data, by node. */
const keptIn = (staticData: IDataObject) =>
	(staticData['global'] as IDataObject)['fluxImageOrders'] as Record<string, IDataObject>;

const jsonOf = (items: INodeExecutionData[]): IDataObject[] => items.map(({ json }) => json);

describe('An order under a Pay Once Key', () => {
	it('is paid once by two executions, one after the other', async () => {
		const first = await harness.run(order('7'));
		const second = await harness.run(order('7'));
		expect(harness.sandbox.ledger.billed()).toBe(1);
		expect(first.items[0]!.json).not.toHaveProperty('reused');
		expect(second.items[0]!.json).toMatchObject({
			reused: true,
			requestId: first.items[0]!.json.requestId,
		});
		expect(second.items[0]!.binary).toHaveProperty('data');
	});

	it('is paid once by ten executions at the same moment', async () => {
		const outcomes = await Promise.all(
			Array.from({ length: 10 }, () =>
				harness.run(order('7', { prompts: ['[seconds=0.3] An apple'] })),
			),
		);
		expect(harness.creates()).toBe(1);
		const ids = outcomes.map(({ items }) => items[0]!.json.requestId);
		expect(new Set(ids)).toEqual(new Set(harness.taskIds()));
		expect(outcomes.filter(({ items }) => items[0]!.json.reused !== true)).toHaveLength(1);
	});

	it('is paid once over a restart of n8n, which kept the static data', async () => {
		const { staticData } = await harness.run(order('7'));
		const { items } = await harness.run(order('7', { staticData, ...afterRestart() }));
		expect(items[0]!.json.reused).toBe(true);
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('keeps neither prompt nor API key, and about 100 bytes a key', async () => {
		const { staticData } = await harness.run(
			order('customer@example.com', { prompts: ['Secret'] }),
		);
		const text = JSON.stringify(staticData);
		expect(text).not.toMatch(/Secret|example\.com/);
		expect(text).not.toContain(harness.sandbox.keys.valid);
		expect(text.length).toBeLessThan(250);
	});

	it('is kept for the last 300 keys', async () => {
		const items = Array.from({ length: 305 }, (_, index) => ({
			json: { prompt: 'An apple', index },
		}));
		const { staticData } = await harness.run(
			order('={{ $json.index }}', {
				items,
				operation: 'image > create',
				options: { maxConcurrentTasks: 50 },
			}),
		);
		const [rows] = Object.values(keptIn(staticData));
		expect(Object.keys(rows!)).toHaveLength(300);
	});

	it('is one order for two items with the same request, and another task for none of them', async () => {
		const { items } = await harness.run(order('7', { prompts: ['An apple', 'An apple'] }));
		expect(harness.creates()).toBe(1);
		expect(jsonOf(items).map(({ reused }) => reused)).toEqual([undefined, true]);
	});

	it.each(['trigger', 'manual'] as const)(
		'names no two requests in one execution (%s)',
		async (mode) => {
			const { error } = await harness.run(order('7', { prompts: ['An apple', 'A pear'], mode }));
			expect(error!.message).toBe('Pay Once Key names two different requests in one execution');
			expect(harness.creates()).toBe(0);
		},
	);

	it('may differ in its seed between two items', async () => {
		const items = [1, 2].map((seed) => ({ json: { prompt: 'An apple', seed } }));
		const ask = { items, parameters: { additionalFields: { seed: '={{ $json.seed }}' } } };
		const { error } = await harness.run(order('7', ask));
		expect(error).toBeUndefined();
		expect(harness.creates()).toBe(1);
	});

	it('gets the first request, and says so, where another execution words it anew', async () => {
		await harness.run(order('7'));
		const { items } = await harness.run(order('7', { prompts: ['A red and shiny apple'] }));
		expect(items[0]!.json).toMatchObject({ reused: true, requestChanged: true });
		expect(harness.creates()).toBe(1);
	});

	it('is another order in another workflow, in another node, and at another gateway', async () => {
		await harness.run(order('7'));
		await harness.run(order('7', { workflowId: 'another' }));
		await harness.run(order('7', { settings: { id: 'another' } }));
		await harness.run(order('7', { gateway: 'vtrix' }));
		expect(harness.sandbox.ledger.billed()).toBe(4);
	});

	it('is the same where the API key was changed', async () => {
		await harness.run(order('7'));
		const { items } = await harness.run(order(7, { parameters: {} }));
		expect(items[0]!.json.reused).toBe(true);
	});
});

describe('A key is free again', () => {
	it.each(['401', '403', '404'] as const)('after a refusal: HTTP %s', async (fault) => {
		harness.sandbox.faults.add({ call: 'create', fault, times: 1 });
		expect((await harness.run(order('7'))).error).toBeDefined();
		const { items, error } = await harness.run(order('7'));
		expect(error).toBeUndefined();
		expect(items[0]!.json).not.toHaveProperty('reused');
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('after a task that failed', async () => {
		await harness.run(order('7', { prompts: ['[failed] An apple'] }));
		const { items } = await harness.run(order('7'));
		expect(items[0]!.json).not.toHaveProperty('reused');
		expect(harness.creates()).toBe(2);
	});

	it('after a Stop that cancelled its task', async () => {
		const stopped = harness.start(order('7', { prompts: ['[seconds=60] An apple'] }));
		await called('create');
		stopped.stop();
		await called('cancel');
		await stopped.finished;
		const { items } = await harness.run(order('7'));
		expect(items[0]!.json).not.toHaveProperty('reused');
		expect(harness.creates()).toBe(2);
	});

	it('after a time-out that cancelled its task', async () => {
		const options = { timeout: 0.5, onTimeout: 'cancelTask' };
		await harness.run(order('7', { prompts: ['[seconds=60] An apple'], options }));
		await harness.run(order('7'));
		expect(harness.creates()).toBe(2);
	});

	it('but not after a time-out that leaves it running: who comes next waits for it', async () => {
		const options = { timeout: 0.3, onTimeout: 'returnTask' };
		await harness.run(order('7', { prompts: ['[seconds=1] An apple'], options }));
		const { items } = await harness.run(order('7', { prompts: ['[seconds=1] An apple'] }));
		expect(items[0]!.json).toMatchObject({ status: 'completed', reused: true });
		expect(harness.creates()).toBe(1);
	});

	it('but not after moderation, as long as the same is asked for', async () => {
		const bad = { prompts: ['[moderated] An apple'] };
		for (let delivery = 0; delivery < 8; delivery++) {
			const { error } = await harness.run(order('7', bad));
			expect(error!.message).toContain('moderation');
		}
		expect(harness.creates()).toBe(1);
		const { items } = await harness.run(order('7', { prompts: ['A decent apple'] }));
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.creates()).toBe(2);
	});
});

describe('A doubtful create under a key', () => {
	const doubt = () =>
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			times: 1,
		});

	it('is not sent again, and is the same doubt where this process sent it', async () => {
		doubt();
		await harness.run(order('7'));
		const { error } = await harness.run(order('7'));
		expect(error!.message).toContain('may have accepted the task');
		expect(error!.context).toMatchObject({
			failure: { problem: 'createUncertain', paid: 'maybe' },
		});
		expect(harness.creates()).toBe(1);
	});

	it('is said to be ordered already by a process that knows no more', async () => {
		doubt();
		const { staticData } = await harness.run(order('7'));
		const { error } = await harness.run(order('7', { staticData, ...afterRestart() }));
		expect(error!.message).toContain('begun before');
		expect(error!.context).toMatchObject({ failure: { problem: 'alreadyOrdered', paid: 'maybe' } });
		expect(harness.creates()).toBe(1);
	});

	it('is ordered anew by a person who tries the workflow out', async () => {
		doubt();
		await harness.run(order('7'));
		const { items } = await harness.run(order('7', { mode: 'manual' }));
		expect(items[0]!.json.status).toBe('completed');
	});
});

describe('A task that two executions wait for', () => {
	const slow = { prompts: ['[seconds=2] An apple'] };

	it('is not cancelled by the Stop of one of them', async () => {
		const first = harness.start(order('7', slow));
		await called('create');
		const second = harness.start(order('7', slow));
		await called('status');
		await new Promise((resolve) => setTimeout(resolve, 300));
		first.stop();
		const { items } = await second.finished;
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.sandbox.ledger.where({ call: 'cancel' })).toHaveLength(0);
	});

	it('is not cancelled by the time-out of one of them', async () => {
		const options = { timeout: 0.6, onTimeout: 'cancelTask' };
		const [first, second] = await Promise.all([
			harness.run(order('7', { ...slow, options })),
			harness.run(order('7', slow)),
		]);
		expect(first.error!.message).toContain('not finished');
		expect(second.items[0]!.json.status).toBe('completed');
		expect(harness.sandbox.ledger.where({ call: 'cancel' })).toHaveLength(0);
	});
});

describe('A time-out that cancels', () => {
	it('of two items with one key cancels their task once', async () => {
		const options = { timeout: 1, onTimeout: 'cancelTask' };
		const settings = { onError: 'continueRegularOutput' } as const;
		const prompts = ['[seconds=60] An apple', '[seconds=60] An apple'];
		await harness.run(order('7', { prompts, options, settings }));
		expect(harness.sandbox.ledger.where({ call: 'cancel' })).toHaveLength(1);
	});
});

describe('An error beside success that passes', () => {
	const uploading = () =>
		harness.sandbox.faults.add({
			call: 'status',
			fault: { statusCode: 200, body: { status: 'completed', error: 'Uploading to the CDN' } },
			times: 1,
		});

	it('frees no key: the second delivery gets the task', async () => {
		const vtrix = { gateway: 'vtrix' } as const;
		await harness.run(order('7', vtrix));
		uploading();
		const { items } = await harness.run(order('7', vtrix));
		expect(items[0]!.json).toMatchObject({ status: 'completed', reused: true });
		expect(harness.creates()).toBe(1);
	});

	it('lets no test run pay again', async () => {
		const ask: Ask = { gateway: 'vtrix', mode: 'manual', options: { reuseInTestRuns: 'always' } };
		await harness.run({ ...ask, executionId: '1' });
		uploading();
		await harness.run({ ...ask, executionId: '2' });
		expect(harness.creates()).toBe(1);
	});
});

describe('What is no key', () => {
	const json = {
		prompt: 'An apple',
		blank: ' ',
		nothing: null,
		yes: true,
		list: ['7'],
		object: { id: 7 },
		large: 10 * 2 ** 53,
	};

	it.each([
		['a blank text', ''],
		['a missing field', '={{ $json.order }}'],
		['a blank field', '={{ $json.blank }}'],
		['null', '={{ $json.nothing }}'],
		['a boolean', '={{ $json.yes }}'],
		['a list', '={{ $json.list }}'],
		['an object', '={{ $json.object }}'],
		['a number that n8n has rounded', '={{ $json.large }}'],
		['a hole before a number', '={{ $json.order }}-{{ $itemIndex }}'],
		['a blank before a number', '={{ $json.blank }}-{{ $itemIndex }}'],
		['a hole in a joined text', "={{ 'order-' + $json.order }}"],
		['an object in a text', '=order {{ $json.object }}'],
		['a rounded number in a text', '=order {{ $json.large }}'],
		['a joined text of nothing', "={{ [$json.order, $json.line].join('-') }}"],
		['no date', '={{ String(new Date($json.order)) }}'],
		['no number', '={{ $json.order * 1 }}'],
		['a sign that nobody sees', '\u200b'],
	])('is refused before anything is paid: %s', async (_name, key) => {
		const { error } = await harness.run(order(key, { items: [{ json }] }));
		expect(error!.message).toContain('Pay Once Key must be');
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it('tells that its order is paid though the rest of the item is wrong: no other gateway draws it', async () => {
		await harness.run(order('7', { executionId: '1' }));
		const wrong = { parameters: { aspectRatio: 'wide' }, executionId: '2' };
		const { error } = await harness.run(order('7', wrong));
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'yes' } });
		const { error: other } = await harness.run(order('8', { ...wrong, executionId: '3' }));
		expect(other!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
	});

	/** What earlier nodes gave, where it is no order. */
	const given = {
		...json,
		template: '{{ $json.order }}',
		formula: '=VLOOKUP(A2, B:C, 2)',
		missing: '#N/A',
		russian: '#ССЫЛКА!',
		german: '#WERT!',
		loading: 'Loading...',
	};

	it.each([
		'{{ $json.order }}',
		' {{ $json.order }}',
		' ={{ $json.order }}',
		'$json.order',
		'$json["order"]',
		'={ { $json.order } }',
		'{ { $json.order } }',
		'={ $json.order }',
		'=${$json.order}',
		'=$json.order',
		'=order-$json.order',
		'==$json.order',
		'=order-$json.order }}',
		'={{ $json.template }}',
		'=order-{{ $json.template }}',
		'={{ $json.formula }}',
		"$('Rows').item.json.order",
		'$(‘Rows’).item.json.order',
		"=order-$('Rows').item.json.order",
		'$node["Rows"].json.order',
		'$input.item.json.order',
		'$item(0).json.order',
		'$itemIndex',
		'=order-$itemIndex',
		'$now',
		'=$workflow.id-7',
		'=\\{{ $json.order }}',
	])('is refused as the text of an expression: %s', async (key) => {
		const { error } = await harness.run(order(key, { items: [{ json: given }] }));
		expect(error!.message).toMatch(/^Pay Once Key must be .*is the text of an expression/);
		expect(error!.description).toContain('Switch the field to Expression');
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it.each(['=order-{{ $json.nope', '=order-{{ $json.prompt', '={{ $json.prompt }}-{{ $json.nope'])(
		'is refused where an expression is not closed: %s',
		async (key) => {
			const { error } = await harness.run(order(key, { items: [{ json: given }] }));
			expect(error!.message).toContain('has a {{ without its }}');
			expect(error!.description).toContain('Close it');
			expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
			expect(harness.creates()).toBe(0);
		},
	);

	/** n8n itself finds a single brace. */
	it.each(['=order-{{ $json.nope }', '={{ $json.prompt }}-{{ $json.nope } }'])(
		'is no expression for n8n either: %s',
		async (key) => {
			const { error } = await harness.run(order(key, { items: [{ json: given }] }));
			expect(error!.message).toBe('invalid syntax');
			expect(harness.creates()).toBe(0);
		},
	);

	it.each([
		...['#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NUM!', '#NULL!', '#ERROR!', '#SPILL!'],
		...['#CALC!', '#GETTING_DATA', ' #REF! ', '={{ $json.missing }}', '=order-{{ $json.missing }}'],
		...["={{ 'order-' + $json.missing }}", '={{ $json.russian }}', '=A-{{ $json.german }}'],
		'={{ $json.loading }}-7',
	])('is refused as the error of a sheet: %s', async (key) => {
		const { error } = await harness.run(order(key, { items: [{ json: given }] }));
		expect(error!.message).toContain('is the error of a sheet');
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'no' } });
		expect(harness.creates()).toBe(0);
	});

	it.each([
		...[
			'order-{7}',
			'$5-offer',
			'5$',
			'US$json7',
			'$item-5',
			'$itemised',
			'$(5)',
			'A}}',
			'{7}}',
			'#7',
		],
		...[
			'#1001!',
			'#A/7',
			'N/A-7',
			'A=B',
			'7==7',
			'https://shop.example/?order=7',
			'Is #7 red? #red!',
		],
		...[
			'={{ JSON.stringify({ order: { id: 7 } }) }}',
			'={{ \'="0012"\' }}',
			'={{ $json.prompt }}{{ "=" }}7',
		],
		...['=order-7', '={{ "{" + $json.prompt + "}" }}', '$nodes.7', 'for $today-7', 'a {b} {c}'],
	])('but this is a key: %s', async (key) => {
		const { error } = await harness.run(order(key, { items: [{ json: given }] }));
		expect(error).toBeUndefined();
		expect(harness.creates()).toBe(1);
	});

	it('is told apart from a key by its text: 7 and " 7 " are one order', async () => {
		await harness.run(order(7));
		await harness.run(order(' 7 '));
		expect(harness.creates()).toBe(1);
	});
});

describe('A test run with a key', () => {
	it('pays once for one request, anew for a changed one, and apart from production', async () => {
		const manual = { mode: 'manual' } as const;
		await harness.run(order('7', manual));
		const second = await harness.run(order('7', manual));
		expect(second.items[0]!.json.reused).toBe(true);
		await harness.run(order('7', { ...manual, prompts: ['A pear'] }));
		const { items, staticData } = await harness.run(order('7'));
		expect(items[0]!.json).not.toHaveProperty('reused');
		expect(harness.creates()).toBe(3);
		expect(Object.keys(Object.values(keptIn(staticData))[0]!)).toHaveLength(1);
	});
});
