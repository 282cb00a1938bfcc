import { jsonParse } from 'n8n-workflow';

/** Headers with lower-case names and text values; repeated ones joined by commas. */
export function readHeaders(headers: object): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers ?? {}).flatMap(([name, value]) =>
			value === undefined || value === null ? [] : [[name.toLowerCase(), String(value)]],
		),
	);
}

/**
 * A body as JSON where it is JSON, whatever its content type says; else as it came. n8n's helper
 * leaves text where it could not parse, and where the gateway named no JSON type.
 */
export function readBody(body: unknown): unknown {
	const text = Buffer.isBuffer(body) ? body.toString('utf8') : body;
	if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return text;
	return jsonParse<unknown>(text, { fallbackValue: text });
}
