import type { INodeExecutionData } from 'n8n-workflow';

import { FLUX_NAME, type Outcome } from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** Rows of a table as a Sheets node gives them: with the number that each has now. */
const table = (...orders: string[]): INodeExecutionData[] =>
	orders.map((order, index) => ({
		json: { order, prompt: `A mug for order ${order}`, row_number: index + 2 },
	}));

const UNSORTED = table('A-1', 'B-2', 'C-3');
const SORTED = table('C-3', 'A-1', 'B-2');

let executions = 0;

const run = async (items: INodeExecutionData[], payOnceKey: string, ask: Ask = {}) =>
	await harness.run({
		executionId: `table-${++executions}`,
		...ask,
		items,
		options: { payOnceKey, includeInputFields: true },
	});

/** For which order each row's picture was drawn. */
function drawnFor({ items }: Outcome) {
	const tasks = harness.sandbox.ledger.taskRows();
	return items.map(({ json }) => [
		json.order,
		tasks.find(({ id }) => id === json.requestId)?.prompt.replace('A mug for order ', ''),
	]);
}

const hintsOf = ({ run: { data } }: Outcome) =>
	(data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

describe('A table that is sorted between two runs', () => {
	it.each(['={{ $json.order }}', "={{ $('Items').item.json.order }}", '={{ $json.order }}-mug'])(
		'has each row with its own picture, paid once, by the key %s',
		async (key) => {
			await run(UNSORTED, key);
			const second = await run(SORTED, key);
			expect(drawnFor(second)).toEqual([
				['C-3', 'C-3'],
				['A-1', 'A-1'],
				['B-2', 'B-2'],
			]);
			expect(harness.sandbox.ledger.billed()).toBe(3);
			expect(second.items.map(({ json }) => [json.reused, json.requestChanged])).toEqual(
				Array(3).fill([true, undefined]),
			);
		},
	);

	it.each(['={{ $json.row_number }}', '={{ $itemIndex }}'])(
		"has each row with another row's picture, by the key %s",
		async (key) => {
			await run(UNSORTED, key);
			const second = await run(SORTED, key);
			expect(drawnFor(second)).toEqual([
				['C-3', 'A-1'],
				['A-1', 'B-2'],
				['B-2', 'C-3'],
			]);
			expect(second.items.map(({ json }) => json.requestChanged)).toEqual(Array(3).fill(true));
		},
	);

	it('has the pictures of rows that were deleted under the numbers of others', async () => {
		await run(UNSORTED, '={{ $json.row_number }}');
		const second = await run(table('C-3'), '={{ $json.row_number }}');
		expect(drawnFor(second)).toEqual([['C-3', 'A-1']]);
	});
});

describe('A hint tells of a key that names no order', () => {
	/** Other names of what counts, and a row that is none. */
	const COUNTS = {
		...{ rowIndex: 2, row: 2, Row: { id: 7, row_number: 2 }, 'Row #': 2, rowNumber: 2, index: 1 },
		...{ __rowNum__: 2, list: ['A-1'], row_id: 'r7' },
	};

	const hintOf = async (key: string) => {
		const items = table('A-1').map((item) => ({
			json: { ...item.json, 'row number': 2, ...COUNTS },
		}));
		return hintsOf(await run(items, key, { mode: 'manual' })).filter((hint) =>
			hint.includes('only a row number or an index'),
		);
	};

	it.each([
		'={{ $json.row_number }}',
		"={{ $json['row_number'] }}",
		'={{ $json["row number"] }}',
		'={{ $json?.row_number }}',
		"={{ $('Items').item.json.row_number }}",
		'={{ $input.item.json.row_number }}',
		'={{ String($json.row_number) }}',
		'={{ $json.row_number.toString() }}',
		"={{ 'order ' + $json.row_number }}",
		'=order-{{ $json.row_number }}-{{ $itemIndex }}',
		'={{ $itemIndex + 1 }}',
		'=order {{ $itemIndex }}',
		'={{ $runIndex }}-{{ $itemIndex }}',
		'={{ $workflow.id }}-{{ $json.row_number }}',
		'={{ $execution.id }}-{{ $itemIndex }}',
		'={{ $workflow.name + $json.row_number }}',
		'={{ $input.all().indexOf($input.item) }}',
		'={{ $input.all().findIndex(({ json }) => json.order === $json.order) }}',
		'={{ $input.all().map((item) => item.json.order).indexOf($json.order) + 1 }}',
		'={{ $input.all().find(({ json }) => json.order === $json.order).json.row_number }}',
		'=order {{ $input.all().length }}',
		'={{ $json.rowIndex }}',
		'={{ $json.row }}',
		'={{ $json.Row.row_number }}',
		"={{ $json['Row #'] }}",
		'={{ $json.rowNumber }}',
		'={{ $json.__rowNum__ }}',
		'={{ $json.index }}',
		'={{ $json[`row_number`] }}',
		'={{ $json\n\t.row_number }}',
		'={{ $json?.["row_number"] }}',
		'={{ /* $json.order */ $itemIndex }}',
		'={{ // $json.order\n$itemIndex }}',
		"={{ '$price.of ' + $itemIndex }}",
		"={{ 'http://shop/' + $itemIndex }}",
		'={{ `order ${$json.row_number}-${$itemIndex}` }}',
		'={{ $("Items").itemMatching($itemIndex).json.row_number }}',
		"={{ $('Items').all()[$itemIndex].json.row_number }}",
		'={{ $node["Items"].json.row_number }}',
		'={{ $ifEmpty($json.row_number, $itemIndex) }}',
		'={{ $json.row_number.toString().padStart(4, "0") }}',
	])('%s', async (key) => {
		expect(await hintOf(key)).toHaveLength(1);
	});

	it.each([
		'={{ $json.order }}',
		'={{ $json.order }}-{{ $itemIndex }}',
		'={{ $json.row_number }}-{{ $json.prompt }}',
		"={{ [$json.order, $itemIndex].join('-') }}",
		"={{ $('Items').item.json.order }}",
		'order 7',
		'={{ $workflow.id }}-7',
		'={{ $workflow.id }}-{{ $json.order }}',
		'={{ $json.Row.id }}',
		'={{ $json.row_id }}',
		'={{ $json.row_number.toString().concat($json.order) }}',
		"={{ $json.order.slice(0, $json.order.indexOf('-')) }}",
		"={{ $json['order'] + '-' + $json['row number'] }}",
		'={{ /* the row */ $json.order /* $itemIndex */ }}',
		"={{ 'http://shop/' + $json.order }}",
		'={{ `${$itemIndex} of ${$json.order}` }}',
		'={{ $("Items").itemMatching($itemIndex).json.order }}',
		'={{ $input.all()[$itemIndex].json.order }}',
		"={{ $jmespath($json, 'order') }}",
		'={{ $ifEmpty($json.order, $itemIndex) }}',
		"={{ $json.list[0].replace(/'/g, '') + $itemIndex }}",
	])('but not of %s', async (key) => {
		expect(await hintOf(key)).toEqual([]);
	});
});
