import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { ModelParameter } from '../models/model';
import { commonParameter } from './commonParameter';
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
	const byGateway = groupsBy(sold, ({ pair }) => pair.gateway);
	const different = byGateway.filter((rows) => groupsBy(rows, formOf).length > 1);
	const several = new Set(different.map((rows) => firstOf(rows).pair.gateway));
	return [
		...groupsBy(different.map(commonForm), ({ field }) => JSON.stringify(field)).map((forms) => ({
			field: firstOf(forms).field,
			displayOptions: shownForUnknown(forms.map(({ gateway }) => gateway)),
		})),
		...groupsBy(sold, formOf).flatMap((rows) => {
			const pairs = rows.map(({ pair }) => pair);
			const conditions = [
				...shownFor(pairs, (gateway) => several.has(gateway)),
				...shownUnlessFor(pairs, (gateway) => !several.has(gateway)),
			];
			const field = parameterField(firstOf(rows).parameter);
			return conditions.map((displayOptions) => ({ field, displayOptions }));
		}),
	];
}

const formOf = ({ parameter }: SoldParameter) => JSON.stringify(parameterField(parameter));

const commonForm = (rows: readonly SoldParameter[]) => ({
	gateway: firstOf(rows).pair.gateway,
	field: parameterField(commonParameter(rows.map(({ parameter }) => parameter))),
});

const groupsBy = <T>(members: readonly T[], keyOf: (member: T) => string): T[][] =>
	grouped(members, keyOf).map(([, group]) => group);

function firstOf<T>([first]: readonly T[]): T {
	if (first === undefined) throw new RangeError('A group has members');
	return first;
}
