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

/** A redactor for one key, as it stands and as URLs and JSON spell it. */
export function redactor(apiKey: string): Redact {
	const key = apiKey.trim();
	const spellings =
		key.length < SHORTEST_KEY
			? []
			: [...new Set([key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)])];
	const text = (value: string) =>
		spellings.reduce((clean, spelling) => clean.split(spelling).join(MASK), value);
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
