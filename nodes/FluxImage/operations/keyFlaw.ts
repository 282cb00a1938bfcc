/** Words in a key that tell of a value which was not there. */
const HOLE = /(^|[^a-z])(undefined|null|nan|invalid date)([^a-z]|$)|\[object/i;

/** What spreadsheets show where a formula gave nothing, wherever it stands. */
const SHEET_ERROR =
	/(?<![\p{L}\p{N}#])#(?:N\/A|(?:REF|VALUE|NUM|NULL|ERROR|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN)!|NAME\?|DIV\/0!|GETTING_DATA)(?![\p{L}\p{N}])/u;

/** The same in the words of other languages (#ССЫЛКА!, #WERT!, #Н/Д, #NV), as the whole value. */
const SHEET_ERROR_ALONE = /^(?:#\p{Lu}+(?:\/0)?[!?]|#\p{Lu}\/\p{Lu}|#NV|[Ll]oading\.\.\.)$/u;

/** Double braces, also with blanks between them. A `}}` alone is none: so ends JSON. */
const BRACES = /\{\s*\{/;

/** n8n's names, where a script would read of them: `$json`, `$input.item`, `$node["Rows"]`, `$('Rows')`. */
const SCRIPT = new RegExp(
	[
		String.raw`(?<![\w$])\$(?:json|itemIndex|runIndex)(?!\w)`,
		String.raw`(?<![\w$])\$(?:binary|env|execution|fromAI|if|ifEmpty|input|items?|jmespath|node|now|parameter|prevNode|today|vars|workflow)(?:\s*$|\s*(?:\?\.|\.(?=\s*[a-z_$])|[[(]))`,
		String.raw`\$\((?:\s*['"\x60]|[^)]*\)\s*\??\.\s*[a-z])`,
	].join('|'),
	'i',
);

/** A formula, or an expression's own sign; not `="0012"`, as tables export a number. */
const FORMULA = /^\s*=\s*[^\s"'=]|^\s*==/;

const MAKE_IT_ONE =
	'As a plain text it is the same for all orders. Switch the field to Expression, and write what names the order between two braces on each side, such as {{ $json.order }}. If the text came from an earlier node, do so there.';

/** Why a value is no key. */
export interface KeyFlaw {
	/** After "but": `is blank`. */
	readonly found: string;
	/** What to do, where giving another value is not it. */
	readonly remedy?: string;
}

/**
 * What is wrong with a value that is to be a key, or a part of one. A text is taken for that of an
 * expression where it holds `{{`, or one of n8n's names as a script would write it (`$json`, `$input.`,
 * `$('Rows')`), or begins with `=`: such a key would be the same for all orders. `order-{7}`,
 * `$5-offer`, `$item-5`, JSON and `="0012"` are keys.
 */
export function flawOf(value: unknown): KeyFlaw | undefined {
	if (typeof value === 'number') return flawOfNumber(value);
	if (typeof value !== 'string') return { found: `is ${kindOf(value)}` };
	const text = value.trim();
	const shown = text.slice(0, 100);
	if (text === '') return { found: 'is blank' };
	if (BRACES.test(text) || SCRIPT.test(text) || FORMULA.test(text)) {
		return { found: `is the text of an expression: ${shown}`, remedy: MAKE_IT_ONE };
	}
	if (SHEET_ERROR.test(text) || SHEET_ERROR_ALONE.test(text)) {
		return { found: `is the error of a sheet: ${shown}` };
	}
	return HOLE.test(text) ? { found: `has a hole: ${shown}` } : undefined;
}

function flawOfNumber(value: number): KeyFlaw | undefined {
	if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return;
	if (!Number.isFinite(value)) return { found: `is ${value}` };
	return { found: `is the number ${value}, which n8n has rounded: give it as a text` };
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : String(value);
}
