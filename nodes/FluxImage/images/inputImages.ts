import { createHash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../core/json';
import { pathPartIn } from '../gateways/pathPart';
import type { TaskRef } from '../core/task';
import { nameOf } from '../models';
import { inputImageRule } from '../models/inputImages';
import type { InputImageRule, ModelOffer } from '../models/model';
import {
	found,
	ImageInputError,
	shownMegabytes,
	type EarlierPicture,
	type HeldImage,
	type InputImage,
} from './checkedImage';
import { isTurnedByExif } from './exif';
import { readBase64Text } from './inputBase64';
import { bytesOf, fileOf, filesIn, filesOf, type Files } from './inputFiles';
import { addressesIn, readUrl, URL_HOLE } from './inputUrls';
import { otherThanPicture, pictureTypeOf } from './signature';
import { jsonIn, takenApart, type Apart } from './takenApart';

/** An earlier task, as an item names it. */
export interface EarlierTask {
	readonly task: TaskRef;
	/** How the item contradicts the node about it. */
	readonly contradiction?: string;
}

/** What input images are read for. */
export interface ImagesFor {
	readonly offer: ModelOffer;
	/** Of `readParameters`. */
	readonly switches: Readonly<Record<string, unknown>>;
	/**
	 * The task of that id.
	 *
	 * @param model what the row says of its model; absent where it says nothing
	 */
	earlierTask(requestId: string, model: string | undefined): EarlierTask;
}

/** A row of the Input Images field. */
type ImageRow = Readonly<Record<string, unknown>>;

/** What an image is read with. */
interface Reading {
	readonly context: IExecuteFunctions;
	readonly files: Files;
	readonly rule: InputImageRule;
	readonly earlierTask: ImagesFor['earlierTask'];
}

interface ReadImage {
	readonly image: InputImage;
	/** Its bytes, where they are here; let go once they are checked. */
	readonly content?: Buffer;
}

/** A choice of the Source field. */
interface Source {
	/** What of the row holds the images. */
	readonly of: (row: ImageRow) => unknown;
	/**
	 * How they are taken apart where they are several.
	 *
	 * @param isExpression whether an expression gave them, and no hand typed them
	 */
	readonly apart: (files: Files, isExpression: boolean) => Apart;
	/** What is wrong with an empty place among them, where the source has words of its own for it. */
	readonly hole?: string;
	readonly read: (value: unknown, name: string, reading: Reading) => Promise<ReadImage> | ReadImage;
}

const listInJson: Apart = (value) => (typeof value === 'string' ? jsonIn(value) : undefined);

const SOURCES: Readonly<Record<string, Source>> = {
	base64: { of: ({ base64 }) => base64, apart: () => listInJson, read: readBase64 },
	binary: {
		of: ({ binaryPropertyName }) => binaryPropertyName,
		apart: (files) => (value) => filesIn(value, files),
		read: readBinary,
	},
	task: { of: (row) => row, apart: () => () => undefined, read: readTask },
	url: {
		of: ({ url }) => url,
		apart: (_files, isExpression) => (value) => addressesIn(value, isExpression),
		hole: URL_HOLE,
		read: (value, name, { rule }) => ({ image: readUrl(value, name, rule) }),
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
	const written: unknown = context.getNodeParameter('inputImages', itemIndex, {}, RAW);
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
		const read = await source.read(value, name, reading);
		checkImage(read, rule, name);
		images.push(read.image);
	}
	return images;
}

/** Expressions as they are written, and not what they give. */
const RAW = { rawExpressions: true } as const;

/** A row as it is written; the whole field or its list where that is one expression. */
function writtenRow(field: unknown, index: number): unknown {
	const given = isObject(field) && 'image' in field ? field['image'] : field;
	return Array.isArray(given) ? (given as readonly unknown[])[index] : given;
}

/** How n8n marks a text that is an expression. */
const isExpressionText = (written: unknown) =>
	typeof written === 'string' && written.startsWith('=');

/** One image of a row, not read yet. */
interface Part {
	readonly source: Source;
	readonly value: unknown;
	readonly name: string;
}

function partsOf(row: ImageRow, written: unknown, name: string, files: Files): readonly Part[] {
	const chosen = row['source'] ?? 'binary';
	const source = typeof chosen === 'string' && Object.hasOwn(SOURCES, chosen) && SOURCES[chosen];
	if (!source) {
		const sources = Object.keys(SOURCES)
			.join(', ')
			.replace(/, (?=\w+$)/, ' or ');
		throw new ImageInputError(`${name}: Source must be ${sources}, but ${found(chosen)}`);
	}
	const isExpression = isExpressionText(isObject(written) ? source.of(written) : written);
	const values = takenApart(source.of(row), source.apart(files, isExpression));
	return values.map((value, index) => {
		const place = values.length > 1 ? `${name}, image ${index + 1}` : name;
		const isHole = values.length > 1 && typeof value === 'string' && value.trim() === '';
		// Before they are counted: a hole would be one image too many.
		if (isHole && source.hole) throw new ImageInputError(`${place}: ${source.hole}`);
		return { source, value, name: place };
	});
}

/**
 * The rows of the field as the editor has them, `{ image: [row, …] }`; or as an expression may give
 * them: one row, or a list, with or without the name around it. An untouched field is `{}`.
 */
function rowsOf(field: unknown): readonly ImageRow[] {
	const given = isObject(field) && 'image' in field ? field['image'] : field;
	if (isEmpty(given)) return [];
	const rows: readonly unknown[] = Array.isArray(given) ? given : [given];
	if (rows.every(isObject)) return rows;
	const kind = kindOf(rows.find((row) => !isObject(row)));
	throw new ImageInputError(
		`Input Images must be rows with a Source and its image, but ${Array.isArray(given) ? 'one is' : 'are'} ${kind}`,
	);
}

const isEmpty = (value: unknown) =>
	value === undefined ||
	value === null ||
	(typeof value === 'string' && value.trim() === '') ||
	(typeof value === 'object' && Object.keys(value).length === 0);

/** A text is not shown: an address may hold a password. */
function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'string' ? 'a text' : String(value);
}

