/** What stands where the key stood. */
const MASK = '[API key removed]';

/** A shorter key would blank out ordinary words; no gateway gives keys this short. */
const SHORTEST_KEY = 6;

/** How deep a reply is looked through; what lies deeper is cut off, since nothing reads it. */
const DEEPEST = 30;

/** Takes the key out of whatever leaves the transport. */
export interface Redact {
	text(text: string): string;
	/** Through every text and field name of a JSON value. */
	deep(value: unknown): unknown;
}

/**
 * A redactor for one key, however URLs, forms and JSON spell it: each of its characters may stand as
 * it is, behind a backslash, as `%2f`, or as `\u002f`.
 */
export function redactor(apiKey: string): Redact {
	const key = apiKey.trim();
	const spelled =
		key.length < SHORTEST_KEY ? undefined : new RegExp([...key].map(spellings).join(''), 'gi');
	// No spelling is shorter than the key; most texts of a reply are.
	const text = (value: string) =>
		spelled && value.length >= key.length ? value.replace(spelled, MASK) : value;
	const deep = (value: unknown, depth: number): unknown => {
		if (typeof value === 'string') return text(value);
		if (typeof value !== 'object' || value === null) return value;
		if (depth > DEEPEST) return null;
		if (Array.isArray(value)) return value.map((row) => deep(row, depth + 1));
		return Object.fromEntries(
			Object.entries(value).map(([name, field]) => [text(name), deep(field, depth + 1)]),
		);
	};
	return { text, deep: (value) => deep(value, 0) };
}

/** A pattern for every way in which a character may be written. */
function spellings(character: string): string {
	const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
	const plain = character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
	const inUrl = [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`).join('');
	const inJson = character
		.split('')
		.map((unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`)
		.join('');
	return `(?:\\\\?${plain}|${inUrl}|${inJson})`;
}
