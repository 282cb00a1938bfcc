import type { IBinaryData, IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';

import { isObject } from '../core/json';
import type { InputImageRule } from '../models/model';
import {
	found,
	heldImage,
	ImageInputError,
	isAddress,
	isShown,
	type HeldImage,
} from './checkedImage';
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
}

/** Where n8n 2 keeps an item's files in a workflow whose files are a part of the JSON. */
const FILES_IN_JSON = '_files';

/** How deep in the JSON files are looked for. */
const DEEPEST = 3;

/** The files of an item of the input, and of its execution. */
export function filesOf(context: IExecuteFunctions, itemIndex: number): Files {
	const { json = {}, binary = {} } = context.getInputData()[itemIndex] ?? {};
	// Where files are a part of the JSON, n8n itself takes all that look like one.
	const areInJson = context.getWorkflowSettings().binaryMode === 'combined';
	const isInJson = areInJson && Object.keys(binary).length === 0;
	return {
		byField: isInJson ? Object.fromEntries(filesAmong(json, '')) : binary,
		isOurs: (id) => areInJson || isOfExecution(id, context),
	};
}

function filesAmong(fields: object, path: string, depth = 1): Array<[string, IBinaryData]> {
	return Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
		const inner = name === FILES_IN_JSON ? path : `${path}${name}.`;
		if (isFile(value)) return [[`${path}${name}`, value] satisfies [string, IBinaryData]];
		return isObject(value) && depth < DEEPEST ? filesAmong(value, inner, depth + 1) : [];
	});
}

/** Whether n8n has a file beside an item that came in, or beside one that a node before has put out. */
function isOfExecution(id: string, context: IExecuteFunctions): boolean {
	// n8n's context has it beside its interface; where it should be missing, the input alone counts.
	const { runExecutionData } = context as { runExecutionData?: IRunExecutionData | null };
	const runs = Object.values(runExecutionData?.resultData.runData ?? {}).flat();
	const outputs = runs.flatMap(({ data = {} }) => Object.values(data).flat());
	return [context.getInputData(), ...outputs].some((items) =>
		items?.some(({ binary }) => Object.values(binary ?? {}).some((file) => file.id === id)),
	);
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
		isFile(file) && !hasContent(file) && Object.hasOwn(files.byField, name)
			? files.byField[name]
			: file,
	);
}

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
	const file = withContent(given, files);
	if (file && (!file.id || files.isOurs(file.id))) return file;
	const flaw = file
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
function withContent(file: IBinaryData, { byField }: Files): IBinaryData | undefined {
	if (hasContent(file)) return file;
	const facts = Object.entries(file).filter(([name]) => name !== 'data');
	const same = Object.values(byField).filter(
		(other) =>
			hasContent(other) &&
			facts.every(([name, value]) => (other as Record<string, unknown>)[name] === value),
	);
	const contents = new Set(same.map(({ id, data }) => id ?? data));
	return contents.size === 1 ? same[0] : undefined;
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
