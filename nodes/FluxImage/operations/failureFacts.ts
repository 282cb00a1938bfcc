import type { JsonObject } from 'n8n-workflow';

import type { ProblemKind } from '../core/problem';
import { worstPaid, type Paid } from '../tasks/order';
import type { ItemFailure } from './errors';
import type { Operation } from './operation';

/** Problems under which a create may have been taken though no task is known. */
const DOUBTFUL: ReadonlySet<FailureFacts['problem']> = new Set([
	...(['createUncertain', 'alreadyOrdered'] as const),
]);

/** What a failure says to a program: one word for the problem, and whether money went. */
export interface FailureFacts {
	/** A kind of problem; `invalidInput` for what the person gave; `unexpected` for a fault of n8n or ours. */
	readonly problem: ProblemKind | 'invalidInput' | 'unexpected';
	readonly paid: Paid;
}

/**
 * Whether money went for an item that failed while it ran. A task that exists counts as paid: whether a
 * gateway bills failed ones is not told.
 *
 * @param problem what it failed by; nothing was read wrong, or it would not have run
 * @param before what the ledger knows of the item's order, earlier attempts included
 */
export function paidOf(
	{ resource }: Pick<Operation, 'resource'>,
	problem: Exclude<FailureFacts['problem'], 'invalidInput'>,
	hasTask: boolean,
	before: Paid,
): Paid {
	if (resource === 'task') return problem === 'notFound' ? 'maybe' : 'yes';
	if (hasTask) return 'yes';
	return DOUBTFUL.has(problem) ? worstPaid([before, 'maybe']) : before;
}

/** The failure with its facts, in the item and in the error's context. */
export function withFacts(failure: ItemFailure, facts: FailureFacts): ItemFailure {
	const told = failure.json['failure'] as JsonObject | undefined;
	const all: JsonObject = { problem: facts.problem, paid: facts.paid, ...told };
	failure.error.context['failure'] = all;
	return { ...failure, json: { ...failure.json, failure: all } };
}

/** The word on money of a failure that has its facts. */
export const paidIn = ({ json }: ItemFailure): Paid =>
	(json['failure'] as unknown as FailureFacts).paid;
