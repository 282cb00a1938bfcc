/** Reading values of any shape: each of these takes anything and never throws. */

/** An object's fields; anything else has none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: {};
}

/** The rows of a list; anything else has none. */
export function rowsOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The first of the values that is a text with something in it, or a number as text. */
export function textOf(...values: unknown[]): string | undefined {
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

/** A finite number, also where it came as text. */
export function numberOf(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A share from 0 to 1 out of a number on a scale that ends at `full`. */
export function progressOf(value: unknown, full: number): number | undefined {
	const number = numberOf(value);
	return number === undefined ? undefined : Math.min(1, Math.max(0, number / full));
}

/** The same fields, where those that could be undefined may be left out instead. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
	[K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields that have a value: an absent one is left out, not `undefined`. */
export function present<T extends object>(fields: T): Present<T> {
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined),
	) as Present<T>;
}
