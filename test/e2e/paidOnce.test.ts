import type { FaultRow } from '../../sandbox';
import { addFault, clearFaults } from './gatewayTasks';
import { itemsOf, openN8n, outcomeOf, type SavedExecution } from './n8n';
import { NODE, publishOwn, tasksThatBegin, type OwnWorkflow } from './ownWorkflow';

/** Values that are others at each attempt: n8n evaluates expressions anew whenever a node runs. */
const CHANGING = {
	prompt: '={{ $json.prompt }} at {{ $now.toMillis() }} and {{ Math.random() }}',
	additionalFields: { seed: '={{ Math.floor(Math.random() * 1e9) }}' },
	options: {},
};

const COLORS = ['red', 'green', 'blue'];

/** Where rows and what n8n makes of an error may differ. */
const SETTINGS: ReadonlyArray<{ name: string } & Pick<OwnWorkflow, 'onError' | 'inLoop'>> = [
	{ name: 'several items' },
	{ name: 'Continue On Fail', onError: 'continueRegularOutput' },
	{ name: 'an error output', onError: 'continueErrorOutput' },
	{ name: 'a loop', inLoop: true },
	{ name: 'a loop with an error output', inLoop: true, onError: 'continueErrorOutput' },
];

const rest = openN8n();

afterEach(async () => await clearFaults());

/** The rows of one test, which no other test has. */
const rowsOf = (test: string) => COLORS.map((color) => ({ prompt: `A ${color} kite, ${test}` }));

/** How often each row was billed. */
async function billed(rows: Array<{ prompt: string }>): Promise<number[]> {
	const tasks = await Promise.all(rows.map(async ({ prompt }) => await tasksThatBegin(prompt)));
	return tasks.map(({ length }) => length);
}

/** The tasks of what the node put out, in all its runs and at all its outputs. */
function requestIds({ data }: SavedExecution): unknown[] {
	const runs = data?.resultData.runData[NODE] ?? [];
	const items = runs.flatMap((run) => (run.data?.main ?? []).flatMap((output) => output ?? []));
	return items.map(({ json }) => json.requestId);
}

/** The task of each row, in the order of the rows. */
async function taskIds(rows: Array<{ prompt: string }>): Promise<string[]> {
	const tasks = await Promise.all(rows.map(async ({ prompt }) => await tasksThatBegin(prompt)));
	return tasks.flatMap((ofRow) => ofRow.map(({ id }) => id));
}

describe('FAULTS A1: Retry On Fail with a random seed and the time in the prompt', () => {
	describe.each(SETTINGS)('with $name', ({ name, onError = 'stopWorkflow', inLoop }) => {
		const path = `paid-once-${name.replaceAll(' ', '-').toLowerCase()}`;
		const publish = async (suffix: string) =>
			await publishOwn(rest, {
				...{ path: `${path}-${suffix}`, parameters: CHANGING, retryOnFail: true, onError },
				...(inLoop ? { inLoop } : {}),
			});

		it('pays once a row, where the first attempt fails on a task that is paid', async () => {
			const rows = rowsOf(`${path}, retried`);
			// A redirect is never followed with a key. Under Continue On Fail n8n tries again where the
			// first item has an error, so that is the one to fail.
			await addFault(once({ call: 'status', fault: 'redirect' }, rows[0]!.prompt));
			const execution = await (await publish('retried')).run(rows);
			expect(outcomeOf(execution)).toEqual({ status: 'success' });
			expect(await billed(rows)).toEqual([1, 1, 1]);
			expect(requestIds(execution)).toEqual(await taskIds(rows));
		});

		it('sends a create once that may have been accepted, and says so', async () => {
			const rows = rowsOf(`${path}, doubtful`);
			const lost = { call: 'create', fault: 'reset', when: 'afterAcceptance' } as const;
			await addFault(once(lost, rows[0]!.prompt));
			const execution = await (await publish('doubtful')).run(rows);
			// In a loop that stops, the rows behind the first have no turn.
			const isCutShort = inLoop && onError === 'stopWorkflow';
			expect(await billed(rows)).toEqual(isCutShort ? [1, 0, 0] : [1, 1, 1]);
			expect(wordsOf(execution)).toContain('may have accepted the task');
		});
	});
});

describe('FAULTS A1: Retry On Fail of Image > Create', () => {
	it('pays once a row, where one create is refused at the first attempt', async () => {
		const rows = rowsOf('created only');
		const parameters = { ...CHANGING, operation: 'create' };
		const own = { path: 'paid-once-create', parameters, retryOnFail: true };
		await addFault(once({ call: 'create', fault: '401' }, rows[1]!.prompt));
		const execution = await (await publishOwn(rest, own)).run(rows);
		expect(outcomeOf(execution)).toEqual({ status: 'success' });
		expect(await billed(rows)).toEqual([1, 1, 1]);
		expect(requestIds(execution)).toEqual(await taskIds(rows));
	});
});

describe("FAULTS A1: a person's Retry with a random seed and the time in the prompt", () => {
	it('picks up every task that the failed execution paid for', async () => {
		const rows = rowsOf('retried by a person');
		const published = await publishOwn(rest, {
			...{ path: 'paid-once-by-a-person', parameters: CHANGING },
		});
		await addFault({ call: 'status', fault: 'redirect', promptIncludes: rows[1]!.prompt });
		const failed = await published.run(rows);
		expect(failed.status).toBe('error');
		const paid = await taskIds(rows);
		expect(paid).toHaveLength(3);

		await clearFaults();
		const items = itemsOf(await published.retry(failed), NODE);
		expect(items.map(({ json }) => json.requestId)).toEqual(paid);
		expect(await billed(rows)).toEqual([1, 1, 1]);
	});
});

/** The fault at the first such call about a task with that prompt, and at no other. */
function once(fault: Pick<FaultRow, 'call' | 'fault' | 'when'>, promptIncludes: string): FaultRow {
	return { ...fault, promptIncludes, times: 1 };
}

/** All that an execution says of errors: as a whole, and in its items. */
function wordsOf(execution: SavedExecution): string {
	const runs = execution.data?.resultData.runData[NODE] ?? [];
	return JSON.stringify([outcomeOf(execution), runs]);
}
