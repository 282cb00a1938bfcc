import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { asObject, isBlank, isObject } from '../core/json';
import type { InputImageRule } from '../models/model';
import {
	found,
	heldImage,
	ImageInputError,
	isAddress,
	isShown,
	type HeldImage,
} from './checkedImage';
import {
	areSame,
	besideJson,
	filesBeside,
	hasContent,
	isFile,
	onlySame,
	outputsOf,
} from './executionFiles';
import { partsOfText } from './partedText';
import { jsonIn } from './takenApart';

/** The files that an item of the input may name. */
export interface Files {
	/** Those of the item, by field; be they a part of its JSON, by their paths. */
	readonly byField: Readonly<Record<string, IBinaryData>>;
	/**
	 * Whether n8n has put a stored file into this execution. Any JSON can name a file of n8n's store by
	 * its ID, that of a webhook's caller too.
	 */
	isOurs(id: string): boolean;
	/** The files of all items of this execution; nothing where n8n does not tell of all. */
	all(): readonly IBinaryData[] | undefined;
	/** Whether an item of this execution has these fields, and no file in the same ones. */
	areOfItem(fields: Readonly<Record<string, unknown>>): boolean;
}

/** Where n8n 2 keeps an item's files in a workflow whose files are a part of the JSON. */
const FILES_IN_JSON = '_files';

/** How deep in the JSON files are looked for. */
const DEEPEST = 3;

/** The files of an item of the input, and of its execution. */
export function filesOf(context: IExecuteFunctions, itemIndex: number): Files {
	const input = context.getInputData();
	const { json, binary } = input[itemIndex] ?? {};
	// Where files are a part of the JSON, n8n itself takes all that look like one.
	const areInJson = context.getWorkflowSettings().binaryMode === 'combined';
	const isInJson = areInJson && isBlank(binary);
	const byField = isInJson
		? Object.fromEntries(filesAmong(asObject(json), ''))
		: filesBeside({ binary });
	const items = () => [...input, ...(outputsOf(context) ?? [])];
	const all = () => [
		...Object.values(byField),
		...items().flatMap((item) => Object.values(filesBeside(item))),
	];
	return {
		byField,
		isOurs: (id) => areInJson || hasId(Object.values(byField), id) || hasId(all(), id),
		all: () => outputsOf(context) && all(),
		areOfItem: (fields) => items().some((item) => lackTheSame(fields, besideJson(item))),
	};
}

const hasId = (files: readonly IBinaryData[], id: string) => files.some((file) => file.id === id);

type Fields = Readonly<Record<string, unknown>>;

function lackTheSame(fields: Fields, others: Fields): boolean {
	const names = Object.keys(fields);
	return (
		names.length === Object.keys(others).length &&
		names.every(
			(name) => Object.hasOwn(others, name) && isBlank(fields[name]) === isBlank(others[name]),
		)
	);
}

function filesAmong(fields: object, path: string, depth = 1): Array<[string, IBinaryData]> {
	return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
		const inner = name === FILES_IN_JSON ? path : `${path}${name}.`;
		if (isFile(value)) return [[`${path}${name}`, value] satisfies [string, IBinaryData]];
		return isObject(value) && depth < DEEPEST ? filesAmong(value, inner, depth + 1) : [];
	});
}

/** What parts two names. */
const SEPARATOR = /[,;]/;

/** The whole of what comes in beside the JSON, and an expression that reads nothing but that. */
const ALL_OF_ITEM = /^=\{\{\s*\$binary\s*\}\}$/;
const OF_ITEM_ALONE = /^(?=[^]*\$binary\b)(?:[^$]|\$binary\b)*$/;

/** An expression that gives all files of an item. In a map of its own making, what is empty is a missing picture. */
const ENDS_IN_BINARY = /\bbinary[\s)\]]*\}\}$/;

/**
 * Names by comma, semicolon, tab or line, where the item has no field under the whole text, or as a list
 * in JSON; the files of a map, or of an item; the file that one without its content is. A text never
 * becomes a file: from outside, it could name the files of others.
 *
 * @param expression what the value is written as; absent where a hand typed the value
 */
