import type { OrderRow } from '../accounts/orders';
import type { NewTask } from '../client/create';
import { LAG_MS, type Until } from '../client/retry';
import { within } from '../core/clock';
import { STOPPED, type Outcome, type Problem, type ProblemKind } from '../core/problem';
import { hasEnded, taskName, type KnownTask, type TaskState } from '../core/task';
import type { Execution } from './execution';
import { isOnlyBegun, taskOf } from './ledger';
import { digestOf, requestOf, whereOf, type Order, type Reuse } from './order';
import { lastingFailure } from './poll';

/** What an order came to before its task is waited for. */
export type Obtained =
	| {
			readonly task: KnownTask;
			readonly isNew: boolean;
			readonly reuse?: Reuse;
			readonly problem?: undefined;
	  }
	| { readonly problem: Problem; readonly task?: KnownTask; readonly reuse?: Reuse };

/** The same as whoever else has the key gets it: for them the task is not new. */
type Flight = Obtained & { readonly request: string };

/**
 * A task for the order: that of an earlier attempt; that of another execution under the order's key; in
 * a test run that of an earlier one; else a new one. An order that is begun and whose task nobody knows
 * is not sent again.
 */
export async function obtain(execution: Execution, order: Order): Promise<Obtained> {
	try {
		return await find(execution, order);
	} finally {
		order.budget?.leave(order.key);
	}
}

async function find(execution: Execution, order: Order): Promise<Obtained> {
	const { ledger } = execution;
	const { key } = order;
	const earlier = ledger.ofAttempts(key);
	if (earlier) {
		keepActive(execution, order, earlier.task);
		return { ...earlier, isNew: false };
	}
	const begun = ledger.begunBefore(key);
	const settled = begun && (await settle(execution, order, begun.ownId));
	if (settled) return { task: settled, isNew: false };
	if (begun?.isOfThisExecution) {
		const reason = 'an earlier attempt of this execution sent it already';
		return { problem: { kind: 'createUncertain', reason, modelId: order.modelId } };
	}
	if (!key.shared) return await createOnce(execution, order);
	if (key.shared.kind === 'testRun') return await ofTestRun(execution, order);
	return await ofKey(execution, order, key.shared.name);
}

/** Until when the order is tried. */
export function untilOf({ abortSignal }: Execution, { deadlineMs }: Order): Until {
	return { deadlineMs, signal: abortSignal };
}

/** How a flight may end without a word on the order itself: who waited for it tries by itself then. */
const NOT_TRIED: ReadonlySet<ProblemKind> = new Set([
	...(['stopped', 'notSentInTime', 'limitReached', 'rateLimited'] as const),
]);

/** The order under its key: whoever comes while it is being made waits for that one's end. */
async function ofKey(execution: Execution, order: Order, name: string): Promise<Obtained> {
	const { orders, activeTasks } = execution;
	for (;;) {
		const flight = orders.inFlight(name) as Promise<Flight> | undefined;
		if (!flight) {
			const request = requestOf(order.key);
			const work = async () => ({ ...(await claimed(execution, order, name)), request });
			return await orders.fly(name, work);
		}
		const ended = await activeTasks.whileWaiting(
			name,
			async () => await within(execution.clock, untilOf(execution, order), flight),
		);
		if (!ended) return { problem: execution.abortSignal.aborted ? STOPPED : KEY_IN_FLIGHT };
		if (!ended.problem) return joined(execution, order, ended.task, ended.request);
		if (!NOT_TRIED.has(ended.problem.kind)) return ended;
	}
}

/** The order that nobody of this process is making just now. */
async function claimed(execution: Execution, order: Order, name: string): Promise<Obtained> {
	const { ledger, abortSignal } = execution;
	const row = ledger.ofOthers(order.key);
	if (row && !isOnlyBegun(row)) {
		const found = await stillGood(execution, order, taskOf(row), row.request);
		if (found) return found;
		await ledger.takeBack(order.key, row);
	} else if (row && order.key.shared?.kind === 'key') {
		const settled = await settle(execution, order, row.ownId);
		if (settled) return joined(execution, order, settled, row.request);
		return { problem: row.doubt ?? ALREADY_ORDERED };
	}
	const claim = await ledger.claim(order.key, untilOf(execution, order));
	if (claim === 'late') return { problem: abortSignal.aborted ? STOPPED : CLAIM_LATE };
	const { found, ownId } =
		claim === 'won'
			? await lookedAfterWin(execution, order, name)
			: await byOwnId(execution, order, name, false);
	if (found) return found;
	if (claim === 'taken') return { problem: ALREADY_ORDERED };
	return await createOnce(execution, order, ownId);
}

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