function readBase64(value: unknown, name: string): ReadImage {
	const { payload, content } = readBase64Text(value, name);
	return fromBytes(name, content, async () => Buffer.from(payload, 'base64'));
}

async function readBinary(
	value: unknown,
	name: string,
	{ context, files }: Reading,
): Promise<ReadImage> {
	const file = fileOf(value, name, files);
	const bytes = async () => await bytesOf(context, file, name);
	return fromBytes(name, await bytes(), bytes);
}

/** What no task's ID has, and an address does, with a scheme or without: it would be shown as an ID. */
const LIKE_ADDRESS = /\/\/|[@?]/;

/** The whole row is the image. */
function readTask(row: unknown, name: string, { rule, earlierTask }: Reading): ReadImage {
	const { requestId, imageIndex = 0, taskModel } = row as ImageRow;
	const id = pathPartIn(requestId);
	if (id !== undefined && LIKE_ADDRESS.test(id)) {
		throw new ImageInputError(
			`${name}: Request ID must be the ID of a task, but is an address. Choose URL as its Source`,
		);
	}
	if (id === undefined) {
		throw new ImageInputError(
			`${name}: Request ID must be the ID of a task, but ${found(requestId)}`,
		);
	}
	const index = typeof imageIndex === 'string' ? Number(imageIndex.trim() || '0') : imageIndex;
	if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) {
		throw new ImageInputError(
			`${name}: Image Index must be a whole number from 0, but ${found(imageIndex)}`,
		);
	}
	const isModelGiven = !isEmpty(taskModel);
	const model = pathPartIn(taskModel);
	if (isModelGiven && model === undefined) {
		throw new ImageInputError(
			`${name}: Task Model must be the ID of a model, but ${found(taskModel)}`,
		);
	}
	const earlier = earlierTask(id, model);
	const image: EarlierPicture = {
		form: 'earlierTask',
		...earlier,
		imageIndex: index,
		name,
		// A task's pictures stay what they are: neither its model nor its links tell them apart.
		digest: `task/${id}/${index}`,
		maximumBytes: rule.maximumBytes,
	};
	return { image };
}

function fromBytes(name: string, content: Buffer, bytes: () => Promise<Buffer>): ReadImage {
	const image: HeldImage = {
		form: 'base64',
		name,
		digest: createHash('sha256').update(content).digest('hex'),
		type: pictureTypeOf(content),
		isTurned: isTurnedByExif(content),
		bytes,
	};
	return { image, content };
}

function checkImage({ image, content }: ReadImage, rule: InputImageRule, name: string) {
	if (content?.length === 0) throw new ImageInputError(`${name} must be an image, but is empty`);
	if (content && image.form === 'base64' && !image.type) {
		throw new ImageInputError(
			`${name} must be a PNG, JPEG, WebP or GIF file, but is ${otherThanPicture(content)}`,
		);
	}
	if (content && content.length > rule.maximumBytes) {
		const [most, size] = [rule.maximumBytes, content.length].map(shownMegabytes);
		throw new ImageInputError(`${name} must be at most ${most} MB, but is ${size} MB`);
	}
}
