import { asArray } from '../../nodes/FluxImage/core/json';
import type { TaskRow } from '../../sandbox';
import type { ChaosExecution, ChaosRun } from './chaos';
import { ABOVE_TASKS_AT_A_TIME, itemOf, promptOf } from './faultPlan';

/** The books of a run: what was asked and paid on one side, what came out on the other. */
export interface Books {
	/** Lines of the table, in their order. */
	readonly lines: ReadonlyArray<readonly [name: string, count: number]>;
	/** What must not be: each a sentence with the item or task. */
	readonly wrong: readonly string[];
}

/** Where a task's id, or the doubt about an item, came out. */
type Place = 'picture' | 'error' | 'log' | 'doubt' | 'nowhere';

/** The best place of a task that two executions ask for is its place. */
const PLACES: readonly Place[] = ['picture', 'error', 'log', 'doubt'];

/** Holds the sandbox's ledger against the outputs, errors and logs of the executions. */
export function reconcile({ executions, harness, plan }: ChaosRun): Books {
	const { ledger } = harness.sandbox;
	const placed = ledger.taskRows().map((task) => {
		const item = itemOf(task.prompt);
		const asking = executions.filter(({ items }) => items.includes(item));
		const places = asking.map((execution) => placeOf(task, execution));
		const place = PLACES.find((name) => places.includes(name)) ?? 'nowhere';
		return { task, execution: asking[0]!, place };
	});
	const at = (place: Place) => placed.filter((row) => row.place === place);
	const keyed = new Set(
		executions.flatMap(({ isKeyed, items }) => (isKeyed ? items : [])).map(promptOf),
	);
	const paid = new Map<string, number>();
	for (const { prompt, billed, state } of ledger.taskRows()) {
		// What a Stop has cancelled frees its key: the other delivery orders it anew.
		const counts = keyed.has(prompt) && state === 'cancelled' ? 0 : billed;
		paid.set(prompt, (paid.get(prompt) ?? 0) + counts);
	}
	const ordered = new Map(
		executions.flatMap(({ items, tasksEach }) =>
			items.map((item) => [promptOf(item), tasksEach] as const),
		),
	);
	const twice = [...paid].filter(([prompt, billed]) => billed > (ordered.get(prompt) ?? 0));
	const strays = executions.flatMap(strayCalls);
	const wrong = [
		...twice.map(([prompt, billed]) => `"${prompt}" was paid ${billed} times`),
		...at('nowhere').map(
			({ task, execution }) =>
				`${task.id} of "${task.prompt}" (${execution.gateway}, ${execution.manner}) is nowhere`,
		),
		...strays,
		...(ledger.where({ call: 'trap' }).length > 0 ? ['the key was led to another host'] : []),
	];
	const asked = [...ordered.values()].reduce((sum, tasks) => sum + tasks, 0);
	const reused = executions.flatMap(({ outcome }) => outcome?.outputs.flat() ?? []);
	return {
		wrong,
		lines: [
			['tasks asked for', asked],
			['faults played', [...plan.played.values()].reduce((sum, count) => sum + count, 0)],
			['kinds of faults played', plan.played.size],
			['creates refused for tasks at a time', plan.played.get(ABOVE_TASKS_AT_A_TIME) ?? 0],
			['requests in all', ledger.requests.length],
			['API calls sent', executions.reduce((sum, { sent }) => sum + sent.length, 0)],
			['creates sent', ledger.where({ call: 'create' }).length],
			['tasks accepted and billed', ledger.billed()],
			['  came out as a picture', at('picture').length],
			['  stand with their id in an error', at('error').length],
			['  stand with their id in the log of a stop', at('log').length],
			['  reported as "may have been accepted"', at('doubt').length],
			['  by keys, and delivered twice', keyed.size],
			['  reused by the other delivery', reused.filter(({ json }) => json.reused).length],
			['  lost', at('nowhere').length],
			['items paid twice', twice.length],
			['calls sent after Stop that were no cancels', strays.length],
			['cancels sent', ledger.where({ call: 'cancel' }).length],
		],
	};
}

function placeOf(task: TaskRow, execution: ChaosExecution): Place {
	const { outcome, log, items } = execution;
	const number = items.indexOf(itemOf(task.prompt));
	const rows = (outcome?.outputs ?? []).flat();
	const own = rows.find(({ json }) => json.requestId === task.id);
	if (own?.binary) return 'picture';
	if (own || rows.some(({ json }) => asArray(json.requestIds).includes(task.id))) return 'error';
	const errorText = `${outcome?.error?.message} ${outcome?.error?.description}`;
	if (errorText.includes(task.id)) return 'error';
	const logged = log().join('\n');
	// What the log says of a create (`Task … of item`) comes before the task has met its fate.
	if (logged.includes(`Task ${task.id} at `)) return 'log';
	const itsRows = rows.filter(({ pairedItem }) => Object(pairedItem).item === number);
	if (itsRows.some(({ json }) => String(json.error).includes('may have accepted'))) return 'doubt';
	if (doubtsIn(errorText, outcome?.error?.context.itemIndex).includes(number)) return 'doubt';
	const doubt = new RegExp(`A task of item ${number}(, image \\d+)? may have been accepted`);
	return doubt.test(logged) ? 'doubt' : 'nowhere';
}

/** The items that the error of a whole node calls doubtful. */
function doubtsIn(errorText: string, itemIndex: number | undefined): number[] {
	const others = /tasks of items ([\d, ]+)/.exec(errorText)?.[1]?.split(', ').map(Number) ?? [];
	const own = errorText.includes('may have accepted the task') ? [itemIndex ?? -1] : [];
	return [...own, ...others];
}

/** Calls that a stopped execution sent after its stop, but for cancels. */
function strayCalls({ sentAtStop = Infinity, sent }: ChaosExecution): string[] {
	return sent
		.slice(sentAtStop)
		.filter(({ method }) => method !== 'PUT')
		.map(({ method, url }) => `${method} ${url} was sent after Stop`);
}

/** The books as a table for people. */
export function bookTable({ lines, wrong }: Books): string {
	const width = Math.max(...lines.map(([name]) => name.length));
	const rows = lines.map(([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(6)}`);
	return [...rows, ...wrong.map((sentence) => `WRONG: ${sentence}`)].join('\n');
}
