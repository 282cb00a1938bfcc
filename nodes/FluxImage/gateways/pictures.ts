import { isEmbedded, type GeneratedImage } from '../core/task';
import { asObject, numberOf, omitUndefined, asArray, asText, isBlank } from '../core/json';

type Fields = Readonly<Record<string, unknown>>;

/** Places that gateways of the same make use beside those of the contracts; never an input's. */
const OTHER_PLACES = ['outputs', 'output', 'images', 'result', 'results', 'data'] as const;

/** Those among them whose names say that what is in them has been made; an echo of the input may be in the rest. */
const PLACES_OF_RESULT = ['outputs', 'output', 'result', 'results'] as const;

/** Where a picture's address stands in its row, best first. */
const ADDRESS_FIELDS = ['url', 'image_url', 'imageUrl', 'image', 'uri', 'sample', 'src'] as const;

/** Where the picture itself stands in its row, as base64. */
const BASE64_FIELDS = ['b64_json', 'base64', 'b64', 'image_base64'] as const;

/** What holds rows of pictures within a row. */
const LIST_FIELDS = [
	'image',
	'image_url',
	'image_urls',
	'imageUrls',
	'content',
	'outputs',
	'output',
	'images',
	'result',
	'data',
	'urls',
	'url',
] as const;

/** Fields that say what a row is. */
const TYPE_FIELDS = ['type', 'kind', 'role', 'purpose'] as const;

/** Types of a row that is a picture, forms of it among them, and types that never are the result. */
const PICTURE_TYPE =
	/image|img|picture|photo|png|jpe?g|webp|gif|avif|^(url|uri|b64_json|base64|outputs?|results?|generat(ed|ion))$/i;
const OTHER_PICTURE = /input|origin|param|request|metadata|preview|thumb|mask/i;

/** What a filter's field is called (FLUX at several hosts: `has_nsfw_concepts`, one for each picture). */
const FLAG_FIELD =
	/^((is|has|contains)_?)?(nsfw|flagged|unsafe|moderated)(_?(concepts?|content|detected|flag(s|ged)?))*$|^(safety|content)_?(flagged|filtered)$/i;

