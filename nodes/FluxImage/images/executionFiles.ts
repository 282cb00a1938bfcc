import type { IBinaryData, IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

import { asObject, isObject } from '../core/json';

/** An item of n8n, or what may be one. */
interface Item {
	readonly binary?: unknown;
}

/** Words in the place of a file's bytes, where n8n has stored them elsewhere. */
const STORED_BY_N8N = /^(filesystem(-v2)?|s3|database|azure|object-?storage)(:|$)/i;

/** Whether a text is n8n's word for where it has stored a file, and not the file. */
export const isPlaceInStore = (text: string): boolean => STORED_BY_N8N.test(text);

/** Whether a value is a file as n8n has it, be it without its content. */
export const isFile = (value: unknown): value is IBinaryData =>
	isObject(value) && typeof value['mimeType'] === 'string' && !isObject(value['binary']);

/** An empty file has its content too, and is told to be empty. */
export const hasContent = ({ id, data }: IBinaryData): boolean =>
	(typeof id === 'string' && id !== '') || (typeof data === 'string' && !isPlaceInStore(data));

/** What lies beside an item's JSON, by field. Code may have written `null` there, or anything else. */
export const besideJson = (item: Item | null | undefined): Readonly<Record<string, unknown>> =>
	asObject(item?.binary);

/** The files of an item, by field: one without a file is as one that is not there. */
export const filesBeside = (item: Item | null | undefined): Readonly<Record<string, IBinaryData>> =>
	Object.fromEntries(
		Object.entries(besideJson(item)).filter((field): field is [string, IBinaryData] =>
			isFile(field[1]),
		),
	);

/** What all nodes of this execution have put out; nothing where n8n does not tell. */
export function outputsOf(context: IExecuteFunctions): readonly Item[] | undefined {
	// n8n's context has it beside its interface.
	const { runExecutionData } = context as { runExecutionData?: IRunExecutionData | null };
	if (!runExecutionData) return undefined;
	const runs = Object.values(runExecutionData.resultData.runData).flat();
	return runs
		.flatMap(({ data }) => Object.values(data ?? {}).flat())
		.flatMap((items) => items ?? []);
}

/**
 * The file that one without its content is: the only one among these that is the same in all the rest.
 * Nothing where none is, or several are that differ in their content.
 */
export function onlySame(
	file: IBinaryData,
	among: readonly IBinaryData[],
): IBinaryData | undefined {
	const same = among.filter((other) => hasContent(other) && areSame(file, other));
	const contents = new Set(same.map(({ id, data }) => id ?? data));
	return contents.size === 1 ? same[0] : undefined;
}

/** Whether two files are the same in all but their content: name, type, size and what else n8n tells. */
export function areSame(file: IBinaryData, other: IBinaryData): boolean {
	const names = new Set([...Object.keys(file), ...Object.keys(other)]);
	names.delete('data');
	const [one, two] = [asObject(file), asObject(other)];
	return [...names].every((name) => isSame(one[name], two[name]));
}

const isSame = (one: unknown, two: unknown): boolean =>
	one === two || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(two));