/**
 * A task that was made under the order's key; nothing where it has failed or was cancelled, so that the
 * order may be made anew. A moderated one counts as long as the same is asked for.
 */
async function stillGood(
	execution: Execution,
	order: Order,
	task: KnownTask,
	request: string,
): Promise<Obtained | undefined> {
	if (hasEnded(task)) return joined(execution, order, task, request);
	const { value } = await execution.client.status(task, untilOf(execution, order));
	if (!value) return joined(execution, order, task, request);
	const problem = lastingFailure(value);
	if (problem?.kind === 'moderated' && request === requestOf(order.key)) {
		return { problem, task: value, reuse: reuseOf(order, request) };
	}
	if (problem) return undefined;
	return joined(execution, order, value, request);
}

/** Another's task is this order's too. */
function joined(execution: Execution, order: Order, task: KnownTask, request: string): Obtained {
	const reuse = reuseOf(order, request);
	execution.ledger.takeOver(order.key, task, reuse);
	keepActive(execution, order, task);
	return { task, isNew: false, reuse };
}

function reuseOf({ key }: Order, request: string): Reuse {
	return {
		kind: key.shared?.kind ?? 'key',
		requestChanged: request !== '' && request !== requestOf(key),
	};
}

/** How a gateway says that it has a task no more, or no more for this account. */
const LOST: ReadonlySet<ProblemKind> = new Set(['badKey', 'notAllowed', 'notFound']);

/** What an earlier test run paid for, unless the gateway has it no more, or it ended badly. */
async function ofTestRun(execution: Execution, order: Order): Promise<Obtained> {
	const row = execution.ledger.ofOthers(order.key);
	if (!row) return await createOnce(execution, order);
	const task = isOnlyBegun(row) ? undefined : taskOf(row);
	if (task && hasEnded(task)) return joined(execution, order, task, row.request);
	const asked = await askOf(execution, order, row);
	if (!asked) return await createOnce(execution, order);
	const { value, problem } = asked;
	const isLost = problem !== undefined && LOST.has(problem.kind);
	if (isLost || (value && lastingFailure(value))) return await createOnce(execution, order);
	const known = value ?? task;
	if (known) return joined(execution, order, known, row.request);
	if (execution.abortSignal.aborted) return { problem: STOPPED };
	return { problem: row.doubt ?? { ...problem, kind: 'createUncertain', modelId: order.modelId } };
}

/** What the gateway says of a row's task, by its id or else by our own; nothing where it has neither. */
async function askOf(
	execution: Execution,
	order: Order,
	row: OrderRow,
): Promise<Outcome<TaskState> | undefined> {
	const { client, clock } = execution;
	const until = untilOf(execution, order);
	if (!isOnlyBegun(row)) return await client.status(row, until);
	if (row.ownId === undefined || !client.keepsOwnIds) return undefined;
	const mayLag = clock.dateMs() - row.atMs < LAG_MS;
	return await client.find(row.ownId, order.modelId, { ...until, retryNotFound: mayLag });
}

/** Of a key that is won, whose look-up found no answer: nothing was sent, by nobody. */
const LOOK_LATE: Obtained = {
	problem: {
		kind: 'notSentInTime',
		reason: 'the gateway did not answer in time whether it has a task of this Pay Once Key',
	},
};

