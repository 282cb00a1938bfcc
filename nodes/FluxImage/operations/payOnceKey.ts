import type { IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../core/json';
import { onlyCounts } from './countingKey';
import { InputError } from './inputError';
import { flawOf, type KeyFlaw } from './keyFlaw';
import { RAW } from './options';

const NAME = 'payOnceKey';

/** A key of signs alone is what joins values that were not there. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** The expressions in a text. */
const EXPRESSION = /\{\{[\s\S]*?\}\}/g;

/** A key as the person gave it. */
export interface PayOnceKey {
	readonly key: string;
	/** The key is made of row numbers and indexes alone: after a sort it names another order. */
	readonly isOnlyANumber: boolean;
}

/**
 * The Pay Once Key of an item; nothing where the option was not added. A key with a hole would give all
 * customers without a number one picture for good, so each expression in it is looked at by itself. So
 * would a key that is the text of an expression, as in a field that stayed at Fixed.
 *
 * @throws InputError where there is no whole key: nothing is sent then
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
	const text = typeof written === 'string' && written.startsWith('=') ? written : '';
	const refuse = ({ found, remedy = REMEDY }: KeyFlaw) => {
		const message = `Pay Once Key must be a text or a number that names the order, but ${found}`;
		throw new InputError(message, { remedy });
	};
	if (text.replace(EXPRESSION, '').includes('{{')) {
		refuse({ found: `has a {{ without its }}: ${text.slice(1, 100)}`, remedy: CLOSE_IT });
	}
	const flaw = flawOf(given);
	if (flaw) refuse(flaw);
	const expressions = text.match(EXPRESSION) ?? [];
	for (const part of expressions) {
		const hole = flawOf(evaluated(context, itemIndex, part));
		if (hole) refuse({ ...hole, found: `${part} in it ${hole.found}` });
	}
	if (!SAYS_SOMETHING.test(String(given))) refuse({ found: 'has no letter and no digit' });
	return { key: String(given).trim(), isOnlyANumber: onlyCounts(expressions) };
}

const REMEDY =
	'Give each order a key of its own, such as its number, or remove the option: without a whole key the order cannot be told from others.';

const CLOSE_IT =
	'Close it: an expression stands between {{ and }}, such as {{ $json.order }}, in a field that was switched to Expression.';

/** An expression of the key by itself; one that cannot be taken apart has been looked at as a whole. */
function evaluated(context: IExecuteFunctions, itemIndex: number, part: string): unknown {
	try {
		return context.evaluateExpression(part, itemIndex);
	} catch {
		return 'whole';
	}
}
