import type { InputImageRule } from '../models/model';
import { found, heldImage, ImageInputError, isAddress, type HeldImage } from './checkedImage';
import { isPlaceInStore } from './executionFiles';
import {
	isWhole,
	otherThanPicture,
	pictureTypeOf,
	SIGNATURE_LENGTH,
	TAIL_LENGTH,
} from './signature';

/** Where a picture may begin behind another: the first letters of PNG, JPEG, GIF and WebP, or of a data URI. */
const NEXT_PICTURE = /[\s,]+(?=data:|iVBORw0KGgo|[/_]9j[/_]|R0lGOD|UklGR)/g;

const EXPECTED = 'Base64 must be an image as base64';

/**
 * The picture that a text of base64 is, with or without `data:` before it, in one line or several.
 *
 * @throws ImageInputError where it is none, or more than one; in words that show nothing of it
 */
export function readBase64(value: unknown, name: string, rule: InputImageRule): HeldImage {
	const refuse = (words: string) => new ImageInputError(`${name}: ${words}`);
	const text = typeof value === 'string' ? value.trim() : '';
	if (isPlaceInStore(text)) {
		throw refuse(
			`${EXPECTED}, but is the place where n8n has stored the file. Choose Binary Field as its Source`,
		);
	}
	if (isAddress(text)) throw refuse(`${EXPECTED}, but is an address. Choose URL as its Source`);
	if (holdsSeveral(text)) {
		throw refuse(
			'Base64 must be one image, but holds several. Give a list by expression, such as {{ [$json.a, $json.b] }}, or each in a row of its own',
		);
	}
	const payload = payloadOf(text);
	if (!isBase64(payload)) {
		throw refuse(`${EXPECTED}, but ${text === '' ? found(value) : 'is another text'}`);
	}
	const content = Buffer.from(payload, 'base64');
	if (!pictureTypeOf(content)) throw refuse(`${EXPECTED}, but is ${otherThanPicture(content)}`);
	return heldImage(name, content, rule, async () => Buffer.from(payload, 'base64'));
}

const payloadOf = (text: string) => text.replace(/^data:[^,]*,/i, '').replace(/\s+/g, '');

/** Looks for what does not belong: a pattern that must match from end to end overflows on megabytes. */
function isBase64(text: string): boolean {
	const letters = text.replace(/={1,2}$/, '');
	return letters !== '' && !/[^A-Za-z0-9+/_-]/.test(letters);
}

/**
 * Whether another picture begins where a whole one has ended. A line of wrapped base64 may begin with a
 * picture's first letters by chance; then what stands before it is no whole picture.
 */
function holdsSeveral(text: string): boolean {
	return [...text.matchAll(NEXT_PICTURE)].some(({ index }) => {
		const before = payloadOf(text.slice(0, index));
		if (!isBase64(before)) return false;
		const bytes = Buffer.from(before, 'base64');
		const type = pictureTypeOf(bytes);
		const [start, tail] = [bytes.subarray(0, SIGNATURE_LENGTH), bytes.subarray(-TAIL_LENGTH)];
		return type !== undefined && isWhole(type, start, tail, bytes.length);
	});
}