/** What a look under the key's own ids comes to: an end, or the id to send with the create. */
interface Looked {
	readonly found?: Obtained;
	readonly ownId?: string;
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
async function byOwnId(
	execution: Execution,
	order: Order,
	name: string,
	isFree: boolean,
): Promise<Looked> {
	if (!execution.client.keepsOwnIds) return {};
	for (let number = 1; ; number++) {
		const ownId = `n8n-${digestOf([name, number])}`;
		if (number > MOST_TRIES) return { ownId };
		const until = untilOf(execution, order);
		const { value, problem } = await execution.client.find(ownId, order.modelId, until);
		if (problem && execution.abortSignal.aborted) return { found: { problem: STOPPED } };
		if (problem && problem.kind !== 'notFound') {
			// Where nothing else tells that the key is free, a look-up that was refused is no "unknown".
			if (!isFree) return { found: { problem: { ...problem, mayBePaid: true } } };
			if (execution.clock.nowMs() >= order.deadlineMs) return { found: LOOK_LATE };
		}
		if (!value) return { ownId };
		if (!lastingFailure(value)) return { found: joined(execution, order, value, '') };
	}
}

/** Nothing is sent yet: what was won is given back where the look-up ends the order. */
async function lookedAfterWin(execution: Execution, order: Order, name: string): Promise<Looked> {
	const { ledger } = execution;
	// An execution that could not claim may have left a doubt.
	const isFree = ledger.begunBefore(order.key) === undefined;
	let looked: Looked | undefined;
	try {
		looked = await byOwnId(execution, order, name, isFree);
		return looked;
	} finally {
		if (!looked || looked.found?.problem) await ledger.takeBack(order.key);
	}
}

/** Looks for the task of a create whose answer was lost; it bills nothing, and proves nothing by "no". */
async function settle(
	execution: Execution,
	order: Order,
	ownId: string | undefined,
): Promise<TaskState | undefined> {
	const { client, clock, ledger } = execution;
	if (ownId === undefined || !client.keepsOwnIds) return undefined;
	const until = {
		...untilOf(execution, order),
		deadlineMs: Math.min(order.deadlineMs, clock.nowMs() + LAG_MS),
		retryNotFound: true,
	};
	const { value: task } = await client.find(ownId, order.modelId, until);
	if (!task) return undefined;
	ledger.made(order.key, task);
	keepActive(execution, order, task);
	return task;
}

/** Stop cancels the task from now on; whoever waits for the order's create waits for the task too. */
function keepActive(
	{ activeTasks }: Execution,
	{ key, cancelOnStop }: Order,
	task: KnownTask,
): void {
	if (!hasEnded(task)) activeTasks.add(task, cancelOnStop, key.shared?.name);
}

/** Pays for a task and writes it down, or writes down that it may have been paid. */
async function createOnce(
	execution: Execution,
	order: Order,
	ownId = newOwnId(execution),
): Promise<Obtained> {
	const { ledger, paidTasks } = execution;
	const { key, tasks, maxPaidTasks, budget } = order;
	if (!(budget ? budget.take(order) : paidTasks.take(tasks, maxPaidTasks))) {
		await ledger.takeBack(key);
		return { problem: { kind: 'limitReached', modelId: order.modelId } };
	}
	let created: Obtained | undefined;
	try {
		created = await send(execution, order, ownId);
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
async function send(
	execution: Execution,
	order: Order,
	ownId: string | undefined,
): Promise<Obtained> {
	const { client, ledger, log } = execution;
	const { key, modelId } = order;
	// Begun only from the POST on: an image that cannot be read throws, and nothing was sent.
	const build: NewTask['build'] = async () => {
		ledger.unwrite(key);
		const built = await order.build();
		if (built.problem) return built;
		const carried = client.keepsOwnIds ? ownId : undefined;
		ledger.begin(key, modelId, carried);
		if (carried === undefined) return built;
		log(`A task of ${whereOf(key)} is sent to ${client.gateway.displayName} as ${carried}`);
		return { value: { ...built.value, ownId: carried } };
	};
	const { value: task, problem } = await client.create(
		{ ...order, build },
		untilOf(execution, order),
	);
	if (task) return accepted(execution, order, task);
	if (problem.kind !== 'createUncertain') return { problem: { ...problem, modelId } };
	const settled = await settle(execution, order, ownId);
	if (settled) return { task: settled, isNew: true };
	const doubt = { ...problem, modelId };
	ledger.doubt(key, doubt);
	logUncertain(execution, order);
	return { problem: doubt };
}

function accepted(execution: Execution, order: Order, task: TaskState): Obtained {
	const { client, ledger, log } = execution;
	ledger.made(order.key, task);
	// What is written down may die with the process; the log tells of a paid task even then.
	const { displayName } = client.gateway;
	log(`Task ${taskName(task)} of ${whereOf(order.key)} was created at ${displayName}`);
	keepActive(execution, order, task);
	return { task, isNew: true };
}

/** After a stop, nobody sees the item's own error. */
function logUncertain(execution: Execution, { key }: Order): void {
	const { displayName } = execution.client.gateway;
	execution.activeTasks.logOnStop(
		`A task of ${whereOf(key)} may have been accepted by ${displayName}, but no task ID came back`,
	);
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
