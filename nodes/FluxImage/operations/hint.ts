import type { Item } from './operation';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What each run of the node has said already. */
const said = new WeakMap<object, Set<string>>();

/**
 * Shows a hint above the node's output. n8n renders HTML in it, and would fetch an outside image, so
 * what comes from outside is escaped. One that several items have is shown once.
 *
 * @returns whether this run of the node had not said it before
 */
export function showHint({ context }: Pick<Item, 'context'>, text: string): boolean {
	const message = text.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? '');
	const before = said.get(context) ?? new Set();
	said.set(context, before);
	if (before.has(message)) return false;
	before.add(message);
	context.addExecutionHints({ message, location: 'outputPane' });
	return true;
}
