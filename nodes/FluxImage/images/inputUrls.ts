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
import { partsOfText } from './partedText';
import { isWebUrl } from './take';
import { jsonIn } from './takenApart';

/**
 * A comma or semicolon that parts two addresses, for an address itself may hold them: a blank follows,
 * the next address, the end, or a word that code writes where nothing was.
 */
const COMMA = /[,;](?=[,;]*(?:\s|https?:\/\/|$|(?:undefined|null|NaN)(?:[,;\s]|$)|\[object))/i;

/**
 * The addresses in a text or an object: one a line, or parted by commas, semicolons or tabs; a list as
 * JSON; the `url` or `src` of an object, and of an item of n8n.
 *
 * @param expression what it is written as; absent where a hand typed it
 */
export function addressesIn(
	value: unknown,
	expression: string | undefined,
): readonly unknown[] | undefined {
	if (typeof value === 'string') return jsonIn(value) ?? addressesInText(value, expression);
	if (!isObject(value)) return undefined;
	const address = [value['url'], value['src'], value['json']].find(isThere);
	return address === undefined ? undefined : [address];
}

const isThere = (value: unknown) =>
	typeof value === 'string' ? value.trim() !== '' : isObject(value) || Array.isArray(value);

function addressesInText(
	text: string,
	expression: string | undefined,
): readonly string[] | undefined {
	if (text.trim() === '' || isOneAddress(text, expression)) return undefined;
	const addresses = partsOfText(text, COMMA, expression !== undefined);
	return addresses.length > 1 ? addresses : undefined;
}

/** Where an expression parts by a semicolon or a tab: between two of its holes, or in a text of its code. */
const PARTED_BY_EXPRESSION = /\}\}[^{}]*[;\t][^{}]*\{\{|(["'`])[^"'`]*(?:[;\t]|\\t)[^"'`]*\1/;

/**
 * Whether a text is one address, and the tabs and semicolons at its ends part nothing. A tab comes along
 * from a sheet. A semicolon stays, for it may be a part of the query or of a signature: an address that
 * is right is sent as it is. But where the expression itself parts by one, what is empty beside it stands
 * for a missing picture; beside a comma or a line break it always does.
 */
function isOneAddress(text: string, expression: string | undefined): boolean {
	if (expression !== undefined && PARTED_BY_EXPRESSION.test(expression)) return false;
	const address = text
		.replace(/^[^\S\r\n]+|(?<![^\S\r\n])[^\S\r\n]+$/g, '')
		.replace(/(?<![\s;]);+$/, '');
	return partsOfText(address, COMMA, true).length === 1;
}

const EXPECTED = 'URL must begin with http:// or https://';

const TWO =
	'URL must be one address, but holds two with a blank between. Part them by a comma, a semicolon, a tab or a line break';

/** What is said of an empty place among several. */
export const URL_HOLE = `${EXPECTED}, but is empty, which stands for a missing picture. Addresses are parted by a comma, a semicolon, a tab or a line break. Where one may be missing, take it out with .filter(Boolean); a line break at the end, with .trim()`;

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
