/** Reading values of any shape: each of these takes anything and never throws. */

/** The fields of an object of unknown shape. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object that is no list. */
export const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object's fields; anything else has none. */
export const asObject = (value: unknown): Fields => (isObject(value) ? value : {});

/** The rows of a list; anything else has none. */
export const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What an object holds under these names, in their order. */
export const valuesAt = (fields: Fields, names: readonly string[]): readonly unknown[] =>
	names.map((name) => fields[name]);

/** The first of the values that is a text with something in it, or a number as text. */
export const asText = (...values: unknown[]): string | undefined =>
	firstFound(values, (value) => {
		if (typeof value === 'number' && Number.isFinite(value)) return String(value);
		return typeof value === 'string' ? value.trim() || undefined : undefined;
	});

/** Whether a value says nothing: absent, null, false, a blank text, a list or object without content. */
export function isBlank(value: unknown): boolean {
	if (typeof value === 'string') return value.trim() === '';
	if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
	return value === undefined || value === null || value === false;
}

/** What the JSON in a text holds; undefined where it is none. */
export function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** What is found first; the values after it are not looked at. */
export function firstFound<T, Found>(
	values: readonly T[],
	find: (value: T) => Found | undefined,
): Found | undefined {
	for (const value of values) {
		const found = find(value);
		if (found !== undefined) return found;
	}
	return undefined;
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
