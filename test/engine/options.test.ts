import type { INodeParameters } from 'n8n-workflow';

import { gateways } from '../../sandbox';
import { FLUX_NAME, plainNode, startWorkflow } from '../../tooling/engine/engine';
import { NodeHarness } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** Runs one item whose option an expression gives. */
const runWith = async (name: string, value: unknown) =>
	await harness.run({
		items: [{ json: { prompt: 'An apple', value: value as string } }],
		options: { [name]: '={{ $json.value }}' },
	});

describe('An option that an expression gives', () => {
	it.each([
		['downloadImages', 'TRUE', true],
		['downloadImages', ' true ', true],
		['downloadImages', 'False', false],
		['includeRawResponse', 'TRUE', true],
	])('%s = %j is read as the switch that it says (FAULTS A11)', async (name, value, isOn) => {
		const { items } = await runWith(name, value);
		const { binary, json } = items[0]!;
		expect(name === 'downloadImages' ? binary !== undefined : 'raw' in json).toBe(isOn);
	});

	it.each([
		['cancelOnStop', 'yes', 'true or false'],
		['cancelOnStop', 1, 'true or false'],
		['downloadImages', '', 'true or false'],
		['includeRawResponse', {}, 'true or false'],
		['includeInputFields', 'yes', 'true or false'],
		['onTimeout', 'Return Task', 'cancelTask, error or returnTask'],
		['onTimeout', 3, 'cancelTask, error or returnTask'],
		['maxConcurrentTasks', 'many', 'a number of 1 or more'],
		['maxConcurrentTasks', [], 'a number of 1 or more'],
		['pollInterval', true, 'a number of 0.1 or more'],
		['maxImageSize', '10 MB', 'a number above 0'],
		['maxImageSize', 0, 'a number above 0'],
		['maxImageSize', -1, 'a number above 0'],
		['shareLink', '2d', 'off, 1h, 1d or 7d'],
		['shareLink', 3600, 'off, 1h, 1d or 7d'],
		['shareLink', true, 'off, 1h, 1d or 7d'],
		['shareLink', '', 'off, 1h, 1d or 7d'],
		['binaryPropertyName', { name: 'data' }, 'the name of a field'],
		['binaryPropertyName', ['data'], 'the name of a field'],
		['binaryPropertyName', true, 'the name of a field'],
	])(
		'%s = %j is refused, and nothing is paid (FAULTS A11, A12, E8)',
		async (name, value, expected) => {
			const { error } = await runWith(name, value);
			expect(error!.message).toContain(`must be ${expected}, but is`);
			expect(error!.description).toContain('nothing was sent');
			expect(harness.creates()).toBe(0);
		},
	);

	it.each([
		...['timeout', 'onTimeout', 'cancelOnStop', 'maxConcurrentTasks', 'pollInterval'],
		...['downloadImages', 'binaryPropertyName', 'maxImageSize', 'includeRawResponse'],
		...['maxPaidTasks', 'reuseInTestRuns', 'payOnceKey', 'includeInputFields', 'shareLink'],
	])(
		'%s that comes out undefined or null is refused, and no default stands in (FAULTS A12)',
		async (name) => {
			for (const expression of ['={{ $json.misspelt }}', '={{ null }}']) {
				const { error } = await harness.run({ options: { [name]: expression } });
				expect(error!.message).toMatch(/ must be .*, but (is missing|is undefined|is null)$/);
				expect(error!.description).toContain('nothing was sent');
			}
			expect(harness.creates()).toBe(0);
		},
	);

	it.each(['timeout', 'maxConcurrentTasks', 'pollInterval', 'maxImageSize', 'maxPaidTasks'])(
		'a number field %s that was emptied in the editor, which stores null, has its default',
		async (name) => {
			const { items } = await harness.run({ options: { [name]: null } });
			expect(items[0]!.json.status).toBe('completed');
		},
	);

	it('Max Paid Tasks per Execution, emptied in the editor, is 10 and not without end', async () => {
		const prompts = Array.from({ length: 11 }, (_, item) => `apple ${item}`);
		const settings = { onError: 'continueRegularOutput' } as const;
		await harness.run({ prompts, settings, options: { maxPaidTasks: null } });
		expect(harness.creates()).toBe(10);
	});

	it.each([
		['picture', 'picture'],
		[' picture ', 'picture'],
		[7, '7'],
		['', 'data'],
	])('binaryPropertyName = %j is the field %s', async (value, field) => {
		const { items } = await runWith('binaryPropertyName', value);
		expect(Object.keys(items[0]!.binary!)).toEqual([field]);
	});

	it('onTimeout in other capitals is the same way', async () => {
		const { error } = await runWith('onTimeout', ' ReturnTask ');
		expect(error).toBeUndefined();
	});
});

