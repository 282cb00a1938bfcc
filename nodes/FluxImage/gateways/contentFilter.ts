import { asArray, asObject, firstFound, valuesAt, type Fields } from '../core/json';
import type { GeneratedImage } from '../core/task';

/** What a filter's field is called (FLUX at several hosts: `has_nsfw_concepts`, one for each picture). */
const FLAG_FIELD =
	/^((is|has|contains)_?)?(nsfw|flagged|unsafe|moderated)(_?(concepts?|content|detected|flag(s|ged)?))*$|^(safety|content)_?(flagged|filtered)$/i;

/** Where such a field may stand, if not beside the pictures. */
const FLAG_PLACES = ['result', 'output', 'data', 'metadata', 'safety'];

/** Fields that say why a picture came to its end, and what they say where a filter ended it. */
const FINISH_FIELD = /^finish_?reason$/i;
const FILTERED = /filter|safety|nsfw|moderat|sensitive/i;

/** Marks the pictures that a filter's field beside the list is about: one flag for each, or for all. */
export function markFiltered(
	pictures: readonly GeneratedImage[],
	layers: readonly Fields[],
): readonly GeneratedImage[] {
	const holders = layers.flatMap((fields) => [fields, ...valuesAt(fields, FLAG_PLACES)]);
	const flags = firstFound(holders.map(asObject), filterIn);
	if (flags === undefined) return pictures;
	return pictures.map((picture, index) => {
		const isFlagged = flags === true || flags.length !== pictures.length || flags[index];
		return isFlagged ? { ...picture, flagged: true } : picture;
	});
}

/** What a filter says in these fields: of all, or of each in a list that has a true one. */
export function filterIn(fields: Fields): true | readonly boolean[] | undefined {
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
