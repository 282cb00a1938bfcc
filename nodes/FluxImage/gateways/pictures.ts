import {
	asArray,
	asObject,
	asText,
	type Fields,
	firstFound,
	isBlank,
	jsonIn,
	numberOf,
	omitUndefined,
	valuesAt,
} from '../core/json';
import { isEmbedded, type GeneratedImage } from '../core/task';
import { filterIn, markFiltered } from './contentFilter';

/** Places that gateways of the same make use beside those of the contracts; never an input's. */
const OTHER_PLACES = ['outputs', 'output', 'images', 'result', 'results', 'data'];

/** Those among them whose names say that what is in them has been made; an echo of the input may be in the rest. */
const PLACES_OF_RESULT = ['outputs', 'output', 'result', 'results'];

/** Where a picture's address stands in its row, or the picture itself as base64; best first. */
const PICTURE_FIELDS = [
	...['url', 'image_url', 'imageUrl', 'image', 'uri', 'sample', 'src'],
	...['b64_json', 'base64', 'b64', 'image_base64'],
];

/** What holds rows of pictures within a row. */
const LIST_FIELDS = [
	...['image', 'image_url', 'image_urls', 'imageUrls', 'content', 'outputs', 'output', 'images'],
	...['result', 'data', 'urls', 'url'],
];

/** Fields that say what a row is. */
const TYPE_FIELDS = ['type', 'kind', 'role', 'purpose'];

/** Types of a row that is a picture, forms of it among them, and types that never are the result. */
const PICTURE_TYPE =
	/image|img|picture|photo|png|jpe?g|webp|gif|avif|^(url|uri|b64_json|base64|outputs?|results?|generat(ed|ion))$/i;
const OTHER_PICTURE = /input|origin|param|request|metadata|preview|thumb|mask/i;

/** How deep pictures lie at most: `result.data[].content[].image_url.url` and one more. */
const DEEPEST = 6;

/** An address, be it one that cannot be fetched; `pending` in its place is none. */
const ADDRESS = /^([a-z][a-z\d+.-]*:\/\/|data:image\/)/i;
const HOST_WITHOUT_SCHEME = /^\/\/[\w-]+(\.[\w-]+)+(:\d+)?\/\S{1,2000}$/;
const PATH_ALONE = /^\/[^\s]{1,500}$/;

/** The fewest characters of bare base64 that can be a picture. */
const SHORTEST_BASE64 = 60;

/**
 * The pictures of a reply: the first of the places that holds any.
 *
 * @param layers the fields of the task and of its envelope, whichever come
 * @param places the gateway's own places in the order of its contract
 * @param resultIsApart whether the result comes by another call, so that a picture may be the input's
 */
export function readPictures(
	layers: readonly Fields[],
	places: readonly string[],
	resultIsApart = false,
): readonly GeneratedImage[] {
	const others = resultIsApart ? PLACES_OF_RESULT : OTHER_PLACES;
	const values = layers.flatMap((fields) => valuesAt(fields, [...places, ...others]));
	return markFiltered(firstPictures(values, 0), layers);
}

/** Whether a reply has a place for pictures at all, be it empty: a list, or what is named an output. */
export function hasPicturePlace(fields: Fields, places: readonly string[]): boolean {
	return places.some((place) => {
		const isOutput = place === 'output' || place === 'outputs';
		return Array.isArray(fields[place]) || (isOutput && !isBlank(fields[place]));
	});
}

/** Whether a list or object holds a picture. */
export const holdsPicture = (value: unknown): boolean => picturesIn(value).length > 0;

/**
 * A picture that came within the reply, out of its `data:` URI.
 *
 * @returns nothing where the address is no such URI, or holds no base64
 */
export function embeddedBytes(url: string): Buffer | undefined {
	const comma = isEmbedded({ url }) ? url.indexOf(',') : -1;
	if (comma < 0 || !/;base64$/i.test(url.slice(0, comma))) return undefined;
	return Buffer.from(url.slice(comma + 1), 'base64');
}

/** Pictures in a text, a row, a list of either, or an object that holds such lists. */
function picturesIn(value: unknown, depth = 0): readonly GeneratedImage[] {
	if (depth > DEEPEST || value === undefined || value === null) return [];
	if (typeof value === 'string') {
		const inJson = /^\s*[[{]/.test(value) ? jsonIn(value) : undefined;
		if (inJson !== undefined) return picturesIn(inJson, depth + 1);
		const picture = pictureAt(value, {});
		return picture ? [picture] : [];
	}
	if (Array.isArray(value)) return value.flatMap((row) => picturesIn(row, depth + 1));
	const fields = asObject(value);
	if (!mayBePicture(fields)) return [];
	const own = ownPicture(fields);
	if (own) return [own];
	const names = Object.keys(fields);
	// A list that was written as a map from its indexes.
	if (names.length > 0 && names.every((name) => /^\d{1,4}$/.test(name))) {
		return picturesIn(Object.values(fields), depth + 1);
	}
	const lists = valuesAt(fields, LIST_FIELDS).filter((inner) => typeof inner === 'object');
	return firstPictures(lists, depth + 1);
}

/** The pictures of the first value that holds any. */
const firstPictures = (values: readonly unknown[], depth: number): readonly GeneratedImage[] =>
	firstFound(values, (value) => {
		const pictures = picturesIn(value, depth);
		return pictures.length > 0 ? pictures : undefined;
	}) ?? [];

/** A row without a type may be one; a `file`, a mask or a preview is none. */
function mayBePicture(fields: Fields): boolean {
	const types = valuesAt(fields, TYPE_FIELDS).filter((type) => typeof type === 'string');
	if (types.some((type) => OTHER_PICTURE.test(type))) return false;
	if (fields['preview'] === true || fields['is_preview'] === true) return false;
	const type = asText(fields['type']);
	return type === undefined || PICTURE_TYPE.test(type) || holdsRows(fields);
}

/** Of a message or a choice with rows in it, the rows' own types decide. */
const holdsRows = (fields: Fields) =>
	valuesAt(fields, LIST_FIELDS).some((list) =>
		asArray(list).some((row) => typeof row === 'object'),
	);

/** The picture that a row is. */
const ownPicture = (fields: Fields): GeneratedImage | undefined =>
	firstFound(valuesAt(fields, PICTURE_FIELDS), (value) => {
		if (typeof value === 'string') return pictureAt(value, fields);
		const inner = asObject(value);
		const address = asText(inner['url'], inner['uri'], inner['src']);
		return address === undefined ? undefined : pictureAt(address, { ...fields, ...inner });
	});

/** The picture at an address, or within the text as bare base64. */
function pictureAt(text: string, fields: Fields): GeneratedImage | undefined {
	const url = text.trim();
	const told = facts(fields);
	if (ADDRESS.test(url.slice(0, 100))) return { url, ...told };
	if (HOST_WITHOUT_SCHEME.test(url)) return { url: `https:${url}`, ...told };
	if (url.length >= SHORTEST_BASE64 && !/[^A-Za-z0-9+/=_\s-]/.test(url)) {
		const { contentType = 'application/octet-stream' } = told;
		return { url: `data:${contentType};base64,${url}`, ...told };
	}
	return PATH_ALONE.test(url) ? { url, ...told } : undefined;
}

function facts(fields: Fields) {
	return omitUndefined({
		fileName: asText(fields['file_name'], fields['fileName'], fields['filename']),
		contentType: asText(fields['content_type'], fields['mime_type'], fields['contentType']),
		width: numberOf(fields['width']),
		height: numberOf(fields['height']),
		flagged: filterIn(fields) === true ? true : undefined,
	});
}
