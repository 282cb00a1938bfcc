import type { NewTask } from '../client/create';
import { taskName } from '../core/task';
import type { Execution } from './execution';
import { keepActive, settle, type Obtained, type Ordering } from './found';
import { whereOf } from './order';

/**
 * Pays for a task and writes it down, or writes down that it may have been paid.
 *
 * @param ownId what the create carries where the gateway keeps ids of its callers
 * @throws what the order's `build` throws: nothing was sent then
 */
export async function createOnce(
	ordering: Ordering,
	ownId = newOwnId(ordering),
): Promise<Obtained> {
	const { ledger, paidTasks, key, modelId, tasks, maxPaidTasks, budget } = ordering;
	if (!(budget ? budget.take(ordering) : paidTasks.take(tasks, maxPaidTasks))) {
		await ledger.takeBack(key);
		return { problem: { kind: 'limitReached', modelId } };
	}
	let created: Obtained | undefined;
	try {
		created = await send(ordering, ownId);
		return created;
	} finally {
		const isUnpaid = !created || (created.problem && created.problem.kind !== 'createUncertain');
		if (isUnpaid) {
			paidTasks.giveBack(tasks);
			await ledger.takeBack(key);
		}
	}
}

/** The create itself, and a look for its task where the answer was lost. */
async function send(ordering: Ordering, ownId: string): Promise<Obtained> {
	const { client, ledger, activeTasks, log, key, modelId, until } = ordering;
	const where = whereOf(key);
	const { displayName } = client.gateway;
	const build = begun(ordering, ownId);
	const { value: task, problem } = await client.create({ ...ordering, build }, until);
	if (task) {
		ledger.made(key, task);
		// What is written down may die with the process; the log tells of a paid task even then.
		log(`Task ${taskName(task)} of ${where} was created at ${displayName}, model ${modelId}`);
		keepActive(ordering, task);
		return { task, isNew: true };
	}
	if (problem.kind !== 'createUncertain') return { problem: { ...problem, modelId } };
	const settled = await settle(ordering, ownId);
	if (settled) return { task: settled, isNew: true };
	const doubt = { ...problem, modelId };
	ledger.doubt(key, doubt);
	// After a stop, nobody sees the item's own error.
	activeTasks.logOnStop(
		`A task of ${where} may have been accepted by ${displayName}, but no task ID came back`,
	);
	return { problem: doubt };
}

/** Builds the request, and writes down that its create is begun. */
function begun(ordering: Ordering, ownId: string): NewTask['build'] {
	const { client, ledger, log, key, modelId } = ordering;
	return async () => {
		// Begun only from the POST on: an image that cannot be read throws, and nothing was sent.
		ledger.unwrite(key);
		const built = await ordering.build();
		if (built.problem) return built;
		const carried = client.keepsOwnIds ? ownId : undefined;
		ledger.begin(key, modelId, carried);
		if (carried === undefined) return built;
		log(`A task of ${whereOf(key)} is sent to ${client.gateway.displayName} as ${carried}`);
		return { value: { ...built.value, ownId: carried } };
	};
}

/** Digits of an id of our own. */
const OWN_ID_DIGITS = 32;

/** An id that no other create has. */
function newOwnId({ random }: Execution): string {
	const digits = Array.from({ length: OWN_ID_DIGITS }, () =>
		Math.floor(random() * 16).toString(16),
	);
	return `n8n-${digits.join('')}`;
}
