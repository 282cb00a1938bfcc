import { isObject } from '../core/json';
import type { InputImageRule } from '../models/model';
import {
	found,
	ImageInputError,
	isAddress,
	type FetchedUrl,
	type HostedImage,
} from './checkedImage';
import { refusedAddress } from './knownAddresses';
import { isWebUrl } from './take';
import { jsonIn } from './takenApart';

/**
 * A comma or semicolon that parts two addresses, for an address itself may hold them: a blank follows,
 * the next address, the end, or a word that code writes where nothing was.
 */
const COMMA = /[,;](?=[,;]*(?:\s|https?:\/\/|$|(?:undefined|null|NaN)(?:[,;\s]|$)|\[object))/i;

/** A line break, or the tab between two cells of a sheet. */
const LINE = /\r\n|[\r\n\t]/;

/** A comma, with a line break behind it or without, or a line break. */
const COMMA_OR_LINE = new RegExp(
	`${COMMA.source}[^\\S\\r\\n]*(?:\\r\\n|\\r|\\n)?|${LINE.source}`,
	'i',
);

/**
 * The addresses in a text or an object: one a line, or parted by commas, semicolons or tabs; a list as
 * JSON; the `url` or `src` of an object, and of an item of n8n.
 *
 * @param isExpression whether an expression gave it, and no hand typed it
 */
export function addressesIn(value: unknown, isExpression: boolean): readonly unknown[] | undefined {
	if (typeof value === 'string') return jsonIn(value) ?? addressesInText(value, isExpression);
	if (!isObject(value)) return undefined;
	const address = [value['url'], value['src'], value['json']].find(isThere);
	return address === undefined ? undefined : [address];
}

const isThere = (value: unknown) =>
	typeof value === 'string' ? value.trim() !== '' : isObject(value) || Array.isArray(value);

/**
 * A comma promises an address, so what is empty beside one stays: two expressions with a comma between,
 * of which one came to nothing. So does an empty line that an expression gives, as a list does that is
 * joined by lines; one that a person typed says nothing, and is passed over.
 */
function addressesInText(text: string, isExpression: boolean): readonly string[] | undefined {
	if (text.trim() === '') return undefined;
	const addresses = isExpression ? text.split(COMMA_OR_LINE) : text.split(COMMA).flatMap(linesOf);
	return addresses.length > 1 ? addresses : undefined;
}

function linesOf(text: string): readonly string[] {
	const lines = text.split(LINE).filter((line) => line.trim() !== '');
	return lines.length === 0 ? [''] : lines;
}

const EXPECTED = 'URL must begin with http:// or https://';

const TWO =
	'URL must be one address, but holds two with a blank between. Part them by a comma or a line break';

/** What is said of an empty place among several. */
export const URL_HOLE = `${EXPECTED}, but is empty, which stands for a missing picture. Where one may be missing, take it out with .filter(Boolean); a line break at the end, with .trim()`;

/**
 * An image by its address.
 *
 * @throws ImageInputError where it is none, or is known to give no picture; in words that show nothing of
 * it, for it may hold a password
 */
export function readUrl(
	value: unknown,
	name: string,
	{ urlsAreFetched, maximumBytes }: InputImageRule,
): HostedImage | FetchedUrl {
	const url = typeof value === 'string' ? value.trim() : value;
	if (typeof url !== 'string' || !isWebUrl(url)) {
		throw new ImageInputError(`${name}: ${flawOf(url)}`);
	}
	if (/\shttps?:\/\//i.test(url)) throw new ImageInputError(`${name}: ${TWO}`);
	const refusal = refusedAddress(new URL(url));
	if (refusal !== undefined) throw new ImageInputError(`${name}: ${refusal}`);
	const image = { name, url, digest: url };
	return urlsAreFetched
		? { form: 'fetchedUrl', ...image, maximumBytes }
		: { form: 'url', ...image };
}

function flawOf(url: unknown): string {
	if (isObject(url)) return 'URL must be an address, but is an object without a url or src';
	if (typeof url !== 'string' || url === '') return `${EXPECTED}, but ${found(url)}`;
	if (isAddress(url)) return `${EXPECTED} and a host, but cannot be read so`;
	const isData = /^data:/i.test(url);
	return `${EXPECTED}, but does not${isData ? '. Choose Base64 as its Source' : ''}`;
}
