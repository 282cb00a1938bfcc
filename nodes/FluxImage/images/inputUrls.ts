import type { InputImageRule } from '../models/model';
import { found, ImageInputError, type FetchedUrl, type HostedImage } from './checkedImage';
import { refusedAddress } from './knownAddresses';
import { isObject, jsonIn } from './takenApart';

/** Where a comma parts two addresses: an address itself may hold commas. */
const BETWEEN = /,(?=\s|https?:\/\/)/i;

/**
 * The addresses in a text or an object: one a line, or parted by commas; a list as JSON; the `url` or
 * `src` of an object, and of an item of n8n.
 */
export function addressesIn(value: unknown): readonly unknown[] | undefined {
	if (typeof value === 'string') return jsonIn(value) ?? addressesInText(value);
	if (!isObject(value)) return undefined;
	const address = [value['url'], value['src'], value['json']].find(isThere);
	return address === undefined ? undefined : [address];
}

const isThere = (value: unknown) =>
	typeof value === 'string' ? value.trim() !== '' : isObject(value) || Array.isArray(value);

/**
 * An empty line says nothing, so it is passed over. A comma promises an address, so what is empty beside
 * one stays: two expressions with a comma between, of which one came to nothing.
 */
function addressesInText(text: string): readonly string[] | undefined {
	const addresses = text
		.trimStart()
		.split(BETWEEN)
		.flatMap((part) => {
			const lines = part.split(/[\r\n]+/).filter((line) => line.trim() !== '');
			return lines.length === 0 ? [''] : lines;
		});
	return addresses.length > 1 ? addresses : undefined;
}

/**
 * An image by its address.
 *
 * @throws ImageInputError where it is none, or is known to give no picture
 */
export function readUrl(
	value: unknown,
	name: string,
	{ urlsAreFetched, maximumBytes }: InputImageRule,
): HostedImage | FetchedUrl {
	const url = typeof value === 'string' ? value.trim() : value;
	if (typeof url !== 'string' || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
		throw new ImageInputError(`${name}: ${flawOf(url)}`);
	}
	const refusal = refusedAddress(new URL(url));
	if (refusal !== undefined) throw new ImageInputError(`${name}: ${refusal}`);
	const image = { name, url, digest: url };
	return urlsAreFetched
		? { form: 'fetchedUrl', ...image, maximumBytes }
		: { form: 'url', ...image };
}

function flawOf(url: unknown): string {
	if (isObject(url)) return 'URL must be an address, but is an object without a url or src';
	const isData = typeof url === 'string' && /^data:/i.test(url);
	const remedy = isData ? '. Choose Base64 as its Source' : '';
	const shown = typeof url === 'string' ? withoutSecrets(url) : url;
	return `URL must begin with http:// or https://, but ${found(shown)}${remedy}`;
}

/** An address without its user, its query and its fragment. */
const withoutSecrets = (address: string) =>
	address.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, '');
