import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { emptied, OUTPUT_NAMES } from './errors';
import { showHint } from './hint';
import type { Operation } from './operation';
import { readOutputOptions, type TaskOptions } from './options';

/** What an item of the input came to. */
export interface ItemOutput {
	readonly items: readonly INodeExecutionData[];
	/** Absent where they are wrong. */
	readonly options?: TaskOptions | undefined;
	/** Absent where it was not read. */
	readonly operation?: Operation | undefined;
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
	const all = outputs.flatMap(({ items, options, operation }, itemIndex) => {
		const row = input[itemIndex];
		const { includeInputFields, binaryPropertyName } =
			options ?? readOutputOptions(context, itemIndex);
		if (!row || !includeInputFields) return items;
		const putsFiles = operation?.options.includes('binaryPropertyName') ?? true;
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