/** Fields that say why a picture came to its end, and what they say where a filter ended it. */
const FINISH_FIELD = /^finish_?reason$/i;
const FILTERED = /filter|safety|nsfw|moderat|sensitive/i;

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
	for (const fields of layers) {
		for (const place of [...places, ...others]) {
			const pictures = picturesIn(fields[place]);
			if (pictures.length > 0) return flagged(pictures, layers);
		}
	}
	return [];
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
function picturesIn(value: unknown, depth = 0): GeneratedImage[] {
	if (depth > DEEPEST || value === undefined || value === null) return [];
	if (typeof value === 'string') {
		const inJson = /^\s*[[{]/.test(value) ? jsonIn(value) : undefined;
		return inJson === undefined ? addressed(value, {}) : picturesIn(inJson, depth + 1);
	}
	if (Array.isArray(value)) return value.flatMap((row) => picturesIn(row, depth + 1));
	const fields = asObject(value);
	if (!mayBePicture(fields)) return [];
	const own = ownPicture(fields, depth);
	if (own.length > 0) return own;
	const names = Object.keys(fields);
	// A list that was written as a map from its indexes.
	if (names.length > 0 && names.every((name) => /^\d{1,4}$/.test(name))) {
		return picturesIn(Object.values(fields), depth + 1);
	}
	for (const name of LIST_FIELDS) {
		const inner = fields[name];
		if (typeof inner !== 'object') continue;
		const pictures = picturesIn(inner, depth + 1);
		if (pictures.length > 0) return pictures;
	}
	return [];
}

/** JSON that came as a text. */
function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** A row without a type may be one; a `file`, a mask or a preview is none. */
function mayBePicture(fields: Fields): boolean {
	const types = TYPE_FIELDS.flatMap((name) =>
		typeof fields[name] === 'string' ? fields[name] : [],
	);
	if (types.some((type) => OTHER_PICTURE.test(type))) return false;
	if (fields['preview'] === true || fields['is_preview'] === true) return false;
	const type = asText(fields['type']);
	return type === undefined || PICTURE_TYPE.test(type) || holdsRows(fields);
}

/** Of a message or a choice with rows in it, the rows' own types decide. */
const holdsRows = (fields: Fields) =>
	LIST_FIELDS.some((name) => asArray(fields[name]).some((row) => typeof row === 'object'));

function ownPicture(fields: Fields, depth: number): GeneratedImage[] {
	for (const name of ADDRESS_FIELDS) {
		const value = fields[name];
		if (typeof value === 'string') {
			const pictures = addressed(value, fields);
			if (pictures.length > 0) return pictures;
		} else if (name !== 'url') {
			const { url, uri, src } = depth < DEEPEST ? asObject(value) : {};
			const inner = asText(url, uri, src);
			if (inner !== undefined) return addressed(inner, { ...fields, ...asObject(value) });
		}
	}
	for (const name of BASE64_FIELDS) {
		const value = fields[name];
		if (typeof value === 'string' && value !== '') return embedded(value, fields);
	}
	return [];
}

function addressed(text: string, fields: Fields): GeneratedImage[] {
	const url = text.trim();
	if (ADDRESS.test(url.slice(0, 100))) return [{ url, ...facts(fields) }];
	if (HOST_WITHOUT_SCHEME.test(url)) return [{ url: `https:${url}`, ...facts(fields) }];
	const bare = url.length >= SHORTEST_BASE64 ? embedded(url, fields) : [];
	return bare.length === 0 && PATH_ALONE.test(url) ? [{ url, ...facts(fields) }] : bare;
}

/** Base64 in a field of its own; some put a whole `data:` URI there. */
function embedded(text: string, fields: Fields): GeneratedImage[] {
	if (ADDRESS.test(text.slice(0, 100).trim())) return addressed(text, fields);
	if (text.length < SHORTEST_BASE64 || /[^A-Za-z0-9+/=_\s-]/.test(text)) return [];
	const told = facts(fields);
	const url = `data:${told.contentType ?? 'application/octet-stream'};base64,${text.trim()}`;
	return [{ url, ...told }];
}

function facts(fields: Fields) {
	return omitUndefined({
		fileName: asText(fields['file_name'], fields['fileName'], fields['filename']),
		contentType: asText(fields['content_type'], fields['mime_type'], fields['contentType']),
		width: numberOf(fields['width']),
		height: numberOf(fields['height']),
		flagged: flagIn(fields) === true ? true : undefined,
	});
}

/** Marks the pictures that a filter's field beside the list is about: one flag for each, or for all. */
function flagged(pictures: GeneratedImage[], layers: readonly Fields[]): GeneratedImage[] {
	const holders = layers.flatMap((fields) => [
		fields,
		...['result', 'output', 'data', 'metadata', 'safety'].map((name) => asObject(fields[name])),
	]);
	const flags = holders.map(flagIn).find((flag) => flag !== undefined);
	if (flags === undefined) return pictures;
	return pictures.map((picture, index) => {
		const isFlagged = flags === true || flags.length !== pictures.length || flags[index];
		return isFlagged ? { ...picture, flagged: true } : picture;
	});
}

/** What a filter says in these fields: of all, or of each in a list that has a true one. */
function flagIn(fields: Fields): true | readonly boolean[] | undefined {
	for (const [name, value] of Object.entries(fields)) {
		if (FINISH_FIELD.test(name) && typeof value === 'string' && FILTERED.test(value)) return true;
		if (!FLAG_FIELD.test(name)) continue;
		if (isTrue(value)) return true;
		const each = asArray(value).map(isTrue);
		if (each.includes(true)) return each;
	}
	return undefined;
}

const isTrue = (value: unknown) =>
	value === true ||
	value === 1 ||
	(typeof value === 'string' && /^(true|yes|1)$/i.test(value.trim()));
