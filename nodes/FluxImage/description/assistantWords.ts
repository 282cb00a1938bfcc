import { expectationOf } from '../models/describeConstraint';
import type { ModelParameter } from '../models/model';
import { allPairs, type Pair } from './displayOptions';
import { grouped } from './grouped';

/** What is said of a field for some of the pairs that are sold. */
export interface Saying {
	readonly pair: Pair;
	readonly words: string;
}

/** Models by their IDs at their gateways: `flux_2_max (seaArtCloud, odiRouter)`. */
export function soldWords(pairs: readonly Pair[]): string {
	const rows = grouped(pairs, ({ offer }) => offer.id).map((members) => ({
		id: members[0].offer.id,
		gateways: members.map(({ gateway }) => gateway).join(', '),
	}));
	return grouped(rows, ({ gateways }) => gateways)
		.map((members) => `${members.map(({ id }) => id).join(', ')} (${members[0].gateways})`)
		.join('; ');
}

/**
 * What a field takes, and which models have it, for n8n's assistants, who see it once and no condition.
 * Undefined where all models that are sold have it, and have it alike.
 */
export function byModelWords(sayings: readonly Saying[]): string | undefined {
	const groups = grouped(sayings, ({ words }) => words);
	if (groups.length === 1 && sayings.length === allPairs().length) return undefined;
	const parts = groups.map(
		(members) => `${members[0].words}: ${soldWords(members.map(({ pair }) => pair))}`,
	);
	return `${parts.join('. ')}.`;
}

/** What a model's parameter takes, and what goes where it is left out. */
export function takenWords(parameter: ModelParameter): string {
	const { initialValue, gatewayDefault, placement } = parameter;
	const sent = placement === 'main' ? initialValue : undefined;
	const left = sent ?? gatewayDefault;
	const expected = expectationOf(parameter);
	return left === undefined || left === '' ? expected : `${expected}, else ${left}`;
}
