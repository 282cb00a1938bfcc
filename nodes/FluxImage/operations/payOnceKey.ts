import type { IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../core/json';
import { inputError } from './errors';

const NAME = 'payOnceKey';
const LABEL = 'Pay Once Key';

/** Words in a key that tell of a value which was not there. */
const HOLE = /(^|[^a-z])(undefined|null|nan|invalid date)([^a-z]|$)|\[object/i;

/** A key of signs alone is what joins values that were not there. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** The expressions in a text. */
const EXPRESSION = /\{\{[\s\S]*?\}\}/g;

/** What an expression reads: `$json.order`, `$('Rows').item.json['ID']`, `$itemIndex`. */
const DATA_PATH =
	/\$(?:\((?:'[^']*'|"[^"]*")\)|\w+)(?:\??\.\w+|(?:\?\.)?\[(?:'[^']*'|"[^"]*"|\d+)\]|\(\d*\))*/g;

/** What counts rows, items or turns, and names none of them. */
const COUNTER = /^\$(itemIndex|runIndex)\b|[.'"]row[ _]?number\b/i;

/** Whether all that a key reads are counters; words around them make it no name of an order. */
function isOnlyANumber(expressions: readonly string[]): boolean {
	const paths = expressions.flatMap((expression) => expression.match(DATA_PATH) ?? []);
	return paths.length > 0 && paths.every((path) => COUNTER.test(path));
}

/** A key as the person gave it. */
export interface PayOnceKey {
	readonly key: string;
	/** The key is made of row numbers and indexes alone: after a sort it names another order. */
	readonly isOnlyANumber: boolean;
}

/**
 * The Pay Once Key of an item; nothing where the option was not added. A key with a hole would give all
 * customers without a number one picture for good, so each expression in it is looked at by itself.
 *
 * @throws NodeOperationError where there is no whole key: nothing is sent then
 */
export function readPayOnceKey(
	context: IExecuteFunctions,
	itemIndex: number,
): PayOnceKey | undefined {
	const options = asObject(context.getNodeParameter('options', itemIndex, {}));
	if (!(NAME in options)) return undefined;
	const given = options[NAME];
	// Absent where the whole of Options is one expression.
	const written = asObject(context.getNodeParameter('options', itemIndex, {}, RAW))[NAME];
	const text = typeof written === 'string' ? written : '';
	const refuse = (found: string) => {
		const message = `${LABEL} must be a text or a number that names the order, but ${found}`;
		throw inputError(context, itemIndex, message, { remedy: REMEDY });
	};
	const flaw = flawOf(given);
	if (flaw) refuse(flaw);
	const expressions = text.startsWith('=') ? (text.match(EXPRESSION) ?? []) : [];
	for (const part of expressions) {
		const hole = flawOf(evaluated(context, itemIndex, part));
		if (hole) refuse(`${part} in it ${hole}`);
	}
	if (!SAYS_SOMETHING.test(String(given))) refuse('has no letter and no digit');
	return { key: String(given).trim(), isOnlyANumber: isOnlyANumber(expressions) };
}

const RAW = { rawExpressions: true } as const;

const REMEDY =
	'Give each order a key of its own, such as its number, or remove the option: without a whole key the order cannot be told from others.';

/** What is wrong with a value that is to be a key, or a part of one. */
function flawOf(value: unknown): string | undefined {
	if (typeof value === 'number') {
		if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return;
		if (!Number.isFinite(value)) return `is ${value}`;
		return `is the number ${value}, which n8n has rounded: give it as a text`;
	}
	if (typeof value !== 'string') return `is ${kindOf(value)}`;
	if (value.trim() === '') return 'is blank';
	return HOLE.test(value) ? `has a hole: ${value.slice(0, 100)}` : undefined;
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : String(value);
}

/** An expression of the key by itself; one that cannot be taken apart has been looked at as a whole. */
function evaluated(context: IExecuteFunctions, itemIndex: number, part: string): unknown {
	try {
		return context.evaluateExpression(part, itemIndex);
	} catch {
		return 'whole';
	}
}
