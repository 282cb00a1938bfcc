import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { GatewayId } from '../gateways/gateway';
import type { ModelParameter } from '../models/model';
import { mayBeUnset } from '../models/validation';
import { allPairs, shownFor, shownForUnknown, shownUnlessFor, type Pair } from './displayOptions';
import { grouped } from './grouped';
import { parameterField } from './parameterField';

/** A form of a field, and when it shows. */
export interface Variant {
	readonly field: INodeProperties;
	readonly displayOptions: IDisplayOptions;
}

/** A parameter of a model at a gateway. */
export interface SoldParameter {
	readonly pair: Pair;
	readonly parameter: ModelParameter;
}

/** A parameter wherever it is sold, in the order of the gateways and models. */
export const soldParameters = (name: string): SoldParameter[] =>
	allPairs().flatMap((pair) =>
		pair.offer.parameters
			.filter((row) => row.name === name)
			.map((parameter) => ({ pair, parameter })),
	);

/**
 * The forms that a parameter takes over all models, each with the conditions of its showing. For a model
 * that an expression gives, each gateway has exactly one: the only form there, else one for all of them.
 */
export function variants(name: string): Variant[] {
	const sold = soldParameters(name);
	const different = grouped(sold, ({ pair }) => pair.gateway)
		.filter((rows) => grouped(rows, formOf).length > 1)
		.map((rows) => ({
			gateway: rows[0].pair.gateway,
			field: parameterField(commonParameter(rows.map(({ parameter }) => parameter))),
		}));
	const isDifferent = (at: GatewayId) => different.some(({ gateway }) => gateway === at);
	return [
		...grouped(different, ({ field }) => JSON.stringify(field)).map((forms) => ({
			field: forms[0].field,
			displayOptions: shownForUnknown(forms.map(({ gateway }) => gateway)),
		})),
		...grouped(sold, formOf).flatMap((rows) => {
			const pairs = rows.map(({ pair }) => pair);
			const conditions = [
				...shownFor(pairs, isDifferent),
				...shownUnlessFor(pairs, (gateway) => !isDifferent(gateway)),
			];
			const field = parameterField(rows[0].parameter);
			return conditions.map((displayOptions) => ({ field, displayOptions }));
		}),
	];
}

const formOf = ({ parameter }: SoldParameter) => JSON.stringify(parameterField(parameter));

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
		...(minimum !== undefined && { minimum: Math.min(...rows.map(leastOf)) }),
		...(maximum !== undefined && maxima.length === rows.length && { maximum: Math.max(...maxima) }),
		...(choices.size > 0 && { choices: [...choices] }),
		...(choicesOnly && rows.every((row) => row.choicesOnly) && { choicesOnly }),
		...(shared.multipleOf !== undefined && {
			hint: `A multiple of ${shared.multipleOf}, within the range of the model`,
		}),
	};
}

/** Whether it fills in a value that every model takes, where others leave it to the gateway. */
const sends = ({ initialValue }: ModelParameter) => initialValue !== undefined;

const leastOf = (row: ModelParameter) => (mayBeUnset(row) ? 0 : (row.minimum ?? -Infinity));