export function filesIn(
	value: unknown,
	files: Files,
	expression: string | undefined,
): readonly unknown[] | undefined {
	if (typeof value === 'string') {
		if (nameIn(value, files) !== undefined || value.trim() === '') return undefined;
		const json = jsonIn(value);
		if (json) return json.every(isListOfNames) ? json : undefined;
		const names = partsOfText(value, SEPARATOR, expression !== undefined);
		return names.length > 1 ? names : undefined;
	}
	if (!isObject(value)) return undefined;
	if (isFile(value)) {
		const whole = hasContent(value) ? undefined : withContent(value, files, expression);
		return whole && [whole];
	}
	if (isItem(value)) return [Object.fromEntries(fieldsWithSomething(besideJson(value)))];
	const isBinary = ENDS_IN_BINARY.test(expression ?? '') && Object.values(value).some(isBlank);
	const areOfItem = isBinary && files.areOfItem(value);
	const fields = areOfItem ? fieldsWithSomething(value) : Object.entries(value);
	const isAllOfItem = ALL_OF_ITEM.test(expression ?? '');
	return fields.map(([name, file]) => {
		const own = isAllOfItem && Object.hasOwn(files.byField, name) && files.byField[name];
		return own && isFile(file) && areSame(file, own) ? own : file;
	});
}

/** Whether an object is an item of n8n; its files may have these names too. */
const isItem = (value: Fields): boolean =>
	[value['json'], value['binary']].some((part) => isObject(part) && !isFile(part));

/** A field of an item with nothing in it is as one that is not there. */
const fieldsWithSomething = (fields: Fields) =>
	Object.entries(fields).filter(([, value]) => !isBlank(value));

const isListOfNames = (value: unknown): boolean =>
	Array.isArray(value) && value.every((name) => typeof name === 'string');

/** The field that a text names; nothing where the item has none of that name. */
const nameIn = (text: string, { byField }: Files): string | undefined =>
	[text, text.trim(), text.trim().replace(`${FILES_IN_JSON}.`, '')].find((name) =>
		Object.hasOwn(byField, name),
	);

/**
 * The image in the file that a name or an object means, wherever n8n keeps its bytes.
 *
 * @throws ImageInputError where there is none
 */
export async function readFile(
	context: IExecuteFunctions,
	value: unknown,
	place: string,
	files: Files,
	rule: InputImageRule,
): Promise<HeldImage> {
	const file = fileOf(value, place, files);
	const bytes = async () => await bytesOf(file, place, context);
	return heldImage(place, await bytes(), rule, bytes);
}

function fileOf(value: unknown, place: string, files: Files): IBinaryData {
	const name = typeof value === 'string' ? nameIn(value, files) : undefined;
	const given = name === undefined ? value : files.byField[name];
	if (!isFile(given)) {
		throw new ImageInputError(`${place}: ${flawOf(value, Object.keys(files.byField))}`);
	}
	const isWhole = hasContent(given);
	if (isWhole && (!given.id || files.isOurs(given.id))) return given;
	const flaw = isWhole
		? 'no node of this execution has put out this file of n8n'
		: 'n8n gives this file without its content';
	throw new ImageInputError(
		`${place}: ${flaw}. Give the name of its field, or {{ $('Node').item.binary.field }}`,
	);
}

/** What is wrong with what names no file; a text that may hold a secret is not shown. */
function flawOf(value: unknown, names: readonly string[]): string {
	const expected = 'Input Binary Field must be the name of a field, or a file, but';
	const has = names.length > 0 ? `: ${names.join(', ')}` : ' no files';
	if (typeof value !== 'string' || value.trim() === '') {
		const isEmptyMap = isObject(value) && Object.values(value).every(isBlank);
		return `${expected} ${found(value)}${isEmptyMap ? ' without files' : ''}. This item has${has}`;
	}
	if (isAddress(value)) return `${expected} is an address. Choose URL as its Source`;
	if (jsonIn(value)) {
		return `${expected} is JSON in a text. Give a file by an expression with nothing around it, such as {{ $binary.photo }}. This item has${has}`;
	}
	const name = value.trim();
	return `This item has no file in ${isShown(name) ? `"${name}"` : 'the field that is named here'}. It has${has}`;
}

/**
 * `$binary` and `$node` lack the bytes of files that n8n keeps in memory. What such a file is has to be
 * told by the rest of it, which several may have alike: then it is not guessed, for another's picture
 * would be edited and paid for.
 */
function withContent(
	file: IBinaryData,
	files: Files,
	expression: string | undefined,
): IBinaryData | undefined {
	const isOfItem = OF_ITEM_ALONE.test(expression ?? '');
	const among = isOfItem ? Object.values(files.byField) : files.all();
	return among && onlySame(file, among);
}

async function bytesOf(
	{ id, data }: IBinaryData,
	place: string,
	{ helpers }: IExecuteFunctions,
): Promise<Buffer> {
	if (!id) return Buffer.from(data, 'base64');
	const read = async () => await helpers.binaryToBuffer(await helpers.getBinaryStream(id));
	return await read().catch((error: unknown) => {
		const reason = error instanceof Error ? error.message : String(error);
		throw new ImageInputError(`${place}: n8n could not read the file: ${reason}`);
	});
}
