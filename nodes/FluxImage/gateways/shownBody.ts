import { asText, isBlank, isObject } from '../core/json';

/** The longest text that is shown of a reply, in characters: longer ones bury the message. */
export const LONGEST_REASON = 500;

/** Cut where they are longer, so that one picture does not hide the rest, and writing takes no time. */
const LONGEST_TEXT = 120;
const MOST_ROWS = 20;
const MOST_FIELDS = 40;

/**
 * The start of a value of unknown shape as JSON, its long texts and lists cut: whatever it tells of a
 * task, its id perhaps, is not lost. Nothing where it is too deep to be written.
 */
export function startOf(body: unknown): string | undefined {
	if (isBlank(body)) return undefined;
	try {
		return JSON.stringify(body, cut).slice(0, LONGEST_REASON);
	} catch {
		return undefined;
	}
}

function cut(_name: string, value: unknown): unknown {
	if (typeof value === 'string' && value.length > LONGEST_TEXT) {
		return `${value.slice(0, LONGEST_TEXT)}…`;
	}
	if (Array.isArray(value)) return value.slice(0, MOST_ROWS);
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).slice(0, MOST_FIELDS));
}

/** Whether a body is an HTML page. */
export function isHtml(body: unknown): boolean {
	return typeof body === 'string' && /<(!doctype|html|head|body|title)/i.test(body.slice(0, 2_000));
}

/** A word on a body that is no JSON: a page's title, or the start of a text. */
export function describeText(body: unknown): string | undefined {
	if (typeof body !== 'string') return undefined;
	if (!isHtml(body)) return asText(body.slice(0, LONGEST_REASON));
	const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body.slice(0, 2_000))?.[1]?.trim();
	return `an HTML page${title ? ` titled "${title}"` : ''}`;
}