describe('An id that an expression does not give (FAULTS E7)', () => {
	it.each([
		['requestId', undefined, 'Request ID must be the ID of a task, but is missing'],
		['requestId', null, 'Request ID must be the ID of a task, but is missing'],
		['requestId', {}, 'Request ID must be the ID of a task, but is an object'],
		['requestId', '', 'Request ID must be the ID of a task, but is empty'],
		['model', undefined, 'Model must be the model of the task, but is missing'],
		['model', ['a'], 'Model must be the model of the task, but is a list'],
	])('%s = %j is told before anything is sent', async (name, value, message) => {
		const { error } = await harness.run({
			operation: 'task > status',
			items: [{ json: { value: value as string } }],
			parameters: { requestId: 'mmsu_1', [name]: '={{ $json.value }}' },
		});
		expect(error!.message).toBe(message);
		expect(harness.sandbox.ledger.requests).toHaveLength(0);
	});

	it.each([undefined, null, {}, ''])('the Model ID of Other = %j, too', async (value) => {
		const { error } = await harness.run({
			items: [{ json: { value: value as string } }],
			parameters: { model: 'other', modelId: '={{ $json.value }}', parameters: '{"prompt":"x"}' },
		});
		expect(error!.message).toMatch(/^Model ID must be the ID of a model, but is/);
		expect(harness.sandbox.ledger.requests).toHaveLength(0);
	});
});

it('A Timeout of a month is one: no timer of it fires at once, and no create is cut', async () => {
	const { items } = await harness.run({ options: { timeout: 2_600_000 } });
	expect(items[0]!.json.status).toBe('completed');
});

describe('The JSON of an Other model (FAULTS E16)', () => {
	it.each(['{}', '{"__proto__":{"a":1},"prompt":"x","list":[],"none":null}'])(
		'%s reaches every gateway as it stands',
		async (parameters) => {
			for (const gateway of gateways) {
				harness.reset();
				const other = { model: 'other', modelId: 'flux_kontext_max', parameters };
				await harness.run({ gateway, parameters: other });
				const [create] = harness.sandbox.ledger.where({ call: 'create' });
				expect(JSON.stringify(create!.body)).toContain(parameters.replace(/^\{|\}$/g, ''));
				expect(create!.body).toBeDefined();
			}
		},
	);

	it.each(['{"seed": 9007199254740993}', '{"n": [1e999]}'])(
		'%s holds a number that JSON changes on its way, so it is refused',
		async (parameters) => {
			const { error } = await harness.run({
				parameters: { model: 'other', modelId: 'flux_kontext_max', parameters },
			});
			expect(error!.message).toMatch(
				/^Parameters \(JSON\) must be a JSON object, but it holds a number/,
			);
			expect(harness.creates()).toBe(0);
		},
	);
});

it('A gateway or an operation that is none is cut in the message (FAULTS E9)', async () => {
	const { error } = await harness.run({ parameters: { gateway: 'data:'.repeat(10_000) } });
	expect(error!.message).toMatch(/^Gateway must be one of the list, but is "data:/);
	expect(error!.message.length).toBeLessThan(200);
});

/** Runs one item with a field as the workflow's JSON may have it, and gives what n8n made of it. */
async function whatReaches(name: 'options' | 'inputImages', field: unknown, model: string) {
	const { node, credentials } = harness.node({});
	const parameters = { ...node.parameters, model, [name]: field } as INodeParameters;
	const flux = { ...node, parameters };
	const { finished } = startWorkflow(
		[plainNode('Items'), flux],
		{ Items: { main: [[{ node: FLUX_NAME, type: 'main', index: 0 }]] } },
		{ credentials, items: [{ json: { prompt: 'An apple' } }] },
	);
	await finished;
	return flux.parameters[name];
}

/*
 * What n8n does, not the node: it replaces the parameters of a node by what the node's description
 * knows of them before anything runs. Should an n8n hand such Options on, they need a check; such Input
 * Images are taken or refused then, as test/unit/images/inputImages.test.ts has it.
 */
it.each(["={{ 'text' }}", '={{ [1] }}', '={{ { timeout: 5 } }}'])(
	'Options that are the one expression %s never reach the node: n8n puts empty ones there',
	async (expression) => {
		expect(await whatReaches('options', expression, 'flux_kontext_max')).toEqual({});
	},
);

const ROW = { source: 'url', url: 'https://a.example/b.png' };

it.each(['={{ $json.images }}', 'https://a.example/b.png', [ROW]])(
	'Input Images that are %j never reach the node: n8n puts empty ones there',
	async (field) => {
		expect(await whatReaches('inputImages', field, 'flux_2_pro')).toEqual({});
	},
);
