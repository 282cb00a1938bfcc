import type { IExecuteFunctions } from 'n8n-workflow';

import { isBlank, isObject } from '../core/json';
import { nameOf } from '../models';
import { inputImageRule } from '../models/inputImages';
import type { InputImageRule, ModelOffer } from '../models/model';
import { found, ImageInputError, type InputImage } from './checkedImage';
import { readBase64 } from './inputBase64';
import { filesIn, filesOf, readFile, type Files } from './inputFiles';
import { readTask, type FindEarlierTask } from './inputTask';
import { addressesIn, readUrl, URL_HOLE } from './inputUrls';
import { jsonIn, takenApart } from './takenApart';

/** An earlier task, as an item names it. */
export type EarlierTask = ReturnType<FindEarlierTask>;

/** What input images are read for. */
export interface ImagesFor {
	readonly offer: ModelOffer;
	/** Of `readParameters`. */
	readonly switches: Readonly<Record<string, unknown>>;
	readonly earlierTask: FindEarlierTask;
}

/** A row of the Input Images field. */
type ImageRow = Readonly<Record<string, unknown>>;

/** What an image is read with. */
interface Reading {
	readonly context: IExecuteFunctions;
	readonly files: Files;
	readonly rule: InputImageRule;
	readonly earlierTask: FindEarlierTask;
}

/** A choice of the Source field. */
interface Source {
	/** What of the row holds the images. */
	readonly of: (row: ImageRow) => unknown;
	/**
	 * The parts of a value that holds several images, or one within (`takenApart`).
	 *
	 * @param expression what it is written as; absent where a hand typed it
	 */
	readonly apart: (
		value: unknown,
		files: Files,
		expression: string | undefined,
	) => readonly unknown[] | undefined;
	/** What is wrong with an empty place among them, where the source has words of its own for it. */
	readonly hole?: string;
	readonly read: (
		value: unknown,
		name: string,
		reading: Reading,
	) => Promise<InputImage> | InputImage;
}

const SOURCES: Readonly<Record<string, Source>> = {
	base64: {
		of: ({ base64 }) => base64,
		apart: (value) => (typeof value === 'string' ? jsonIn(value) : undefined),
		read: (value, name, { rule }) => readBase64(value, name, rule),
	},
	binary: {
		of: ({ binaryPropertyName }) => binaryPropertyName,
		apart: filesIn,
		read: async (value, name, { context, files, rule }) =>
			readFile(context, value, name, files, rule),
	},
	task: {
		of: (row) => row,
		apart: () => undefined,
		read: (row, name, { rule, earlierTask }) =>
			readTask(row as ImageRow, name, rule.maximumBytes, earlierTask),
	},
	url: {
		of: ({ url }) => url,
		apart: (value, _files, expression) => addressesIn(value, expression),
		hole: URL_HOLE,
		read: (value, name, { rule }) => readUrl(value, name, rule),
	},
};

/**
 * The input images of an item, checked against what its model takes: all are taken apart and counted
 * before any is read.
 *
 * @throws ImageInputError naming the field and the image
 */
export async function readInputImages(
	context: IExecuteFunctions,
	itemIndex: number,
	{ offer, switches, earlierTask }: ImagesFor,
): Promise<readonly InputImage[]> {
	const rows = rowsOf(context.getNodeParameter('inputImages', itemIndex, {}));
	if (rows.length === 0) return [];
	const files = filesOf(context, itemIndex);
	const written = context.getNodeParameter('inputImages', itemIndex, {}, { rawExpressions: true });
	const parts = rows.flatMap((row, index) =>
		partsOf(row, writtenRow(written, index), `Input Images ${index + 1}`, files),
	);
	const rule = inputImageRule(offer, switches, parts.length);
	const maximumCount = rule?.maximumCount ?? 0;
	if (!rule || parts.length > maximumCount) {
		throw new ImageInputError(
			`Input Images must be at most ${maximumCount} for ${nameOf(offer)}, but are ${parts.length}`,
		);
	}
	const reading = { context, files, rule, earlierTask };
	const images: InputImage[] = [];
	for (const { source, value, name } of parts) {
		images.push(await source.read(value, name, reading));
	}
	return images;
}

/**
 * What the field holds as the editor has it, `{ image: [row, …] }`, or as an expression may give it: one
 * row, or a list, with or without the name around it.
 */
const rowsIn = (field: unknown): unknown =>
	isObject(field) && 'image' in field ? field['image'] : field;

/** The rows of the field. An untouched field is `{}`. */
function rowsOf(field: unknown): readonly ImageRow[] {
	const given = rowsIn(field);
	if (given !== false && isBlank(given)) return [];
	const rows: readonly unknown[] = Array.isArray(given) ? given : [given];
	if (rows.every(isObject)) return rows;
	const kind = kindOf(rows.find((row) => !isObject(row)));
	throw new ImageInputError(
		`Input Images must be rows with a Source and its image, but ${Array.isArray(given) ? 'one is' : 'are'} ${kind}`,
	);
}

/** A text is not shown: an address may hold a password. */
function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'string' ? 'a text' : String(value);
}

/** A row as it is written; the whole field or its list where that is one expression. */
function writtenRow(written: unknown, index: number): unknown {
	const given = rowsIn(written);
	return Array.isArray(given) ? (given as readonly unknown[])[index] : given;
}

/** One image of a row, not read yet. */
interface Part {
	readonly source: Source;
	readonly value: unknown;
	readonly name: string;
}

function partsOf(row: ImageRow, written: unknown, name: string, files: Files): readonly Part[] {
	const source = sourceOf(row, name);
	const text = isObject(written) ? source.of(written) : written;
	const expression = typeof text === 'string' && text.startsWith('=') ? text : undefined;
	const values = takenApart(source.of(row), (value) => source.apart(value, files, expression));
	return values.map((value, index) => {
		const place = values.length > 1 ? `${name}, image ${index + 1}` : name;
		const isHole = values.length > 1 && typeof value === 'string' && value.trim() === '';
		// Before they are counted: a hole would be one image too many.
		if (isHole && source.hole) throw new ImageInputError(`${place}: ${source.hole}`);
		return { source, value, name: place };
	});
}

function sourceOf(row: ImageRow, name: string): Source {
	const chosen = row['source'] ?? 'binary';
	const source = typeof chosen === 'string' && Object.hasOwn(SOURCES, chosen) && SOURCES[chosen];
	if (source) return source;
	throw new ImageInputError(
		`${name}: Source must be base64, binary, task or url, but ${found(chosen)}`,
	);
}
