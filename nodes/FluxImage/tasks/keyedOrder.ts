import { isOnlyBegun, taskOf, type OrderRow } from '../accounts/orders';
import { within } from '../core/clock';
import { STOPPED, type Problem, type ProblemKind } from '../core/problem';
import { hasEnded } from '../core/task';
import { createOnce } from './create';
import { joined, reuseOf, settle, type Obtained, type Ordering } from './found';
import { digestOf, requestOf } from './order';
import { lastingFailure } from './poll';

/** What an order came to, for whoever else waits for it: for them the task is another's. */
type Flight = Obtained & { readonly request: string };

/** How a flight may end without a word on the order itself: who waited for it tries by itself then. */
const NOT_TRIED: ReadonlySet<ProblemKind> = new Set([
	...(['stopped', 'notSentInTime', 'limitReached', 'rateLimited'] as const),
]);

/** Of a key whose create is on its way in another execution of this process. */
const KEY_IN_FLIGHT: Problem = {
	kind: 'createUncertain',
	reason: 'another execution was sending it, and had no answer yet when the time was up',
};

const ALREADY_ORDERED: Problem = {
	kind: 'alreadyOrdered',
	reason: 'by another execution, by one that was killed, or so long ago that its task is forgotten',
};

const CLAIM_LATE: Problem = {
	kind: 'notSentInTime',
	reason: 'n8n did not answer in time whether the Pay Once Key is free',
	mayBePaid: true,
};

/** Of a key that is won, whose look-up found no answer: nothing was sent, by nobody. */
const LOOK_LATE: Problem = {
	kind: 'notSentInTime',
	reason: 'the gateway did not answer in time whether it has a task of this Pay Once Key',
};

/** A task for the order of a key: whoever comes while it is being made waits for that one's end. */
export async function obtainByKey(ordering: Ordering, name: string): Promise<Obtained> {
	const { orders, activeTasks, clock, abortSignal, key, until } = ordering;
	for (;;) {
		const flight = orders.inFlight(name) as Promise<Flight> | undefined;
		if (!flight) {
			const work = async () => ({ ...(await claimed(ordering, name)), request: requestOf(key) });
			return await orders.fly(name, work);
		}
		const ended = await activeTasks.whileWaiting(
			name,
			async () => await within(clock, until, flight),
		);
		if (!ended) return { problem: abortSignal.aborted ? STOPPED : KEY_IN_FLIGHT };
		if (!ended.problem) return joined(ordering, ended.task, ended.request);
		if (!NOT_TRIED.has(ended.problem.kind)) return ended;
	}
}

/** The order that nobody of this process is making just now. */
async function claimed(ordering: Ordering, name: string): Promise<Obtained> {
	const { ledger, abortSignal, key, until } = ordering;
	const row = ledger.ofOthers(key);
	if (row && !isOnlyBegun(row)) {
		const found = await stillGood(ordering, row);
		if (found) return found;
		await ledger.takeBack(key, row);
	} else if (row && key.shared?.kind === 'key') {
		const settled = await settle(ordering, row.ownId);
		if (settled) return joined(ordering, settled, row.request);
		return { problem: row.doubt ?? ALREADY_ORDERED };
	}
	const claim = await ledger.claim(key, until);
	if (claim === 'late') return { problem: abortSignal.aborted ? STOPPED : CLAIM_LATE };
	const { found, ownId } = await lookedUp(ordering, name, claim === 'won');
	if (found) return found;
	if (claim === 'taken') return { problem: ALREADY_ORDERED };
	return await createOnce(ordering, ownId);
}

/**
 * A task that was made under the order's key; nothing where it has failed or was cancelled, so that the
 * order may be made anew. A moderated one counts as long as the same is asked for.
 */
async function stillGood(ordering: Ordering, row: OrderRow): Promise<Obtained | undefined> {
	const { client, key, until } = ordering;
	const { request } = row;
	const task = taskOf(row);
	if (hasEnded(task)) return joined(ordering, task, request);
	const { value: state = task } = await client.status(task, until);
	const problem = lastingFailure(state);
	if (!problem) return joined(ordering, state, request);
	const isSameAgain = problem.kind === 'moderated' && request === requestOf(key);
	return isSameAgain ? { problem, task: state, reuse: reuseOf(key, request) } : undefined;
}

/** What a look under the key's own ids comes to: an end, or the id to send with the create. */
interface Looked {
	readonly found?: Obtained;
	readonly ownId?: string;
}

/** Nothing is sent yet: a key that is won is given back where the look under its own ids ends the order. */
async function lookedUp(ordering: Ordering, name: string, isWon: boolean): Promise<Looked> {
	const { ledger, key } = ordering;
	// An execution that could not claim may have left a doubt.
	const isFree = isWon && ledger.begunBefore(key) === undefined;
	let looked: Looked | undefined;
	try {
		looked = await byOwnId(ordering, name, isFree);
		return looked;
	} finally {
		if (isWon && (!looked || looked.found?.problem)) await ledger.takeBack(key);
	}
}

/** How many creates of one key are looked up at most: each one before the last has failed. */
const MOST_TRIES = 50;

/**
 * Looks under the key's own ids, past tasks that failed, for one that holds: n8n may have lost what
 * the gateway still knows.
 *
 * @param isFree whether the claim tells that nothing was sent under the key
 * @returns the task, or the first id that the gateway does not know, to send with the create
 */
async function byOwnId(ordering: Ordering, name: string, isFree: boolean): Promise<Looked> {
	const { client, clock, abortSignal, modelId, until } = ordering;
	if (!client.keepsOwnIds) return {};
	for (let number = 1; ; number++) {
		const ownId = `n8n-${digestOf([name, number])}`;
		if (number > MOST_TRIES) return { ownId };
		const { value, problem } = await client.find(ownId, modelId, until);
		if (problem && abortSignal.aborted) return { found: { problem: STOPPED } };
		if (problem && problem.kind !== 'notFound') {
			// Where nothing else tells that the key is free, a look-up that was refused is no "unknown".
			if (!isFree) return { found: { problem: { ...problem, mayBePaid: true } } };
			if (clock.nowMs() >= until.deadlineMs) return { found: { problem: LOOK_LATE } };
		}
		if (!value) return { ownId };
		if (!lastingFailure(value)) return { found: joined(ordering, value, '') };
	}
}
