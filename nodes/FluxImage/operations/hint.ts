import type { ItemInput } from './operation';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Shows a hint above the node's output. n8n renders HTML in it, and would fetch an outside image, so
 * what comes from outside is escaped.
 */
export function showHint({ context }: ItemInput, text: string): void {
	const message = text.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? '');
	context.addExecutionHints({ message, location: 'outputPane' });
}
