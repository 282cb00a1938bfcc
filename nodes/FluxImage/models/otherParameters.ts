import type { JsonObject } from 'n8n-workflow';

import { isObject } from '../core/json';
import { ParameterError } from './parameterError';

/** The name of the field that holds the JSON of a model without a table. */
export const OTHER_PARAMETERS_NAME = 'Parameters (JSON)';

const EXPECTED = 'a JSON object';

/**
 * The parameters of a model without a table: they are sent as they are.
 *
 * @param value the field's text, or the object that an expression gave
 * @throws ParameterError that says where the JSON breaks, or what stands there instead of an object
 */
export function readOtherParameters(value: unknown): JsonObject {
	const parsed = typeof value === 'string' && value.trim() !== '' ? parse(value) : { value };
	if ('flaw' in parsed) {
		throw new ParameterError(OTHER_PARAMETERS_NAME, EXPECTED, value, parsed.flaw);
	}
	if (!isJsonObject(parsed.value)) {
		throw new ParameterError(OTHER_PARAMETERS_NAME, EXPECTED, parsed.value);
	}
	return parsed.value;
}

function parse(text: string): { value: unknown } | { flaw: string } {
	let changed: number | undefined;
	const note = (_name: string, value: unknown) => {
		if (typeof value === 'number' && isChanged(value)) changed ??= value;
		return value;
	};
	try {
		const value: unknown = JSON.parse(text, note);
		if (changed === undefined) return { value };
		return { flaw: `it holds a number too large to be sent as it stands: ${changed}` };
	} catch (error) {
		return { flaw: describeFlaw(text, error instanceof Error ? error.message : String(error)) };
	}
}

/** Whether a number may be another than the one that was written: a seed beyond 2^53 is rounded. */
const isChanged = (value: number) =>
	!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));

/** The engine tells the place as an offset, or quotes the text around it; people count lines. */
function describeFlaw(text: string, message: string): string {
	const reason = message.replace(/ (in JSON )?at position \d+.*$/, '');
	const offset = /at position (\d+)/.exec(message)?.[1];
	if (offset === undefined) return `it breaks: ${reason}`;
	const before = text.slice(0, Number(offset)).split('\n');
	const column = (before.at(-1)?.length ?? 0) + 1;
	return `it breaks at line ${before.length}, column ${column}: ${reason}`;
}

const isJsonObject = (value: unknown): value is JsonObject => isObject(value);
