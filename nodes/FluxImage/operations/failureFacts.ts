import type { ProblemKind } from '../core/problem';
import { worstPaid, type Paid } from '../tasks/order';
import type { ItemFailure } from './errors';
import type { Operation } from './operation';

/** Problems under which a create may have been taken though no task is known. */
const DOUBTFUL: ReadonlySet<ItemFailure['problem']> = new Set<ProblemKind>([
	'createUncertain',
	'alreadyOrdered',
]);

/**
 * Whether money went for an item that failed while it ran. A task that exists counts as paid: whether a
 * gateway bills failed ones is not told.
 *
 * @param problem what it failed by; nothing was read wrong, or it would not have run
 * @param before what the ledger knows of the item's order, earlier attempts included
 */
export function paidOf(
	{ resource }: Pick<Operation, 'resource'>,
	problem: Exclude<ItemFailure['problem'], 'invalidInput'>,
	hasTask: boolean,
	before: Paid,
): Paid {
	if (resource === 'task') return problem === 'notFound' ? 'maybe' : 'yes';
	if (hasTask) return 'yes';
	return DOUBTFUL.has(problem) ? worstPaid([before, 'maybe']) : before;
}
