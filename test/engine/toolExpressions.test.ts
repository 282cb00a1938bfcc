import { allPairs, type Pair } from '../../nodes/FluxImage/description/displayOptions';
import type { ModelParameter } from '../../nodes/FluxImage/models/model';
import { expressionOf } from '../../tooling/docs/toolPage';
import { readDocument } from '../unit/docs/document';
import { NodeHarness } from './nodeHarness';
import { callToolOf } from './toolHarness';

const inTool = '{{ $fromAI(';

/** The expressions that people are told to paste, by the document that tells them. */
const toldIn = (path: string) => readDocument(path).spans.filter((span) => span.startsWith(inTool));

const OF_PAGE = new Set(toldIn('docs/tool.md'));

interface Case {
	readonly pair: Pair;
	readonly parameter: ModelParameter;
}

/** The first model that has a field so, by the expression of the field. */
function casesByExpression(): Map<string, Case> {
	const cases = new Map<string, Case>();
	for (const pair of allPairs()) {
		for (const parameter of pair.offer.parameters) {
			const expression = expressionOf(parameter);
			if (parameter.wirePath === undefined || cases.has(expression)) continue;
			cases.set(expression, { pair, parameter });
		}
	}
	return cases;
}

/** What a model may give that has read the expression's words. */
function goodValues({ type, choices = [], ...limits }: ModelParameter): unknown[] {
	const { minimum = 7, maximum = Number.MAX_SAFE_INTEGER, multipleOf } = limits;
	switch (type) {
		case 'choice':
		case 'ratio':
			return [...choices];
		case 'boolean':
			return [true, false];
		case 'text':
		case 'string':
			return ['A blue pear'];
		case 'integer':
		case 'number':
			return [minimum, multipleOf === undefined ? maximum : minimum + multipleOf];
	}
}

/** The same value as the gateway is to get it. */
function onWire({ wireNamesOfChoices, sentAsText, unsentValue }: ModelParameter, value: unknown) {
	if (value === unsentValue) return undefined;
	if (sentAsText) return String(value);
	return wireNamesOfChoices?.[String(value)] ?? value;
}

const at = (path: string, parameters: unknown) =>
	path
		.split('.')
		.reduce<unknown>(
			(inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
			parameters,
		);

describe('An expression for a tool', () => {
	let harness: NodeHarness;

	beforeAll(async () => (harness = await NodeHarness.open()));
	afterAll(async () => await harness.close());
	beforeEach(() => harness.reset());

	/** What comes of calls of a tool whose field is left to the model. */
	async function callWith(expression: string, { pair, parameter }: Case, values: unknown[]) {
		const { name, placement } = parameter;
		const field = { [name]: `=${expression}` };
		const { gateway, offer } = pair;
		return await callToolOf(
			harness,
			values.map((value) => ({ [name]: value })),
			{
				gateway,
				parameters: {
					model: offer.id,
					...(placement === 'main' ? field : { additionalFields: field }),
				},
			},
		);
	}

	it.each([...casesByExpression()])(
		'gives the gateway what the model says: %s',
		async (expression, one) => {
			expect(OF_PAGE).toContain(expression);
			const values = goodValues(one.parameter);
			const heard = await callWith(expression, one, values);
			for (const answer of heard) expect(answer).toContain('"status":"completed"');
			const sent = harness.sandbox.ledger
				.taskRows()
				.map(({ parameters }) => at(one.parameter.wirePath!, parameters));
			expect(sent).toEqual(values.map((value) => onWire(one.parameter, value)));
		},
	);

	it.each([...casesByExpression()].filter(([, { parameter }]) => parameter.choices))(
		'tells the model what there is, where it gave something else: %s',
		async (expression, one) => {
			const [heard] = await callWith(expression, one, ['a big one']);
			expect(heard).toMatch(
				/must be .*but is "a big one"\. So nothing was sent and nothing was paid\./,
			);
			expect(harness.creates()).toBe(0);
		},
	);

	const models = [...OF_PAGE].filter((expression) => expression.includes("'model'"));

	it.each(models)('takes each model that it names: %s', async (expression) => {
		const ids = (/\(([^()]+)\)',/.exec(expression)?.[1] ?? '').split(/, | or /);
		const pairs = ids.map((id) => allPairs().find(({ offer }) => offer.id === id)!);
		const gateway = allPairs().find(({ gateway: at }) =>
			ids.every((id) => allPairs().some((pair) => pair.gateway === at && pair.offer.id === id)),
		)!.gateway;
		expect(pairs.every(Boolean)).toBe(true);
		const heard = await callToolOf(
			harness,
			ids.map((model) => ({ model })),
			{ gateway, parameters: { model: `=${expression}` } },
		);
		for (const answer of heard) expect(answer).toContain('"status":"completed"');
		expect(harness.sandbox.ledger.taskRows().map(({ model }) => model)).toEqual(ids);
	});

	it('for Model is answered with what there is, where the model gave another', async () => {
		const [first = ''] = models;
		const [heard] = await callToolOf(harness, [{ model: 'flux_kontext_mini' }], {
			parameters: { model: `=${first}` },
		});
		expect(heard).toMatch(
			/^Model must be .*\. If you gave it, call again with one of these: flux_kontext_max, /,
		);
		expect(harness.creates()).toBe(0);
	});

	it('stands on the Russian page as on the English one', () => {
		expect(OF_PAGE.size).toBeGreaterThan(3);
		expect(new Set(toldIn('docs/ru/tool.md'))).toEqual(OF_PAGE);
	});
});
