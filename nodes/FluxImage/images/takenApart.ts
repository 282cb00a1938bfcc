/**
 * The parts of a value that is no list and yet holds several images or one within; nothing where it is
 * one image, or cannot be any.
 */
export type Apart = (value: unknown) => readonly unknown[] | undefined;

/** How deep lists and objects may lie in each other. */
const DEEPEST = 6;

/**
 * What a field gives, image by image. Nothing is left out: what is no image, an empty list among them,
 * stays as it is, for its place to be named.
 */
export function takenApart(value: unknown, apart: Apart, depth = 0): readonly unknown[] {
	if (depth > DEEPEST) return [value];
	const parts: readonly unknown[] | undefined = Array.isArray(value) ? value : apart(value);
	if (parts === undefined || parts.length === 0) return [value];
	return parts.flatMap((part) => takenApart(part, apart, depth + 1));
}

/** A list or an object that is written as JSON in a text; nothing where the text is none. */
export function jsonIn(text: string): readonly unknown[] | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	try {
		return [JSON.parse(text) as unknown];
	} catch {
		return undefined;
	}
}
