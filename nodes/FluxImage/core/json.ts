/** Reading values of any shape: each of these takes anything and never throws. */

/** An object that is no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object's fields; anything else has none. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
	isObject(value) ? value : {};

/** The rows of a list; anything else has none. */
export function asArray(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The first of the values that is a text with something in it, or a number as text. */
export function asText(...values: unknown[]): string | undefined {
	for (const value of values) {
		if (typeof value === 'string' && value.trim() !== '') return value.trim();
		if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	}
	return undefined;
}

/** Whether a value says nothing: absent, null, false, a blank text, a list or object without content. */
export function isBlank(value: unknown): boolean {
	if (typeof value === 'string') return value.trim() === '';
	if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
	return value === undefined || value === null || value === false;
}

/** What an error field holds where there is no error, `10000` being one gateway's code of success. */
const NOTHING =
	/^(0+|2\d\d|10000|<?(none|null|nil)>?|n\/?a|undefined|unspecified|false|-+|no[ _-]?errors?|errors?[ _:-]*(none|null|0)|无(错误)?|[^不未没]{0,6}成功)[.!。!]?$/i;

/** The same for a code that says by itself that all went well, whatever stands beside it. */
const CODE_OF_SUCCESS = /^(2\d\d|10000|ok|success(ful)?|succeed(ed)?)$/i;

/** A code that is perhaps only the default of its type: what stands beside it decides. */
const CODE_ZERO = /^0+$/;

/** Words of success, and those that may stand around them in a sentence which says nothing else. */
const SUCCESS =
	/^(ok(ay)?|success(ful|fully)?|succeed(ed)?|completed?|done|finished|processed|accepted|submitted|queued|created|received|generated|started)$/i;
const AROUND_SUCCESS =
	/^(the|your|a|an|all|is|was|has|have|been|and|with|for|http|task|request|job|image|images|picture|generation|status|state|result|code|message|operation|2\d\d|\d{1,2})$/i;

/** What tells of something bad beside a code of zero. */
const BAD_STEM =
	/fail|err|\bno\b|\bnot\b|n't|invalid|cannot|unable|without|miss|wrong|\bbad\b|block|reject|moderat|violat|polic|sensitive|nsfw|unsafe|expir|abort|cancel|terminat|time.?d? ?out|crash|died|lost|out of|exceed|limit|denied|refus|forbid|unavail|unsupported|busy|broke|oops|失败|错误|违规|敏感|超|不/i;

/** An address in the place of an error: some gateways put the picture's own there. */
const ADDRESS_ALONE = /^(https?:\/\/|data:)\S+$/i;

/** A text of more characters is no such word, and is not looked through. */
const LONGEST_WORD = 2_000;

/** Fields of an error that tell something; ids, times and the like beside them do not. */
const TELLING_FIELD = /code|type|message|msg|error|detail|reason|description|title|text|cause/i;
const MARGINAL_FIELD = /id$|^(time|timestamp|ts|param|params|retryable|success)$/i;

/** How deep, and how many rows, an error is looked through. */
const DEEPEST_ERROR = 5;
const MOST_ROWS = 20;

/**
 * Whether what stands in an error's place says that there is none: nothing at all, 0, a word or code
 * of success, an address. Of an object, its telling fields decide.
 */
export function saysNothing(value: unknown, depth = 0): boolean {
	if (typeof value === 'string') return isNothing(value.slice(0, LONGEST_WORD).trim());
	if (typeof value === 'number') return !Number.isFinite(value) || NOTHING.test(String(value));
	if (typeof value !== 'object' || value === null) return value !== true;
	if (depth > DEEPEST_ERROR) return true;
	if (Array.isArray(value)) {
		return value.slice(0, MOST_ROWS).every((row) => saysNothing(row, depth + 1));
	}
	const fields = Object.entries(value).slice(0, MOST_ROWS);
	const code = asText((value as Record<string, unknown>)['code']);
	if (code !== undefined && CODE_OF_SUCCESS.test(code)) return true;
	const telling = fields.filter(([name]) => TELLING_FIELD.test(name) && !/id$/i.test(name));
	const deciding =
		telling.length > 0 ? telling : fields.filter(([name]) => !MARGINAL_FIELD.test(name));
	if (code !== undefined && CODE_ZERO.test(code)) {
		return deciding.every(([name, field]) => name === 'type' || !tellsOfBad(field, depth));
	}
	return deciding.every(([, field]) => saysNothing(field, depth + 1));
}

/** Whether what stands beside a code of zero tells of something bad, and not of the success. */
const tellsOfBad = (value: unknown, depth: number) =>
	!saysNothing(value, depth + 1) &&
	(typeof value !== 'string' || BAD_STEM.test(value.slice(0, LONGEST_WORD)));

function isNothing(text: string): boolean {
	if (text === '' || NOTHING.test(text) || ADDRESS_ALONE.test(text)) return true;
	if (/^[[{]/.test(text)) return saysNothing(parsed(text), DEEPEST_ERROR - 1);
	const words = wordsOf(text);
	return (
		words.some((word) => SUCCESS.test(word)) &&
		words.every((word) => SUCCESS.test(word) || AROUND_SUCCESS.test(word))
	);
}

/** The words of a text, also of one in capitals with underscores, or in camel case. */
const wordsOf = (text: string) =>
	text
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.split(/[\s_.,:;!-]+/)
		.filter((word) => word !== '');

/** JSON that was written into a text; of any other text `true`, which tells something. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return true;
	}
}

/** A finite number, also where it came as text. */
export function numberOf(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A share from 0 to 1 out of a number on a scale that ends at `full`, or out of `40%`. */
export function progressOf(value: unknown, full: number): number | undefined {
	const percent = typeof value === 'string' ? /^\s*([\d.]+)\s*%\s*$/.exec(value)?.[1] : undefined;
	const share = percent === undefined ? (numberOf(value) ?? NaN) / full : Number(percent) / 100;
	return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : undefined;
}

/** The same fields, where those that could be undefined may be left out instead. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
	[K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that have a value: an absent one is left out, not `undefined`. */
export function omitUndefined<T extends object>(fields: T): Present<T> {
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined),
	) as Present<T>;
}
