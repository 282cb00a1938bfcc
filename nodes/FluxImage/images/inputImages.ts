import { createHash } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { nameOf } from '../models';
import { inputImageRule } from '../models/inputImages';
import type { InputImageRule, ModelOffer } from '../models/model';
import { otherThanPicture, pictureTypeOf, type PictureType } from './signature';

/** An input image, checked; its bytes are read again when they are sent, and not kept. */
export type InputImage =
	| { readonly form: 'url'; readonly url: string; readonly digest: string }
	| FetchedUrl
	| {
			readonly form: 'base64';
			/** Tells two images apart in the memory of tasks: SHA-256 of the bytes. */
			readonly digest: string;
			/** What its bytes say it is; nothing where they are no picture known here. */
			readonly type: PictureType | undefined;
			readonly bytes: () => Promise<Buffer>;
	  };

/**
 * An image by URL for a model that takes base64 alone: it is fetched when it is sent. The order has it by
 * its address, whatever lies there at the time.
 */
export interface FetchedUrl {
	readonly form: 'fetchedUrl';
	readonly url: string;
	readonly digest: string;
	/** Its place in the editor: `Input Images 2`. */
	readonly name: string;
	readonly maximumBytes: number;
}

/** As the models' tables count them. */
const MEGABYTE = 1024 * 1024;

/** What is wrong with an input image, in the editor's terms. */
export class ImageInputError extends Error {
	override readonly name = 'ImageInputError';
}

/** A row of the Input Images field. */
interface ImageRow {
	readonly source?: unknown;
	readonly binaryPropertyName?: unknown;
	readonly url?: unknown;
	readonly base64?: unknown;
}

/**
 * The input images of an item, checked against what its model takes.
 *
 * @throws ImageInputError naming the field and the image; NodeOperationError of n8n's own where an
 * item has no such binary field
 */
export async function readInputImages(
	context: IExecuteFunctions,
	itemIndex: number,
	offer: ModelOffer,
	switches: Readonly<Record<string, unknown>>,
): Promise<readonly InputImage[]> {
	const rows = rowsOf(context.getNodeParameter('inputImages', itemIndex, {}));
	if (rows.length === 0) return [];
	const rule = inputImageRule(offer, switches, rows.length);
	const maximumCount = rule?.maximumCount ?? 0;
	if (!rule || rows.length > maximumCount) {
		throw new ImageInputError(
			`Input Images must be at most ${maximumCount} for ${nameOf(offer)}, but are ${rows.length}`,
		);
	}
	const images: InputImage[] = [];
	for (const [index, row] of rows.entries()) {
		const name = `Input Images ${index + 1}`;
		const image = await readRow(context, itemIndex, row, rule, name);
		checkImage(image, rule, name);
		images.push(image.image);
	}
	return images;
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

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

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

interface ReadImage {
	readonly image: InputImage;
	/** Its bytes, where they are here; let go once they are checked. */
	readonly content?: Buffer;
}

async function readRow(
	context: IExecuteFunctions,
	itemIndex: number,
	row: ImageRow,
	rule: InputImageRule,
	name: string,
): Promise<ReadImage> {
	if (row.source === 'url') return { image: readUrl(row.url, rule, name) };
	if (row.source === 'base64') return readBase64(row.base64, name);
	if ((row.source ?? 'binary') !== 'binary') {
		const flaw = found(row.source);
		throw new ImageInputError(`${name}: Source must be base64, binary or url, but ${flaw}`);
	}
	return await readBinary(context, itemIndex, row.binaryPropertyName, name);
}

function readUrl(value: unknown, rule: InputImageRule, name: string): InputImage {
	const url = typeof value === 'string' ? value.trim() : value;
	if (typeof url === 'string' && /^https?:\/\//i.test(url) && URL.canParse(url)) {
		const { urlsAreFetched, maximumBytes } = rule;
		const image = { url, digest: url };
		return urlsAreFetched
			? { form: 'fetchedUrl', ...image, name, maximumBytes }
			: { form: 'url', ...image };
	}
	const isData = typeof url === 'string' && /^data:/i.test(url);
	const remedy = isData ? '. Choose Base64 as its Source' : '';
	const shown = typeof url === 'string' ? withoutSecrets(url) : value;
	throw new ImageInputError(
		`${name}: URL must begin with http:// or https://, but ${found(shown)}${remedy}`,
	);
}

/** An address without its user, its query and its fragment. */
const withoutSecrets = (address: string) =>
	address.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, '');

/** Words that n8n itself puts in the place of a file's bytes, where it has stored the file. */
const STORED_BY_N8N = /^(filesystem(-v2)?|s3|database|azure|object-?storage)(:|$)/i;

function readBase64(value: unknown, name: string): ReadImage {
	const text = typeof value === 'string' ? value.trim() : '';
	if (STORED_BY_N8N.test(text)) {
		throw new ImageInputError(
			`${name}: Base64 must be an image as base64, but is the place where n8n has stored the file. Choose Binary Field as its Source`,
		);
	}
	const payload = text.replace(/^data:[^,]*,/i, '').replace(/\s+/g, '');
	const content = isBase64(payload) ? Buffer.from(payload, 'base64') : undefined;
	if (!content || !pictureTypeOf(content)) {
		const flaw = content ? `is ${otherThanPicture(content)}: ${shorten(text)}` : found(value);
		throw new ImageInputError(`${name}: Base64 must be an image as base64, but ${flaw}`);
	}
	return fromBytes(content, async () => Buffer.from(payload, 'base64'));
}

/** Looks for what does not belong: a pattern that must match from end to end overflows on megabytes. */
function isBase64(text: string): boolean {
	const letters = text.replace(/={1,2}$/, '');
	return letters !== '' && !/[^A-Za-z0-9+/_-]/.test(letters);
}

async function readBinary(
	context: IExecuteFunctions,
	itemIndex: number,
	propertyName: unknown,
	name: string,
): Promise<ReadImage> {
	const property = typeof propertyName === 'string' ? propertyName.trim() : '';
	if (property === '') {
		throw new ImageInputError(
			`${name}: Input Binary Field must be the name of a field, but ${found(propertyName)}`,
		);
	}
	context.helpers.assertBinaryData(itemIndex, property);
	const bytes = async () => await context.helpers.getBinaryDataBuffer(itemIndex, property);
	return fromBytes(await bytes(), bytes);
}

/** The start of a text: a picture that was pasted would drown the message. */
const shorten = (text: string) => (text.length > 40 ? `"${text.slice(0, 40)}…"` : `"${text}"`);

/** What stands in the place of the right thing, to follow "but". */
function found(value: unknown): string {
	if (value === undefined || value === null) return 'is missing';
	if (typeof value === 'string') return value.trim() === '' ? 'is empty' : `is ${shorten(value)}`;
	return typeof value === 'object' ? 'is an object or a list' : `is ${String(value)}`;
}

function fromBytes(content: Buffer, bytes: () => Promise<Buffer>): ReadImage {
	const digest = createHash('sha256').update(content).digest('hex');
	const type = pictureTypeOf(content);
	return { image: { form: 'base64', digest, type, bytes }, content };
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

/** Rounded up: a file that is one byte too large must not seem to be as large as allowed. */
export const shownMegabytes = (bytes: number) => Math.ceil((bytes / MEGABYTE) * 100) / 100;
