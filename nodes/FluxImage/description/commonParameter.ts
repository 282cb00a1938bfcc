import type { ModelParameter } from '../models/model';
import { mayBeUnset } from './parameterField';

/**
 * One row in place of the rows of several models, for a model that an expression gives: it takes what any
 * of them takes. What a model does not take is refused when it is known.
 *
 * @param rows of one name, at least one
 */
export function commonParameter(rows: readonly ModelParameter[]): ModelParameter {
	const [first] = rows;
	if (!first) throw new RangeError('There is no row');
	const { choicesOnly, maximum, minimum, ...shared } = rows.find(sends) ?? first;
	const maxima = rows.flatMap((row) => row.maximum ?? []);
	const choices = new Set(rows.flatMap((row) => row.choices ?? []));
	return {
		...shared,
		...(minimum === undefined ? {} : { minimum: Math.min(...rows.map(leastOf)) }),
		...(maximum !== undefined && maxima.length === rows.length
			? { maximum: Math.max(...maxima) }
			: {}),
		...(choices.size > 0 ? { choices: [...choices] } : {}),
		...(choicesOnly && rows.every((row) => row.choicesOnly) ? { choicesOnly } : {}),
		...(shared.multipleOf === undefined
			? {}
			: { hint: `A multiple of ${shared.multipleOf}, within the range of the model` }),
	};
}

/** Whether it fills in a value that every model takes, where others leave it to the gateway. */
const sends = ({ initialValue }: ModelParameter) => initialValue !== undefined;

const leastOf = (row: ModelParameter) => (mayBeUnset(row) ? 0 : (row.minimum ?? -Infinity));
