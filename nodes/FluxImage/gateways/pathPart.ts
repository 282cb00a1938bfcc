/** Longest id that is taken, in characters; the gateways' own have about thirty. */
const LONGEST = 200;

/**
 * Whether an id can stand in a path once it is encoded. Dots alone cannot: URL parsers read them,
 * encoded or not, as the way up, and the call would go to another address.
 */
export function isPathPart(id: string): boolean {
	if (id.length > LONGEST || /^\.+$/.test(id)) return false;
	try {
		return encodeURIComponent(id).length > 0;
	} catch {
		return false;
	}
}

/** An id as an expression may give it; nothing where it is none: an object, a blank, `undefined`. */
export function pathPartIn(given: unknown): string | undefined {
	const id = typeof given === 'number' ? String(given) : given;
	return typeof id === 'string' && isPathPart(id.trim()) ? id.trim() : undefined;
}
