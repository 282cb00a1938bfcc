import { createHash } from 'node:crypto';

import type { TaskRef } from '../core/task';
import { isTurnedByExif } from './exif';
import { otherThanPicture, pictureTypeOf, type PictureType } from './signature';

/** An input image, checked; its bytes are read again when they are sent, and not kept. */
export type InputImage = HostedImage | FetchedUrl | EarlierPicture | HeldImage;

/** What every input image has. */
interface Placed {
	/** Its place in the editor: `Input Images 2`, and `Input Images 2, image 3` where that row has several. */
	readonly name: string;
	/** Tells two images apart in the memory of tasks. */
	readonly digest: string;
}

/** An image that the gateway fetches. */
export interface HostedImage extends Placed {
	readonly form: 'url';
	readonly url: string;
}

/**
 * An image by URL for a model that takes base64 alone: it is fetched when it is sent. The order has it by
 * its address, whatever lies there at the time.
 */
export interface FetchedUrl extends Placed {
	readonly form: 'fetchedUrl';
	readonly url: string;
	readonly maximumBytes: number;
}

/** A picture that an earlier task of this gateway and account has made: it is fetched when it is sent. */
export interface EarlierPicture extends Placed {
	readonly form: 'earlierTask';
	readonly task: TaskRef;
	/** Which of the task's pictures, from 0. */
	readonly imageIndex: number;
	readonly maximumBytes: number;
	/** How the item contradicts the node about the task, for the words of one that is not found. */
	readonly contradiction?: string;
}

/** An image that n8n or the workflow has; its digest is the SHA-256 of its bytes. */
export interface HeldImage extends Placed {
	readonly form: 'base64';
	/** What its bytes say it is. */
	readonly type: PictureType;
	/** Whether its EXIF data turns it: what is sent are its pixels as they lie. */
	readonly isTurned: boolean;
	readonly bytes: () => Promise<Buffer>;
}

/** The images that the node fetches itself. */
export const isFetched = (image: InputImage): image is FetchedUrl | EarlierPicture =>
	image.form === 'fetchedUrl' || image.form === 'earlierTask';

/** What is wrong with an input image, in the editor's terms. */
export class ImageInputError extends Error {
	override readonly name = 'ImageInputError';
}

/**
 * An image whose bytes are at hand.
 *
 * @param content its bytes, which are let go
 * @param bytes reads them again
 * @throws ImageInputError where they are no picture, or too many
 */
export function heldImage(
	name: string,
	content: Buffer,
	{ maximumBytes }: { readonly maximumBytes: number },
	bytes: () => Promise<Buffer>,
): HeldImage {
	if (content.length === 0) throw new ImageInputError(`${name} must be an image, but is empty`);
	const type = pictureTypeOf(content);
	if (!type) {
		throw new ImageInputError(
			`${name} must be a PNG, JPEG, WebP or GIF file, but is ${otherThanPicture(content)}`,
		);
	}
	if (content.length > maximumBytes) {
		const [most, size] = [maximumBytes, content.length].map(shownMegabytes);
		throw new ImageInputError(`${name} must be at most ${most} MB, but is ${size} MB`);
	}
	return {
		form: 'base64',
		name,
		digest: createHash('sha256').update(content).digest('hex'),
		type,
		isTurned: isTurnedByExif(content),
		bytes,
	};
}

/** Whether a text is the address of something on the web. */
export const isAddress = (text: string): boolean => /^\s*https?:\/\//i.test(text);

/** The longest text that is shown, in characters. */
const LONGEST_SHOWN = 60;

/**
 * Whether a text may be shown in an error: a name of some words. An address, with a scheme or without,
 * may hold a user, a password or a signature, and a long word with digits in it may be a token.
 */
export const isShown = (text: string): boolean =>
	text.length <= LONGEST_SHOWN &&
	/^[\p{L}\p{M}\p{N} _.,()[\]-]*$/u.test(text) &&
	!/(?=[\w-]*\d)[\w-]{20,}/.test(text);

/** What stands in the place of the right thing, to follow "but". */
export function found(value: unknown): string {
	if (value === undefined || value === null) return 'is missing';
	if (typeof value === 'string') {
		const text = value.trim();
		if (text === '') return 'is empty';
		return isShown(text) ? `is "${text}"` : 'is another text';
	}
	if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list';
	return typeof value === 'object' ? 'is an object' : `is ${String(value)}`;
}

/** As the models' tables count them. */
const MEGABYTE = 1024 * 1024;

/** Rounded up: a file that is one byte too large must not seem to be as large as allowed. */
export const shownMegabytes = (bytes: number) => Math.ceil((bytes / MEGABYTE) * 100) / 100;
