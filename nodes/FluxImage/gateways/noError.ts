import { asText, jsonIn } from '../core/json';

/** What an error field holds where there is no error, `10000` being one gateway's code of success. */
const NOTHING =
	/^(0+|2\d\d|10000|<?(none|null|nil)>?|n\/?a|undefined|unspecified|false|-+|no[ _-]?errors?|errors?[ _:-]*(none|null|0)|无(错误)?|[^不未没]{0,6}成功)[.!。!]?$/i;

/** A code that says by itself that all went well, whatever stands beside it. */
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
const DEEPEST = 5;
const MOST_ROWS = 20;

/**
 * Whether what stands in an error's place says that there is none: nothing at all, 0, a word or code
 * of success, an address. Of an object, its telling fields decide.
 */
export function saysNothing(value: unknown, depth = 0): boolean {
	if (typeof value === 'string') return isNothing(value.slice(0, LONGEST_WORD).trim());
	if (typeof value === 'number') return !Number.isFinite(value) || NOTHING.test(String(value));
	if (typeof value !== 'object' || value === null) return value !== true;
	if (depth > DEEPEST) return true;
	const fields = Object.entries(value).slice(0, MOST_ROWS);
	if (Array.isArray(value)) return fields.every(([, row]) => saysNothing(row, depth + 1));
	const code = 'code' in value ? (asText(value.code) ?? '') : '';
	if (CODE_OF_SUCCESS.test(code)) return true;
	const telling = fields.filter(([name]) => TELLING_FIELD.test(name) && !/id$/i.test(name));
	const deciding =
		telling.length > 0 ? telling : fields.filter(([name]) => !MARGINAL_FIELD.test(name));
	if (CODE_ZERO.test(code)) {
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
	const inJson = /^[[{]/.test(text) ? jsonIn(text) : undefined;
	if (inJson !== undefined) return saysNothing(inJson, DEEPEST - 1);
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
