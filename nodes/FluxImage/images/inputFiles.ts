import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../core/json';
import { found, ImageInputError, isAddress, isShown } from './checkedImage';
import { jsonIn } from './takenApart';

/** The files of an item, by field. */
export type Files = Readonly<Record<string, IBinaryData>>;

/** Where n8n 2 keeps an item's files in a workflow whose files are a part of the JSON. */
const FILES_IN_JSON = '_files';

/** How deep in the JSON files are looked for. */
const DEEPEST = 3;

/** The files of an item of the input, be they a part of its JSON: those by their paths. */
export function filesOf(context: IExecuteFunctions, itemIndex: number): Files {
	const { json = {}, binary = {} } = context.getInputData()[itemIndex] ?? {};
	if (Object.keys(binary).length > 0) return binary;
	return Object.fromEntries(filesAmong(json, ''));
}

function filesAmong(fields: object, path: string, depth = 1): Array<[string, IBinaryData]> {
	return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
		const inner = name === FILES_IN_JSON ? path : `${path}${name}.`;
		if (isFile(value)) return [[`${path}${name}`, value] satisfies [string, IBinaryData]];
		return isObject(value) && depth < DEEPEST ? filesAmong(value, inner, depth + 1) : [];
	});
}

/** Whether a value is a file as n8n has it, be it without its content. */
const isFile = (value: unknown): value is IBinaryData =>
	isObject(value) && typeof value['mimeType'] === 'string' && !isObject(value['binary']);

/**
 * Names by comma, where the item has no field under the whole text, or as a list in JSON; the files of a
 * map, or of an item. A text never becomes a file: from outside, it could name the files of others.
 */
export function filesIn(value: unknown, files: Files): readonly unknown[] | undefined {
	if (typeof value === 'string') {
		if (nameIn(value, files) !== undefined) return undefined;
		const json = jsonIn(value);
		if (json) return json.every(isListOfNames) ? json : undefined;
		const names = value.split(',');
		return names.length > 1 ? names : undefined;
	}
	if (!isObject(value) || isFile(value)) return undefined;
	if (isObject(value['binary'])) return [value['binary']];
	return Object.entries(value).map(([name, file]) =>
		isFile(file) && !hasContent(file) && Object.hasOwn(files, name) ? files[name] : file,
	);
}

const isListOfNames = (value: unknown): boolean =>
	Array.isArray(value) && value.every((name) => typeof name === 'string');

/** The field that a text names; nothing where the item has none of that name. */
const nameIn = (text: string, files: Files): string | undefined =>
	[text, text.trim(), text.trim().replace(`${FILES_IN_JSON}.`, '')].find((name) =>
		Object.hasOwn(files, name),
	);

/**
 * The file that a name or an object means.
 *
 * @throws ImageInputError where there is none
 */
export function fileOf(value: unknown, place: string, files: Files): IBinaryData {
	if (isFile(value)) return withContent(value, place, files);
	const name = typeof value === 'string' ? nameIn(value, files) : undefined;
	const file = name === undefined ? undefined : files[name];
	if (file) return withContent(file, place, files);
	throw new ImageInputError(`${place}: ${flawOf(value, Object.keys(files))}`);
}

/** What is wrong with what names no file; a text that may hold a secret is not shown. */
function flawOf(value: unknown, names: readonly string[]): string {
	const expected = 'Input Binary Field must be the name of a field, or a file, but';
	const has = names.length > 0 ? `: ${names.join(', ')}` : ' no files';
	if (typeof value !== 'string' || value.trim() === '') {
		const isEmptyMap = isObject(value) && Object.keys(value).length === 0;
		return `${expected} ${found(value)}${isEmptyMap ? ' without files' : ''}. This item has${has}`;
	}
	if (isAddress(value)) return `${expected} is an address. Choose URL as its Source`;
	if (jsonIn(value)) {
		return `${expected} is JSON in a text. Give a file by an expression with nothing around it, such as {{ $binary.photo }}. This item has${has}`;
	}
	const name = value.trim();
	return `This item has no file in ${isShown(name) ? `"${name}"` : 'the field that is named here'}. It has${has}`;
}

/** Words in the place of a file's bytes, where n8n has stored them elsewhere. */
const STORED_BY_N8N = /^(filesystem(-v2)?|s3|database|azure|object-?storage)(:|$)/i;

/** Whether a text is n8n's word for where it has stored a file, and not the file. */
export const isPlaceInStore = (text: string): boolean => STORED_BY_N8N.test(text);

/** An empty file has its content too, and is told to be empty. */
const hasContent = ({ id, data }: IBinaryData): boolean =>
	(typeof id === 'string' && id !== '') || (typeof data === 'string' && !isPlaceInStore(data));

/**
 * `$binary` lacks the bytes of files that n8n keeps in memory: they are those of the item's file that is
 * the same in all the rest.
 */
function withContent(file: IBinaryData, place: string, files: Files): IBinaryData {
	if (hasContent(file)) return file;
	const facts = Object.entries(file).filter(([name]) => name !== 'data');
	const same = Object.values(files).filter(
		(other) =>
			hasContent(other) &&
			facts.every(([name, value]) => (other as Record<string, unknown>)[name] === value),
	);
	const contents = new Set(same.map(({ id, data }) => id ?? data));
	const [only] = same;
	if (only && contents.size === 1) return only;
	throw new ImageInputError(
		`${place}: n8n gives this file without its content. Give the name of its field, or {{ $('Node').item.binary.field }}`,
	);
}

/**
 * The bytes of a file, wherever n8n keeps them.
 *
 * @throws ImageInputError where n8n has them no more
 */
export async function bytesOf(
	{ helpers }: IExecuteFunctions,
	{ id, data }: IBinaryData,
	place: string,
): Promise<Buffer> {
	if (!id) return Buffer.from(data, 'base64');
	const read = async () => await helpers.binaryToBuffer(await helpers.getBinaryStream(id));
	return await read().catch((error: unknown) => {
		const reason = error instanceof Error ? error.message : String(error);
		throw new ImageInputError(`${place}: n8n could not read the file: ${reason}`);
	});
}
