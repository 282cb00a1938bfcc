import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { factsOf, type ItemFailure } from './errors';
import { showHint } from './hint';
import type { Item } from './operation';
import { readOutputOptions } from './options';
import { OUTPUT_NAMES } from './output';

/** What an item of the input came to. */
export interface ItemOutput {
	readonly items: readonly INodeExecutionData[];
	/** Absent where something is wrong with it. */
	readonly item: Item | undefined;
}

const OURS: ReadonlySet<string> = new Set(OUTPUT_NAMES);

/**
 * The items of the node's output, in the order of the input. Where an item is to include its input's
 * fields, ours lie over them, and its files over the input's. What has one of our names is ours also
 * where there is no value of ours: it would be that of another task, or an unedited photo in the place
 * of the picture. It is left out; in an error item, over whose names n8n may lay the row's, it is null.
 *
 * @param outputs by items of the input
 */
export function withInputFields(
	context: IExecuteFunctions,
	outputs: readonly ItemOutput[],
): INodeExecutionData[] {
	const input = context.getInputData();
	const covered = new Set<string>();
	const all = outputs.flatMap(({ items, item: ready }, itemIndex) => {
		const row = input[itemIndex];
		const { includeInputFields, binaryPropertyName } =
			ready?.options ?? readOutputOptions(context, itemIndex);
		if (!row || !includeInputFields) return items;
		const putsFiles = ready?.operation.options.includes('binaryPropertyName') ?? true;
		return items.map((item) => {
			for (const name of coveredIn(row, item)) covered.add(name);
			return onto(row, item, putsFiles ? binaryPropertyName : undefined);
		});
	});
	if (covered.size > 0) showHint({ context }, coveredHint([...covered]));
	return all;
}

/** @param fileName the binary field of our pictures */
function onto(
	row: INodeExecutionData,
	item: INodeExecutionData,
	fileName: string | undefined,
): INodeExecutionData {
	const ofRow = without(row.json, (name) => OURS.has(name));
	const isFailed = 'error' in item.json;
	const json = { ...ofRow, ...(isFailed && emptied(row.json)), ...item.json };
	const files = without(row.binary ?? {}, (name) => name === fileName);
	const binary = { ...files, ...item.binary };
	// On the item itself: an error that n8n routes by is a property that a copy would lose.
	return Object.assign(item, { json }, Object.keys(binary).length > 0 && { binary });
}

function without<T>(fields: Record<string, T>, isLeftOut: (name: string) => boolean) {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !isLeftOut(name)));
}

/** The fields of the input whose values do not come out; where both are of one task, ours are newer. */
function coveredIn({ json: row }: INodeExecutionData, { json }: INodeExecutionData) {
	if (row['requestId'] && row['requestId'] === json['requestId']) return [];
	return OUTPUT_NAMES.filter((name) => name in row && row[name] !== json[name]);
}

const coveredHint = (names: readonly string[]) =>
	`Fields of the input are covered by those of this node with the same name: ${names.join(', ')}. Rename them in a node before this one, or read them as {{ $('Node before').item.json.${names[0]} }}.`;

/** Our names that a row has, without a value: it would be that of another task. */
function emptied(row: IDataObject): Record<string, null> {
	return Object.fromEntries(OUTPUT_NAMES.filter((name) => name in row).map((name) => [name, null]));
}

/**
 * A failed item as the workflow sees it, under Continue On Fail or in an error output. In an error
 * output n8n routes an item by its `error`; that is kept non-enumerable, since an enumerable one
 * makes n8n put a bare message in place of the item's JSON. There n8n also lays the item over its
 * input item: a name of ours that has no value here is null, or it would show that of another task.
 * Its seed alone stays the row's there: workflows of 1.0 have a second gateway draw with it.
 * The input's files come along, for a second gateway to edit; on the regular output the next node
 * would publish the unedited photo.
 */
export function failedItem(context: IExecuteFunctions, failure: ItemFailure): INodeExecutionData {
	const { itemIndex, error, json } = failure;
	const { json: row = {}, binary } = context.getInputData()[itemIndex] ?? {};
	const covered = emptied(row);
	const facts = factsOf(failure);
	error.context['failure'] = facts;
	const isErrorOutput = context.getNode().onError === 'continueErrorOutput';
	if (isErrorOutput) delete covered['seed'];
	const item: INodeExecutionData = {
		json: { ...covered, error: error.message, ...json, failure: facts },
		pairedItem: { item: itemIndex },
	};
	if (isErrorOutput) {
		if (binary) item.binary = binary;
		Object.defineProperty(item, 'error', { value: error, enumerable: false });
	}
	return item;
}
