import type { N8nRest } from '../../tooling/n8n/rest';
import { digest } from '../n8n/digest';
import { eventually } from '../../tooling/eventually';
import type { TaskRow } from '../../sandbox';
import { begunBy, createdBy, executionsOf, savedData, tasksWith, type Execution } from './observed';
import { orderKeyed, testKeyed, type KeyedOrders } from './payOnceCrash';
import { drawnBySandbox } from './pictures';
import { fixture } from './fixture';
import { post } from './webhooks';
import { answer, image, openN8n, publish, wait, webhook } from './workflows';

/** Executions of each workflow: enough for both workers to get some of each. */
const EACH = 6;
/** So long that none is finished when the worker dies, also where n8n is slow to start them all. */
const JOB = '[seconds=60]';
const UNDER_WAY = ['new', 'running'];

/** What there was to be seen of a worker's death. */
interface Crash {
	rest: N8nRest;
	victim: Worker;
	/** The tasks of all executions, as they were before it. */
	tasks: TaskRow[];
	/** What the callers of the workflow that answers before it waits were told. */
	told: string[];
	/** What the worker ran when it died, and what all executions came to. */
	lost: Execution[];
	ended: Execution[];
	/** What n8n had saved when the worker died. */
	saved: string;
	/** Orders with Pay Once Keys that were under way too. */
	keyed: KeyedOrders;
}

/** SIGKILL for one worker while its tasks run at the gateway; nothing may be tested after it. */
export function describeCrash(): void {
	describe('kill -9 of a worker in mid-wait', () => {
		let crash: Crash;

		beforeAll(async () => {
			crash = await crashWorker();
		});

		testDamage(() => crash);
		testRescue(() => crash);
		testKeyed(() => crash.keyed);
	});
}

async function crashWorker(): Promise<Crash> {
	const rest = await openN8n();
	const workflows = await publishAll(rest);
	const keyed = await orderKeyed(rest);
	const executions = async () => (await Promise.all(workflows.map(executionsOf))).flat();
	const told = await Promise.all(
		Array.from({ length: EACH }, async (_, index) => orderBoth(index)),
	);
	const tasks = await eventually('the tasks', crashTasks, ({ length }) => length === 2 * EACH);
	const victim = await workerOf(told[0]);
	const begun = await begunBy(victim);
	const lost = (await executions()).filter(({ id }) => begun.includes(id));
	process.kill(-victim.pid, 'SIGKILL');
	const saved = (await Promise.all(lost.map(async ({ id }) => savedData(id)))).join();
	const ended = await eventually('the end of all executions', executions, (rows) =>
		rows.every(({ status }) => !UNDER_WAY.includes(status)),
	);
	return { rest, victim, tasks, told, lost, ended, saved, keyed };
}

/** Starts an execution of each workflow; returns what the one that answers early says. */
async function orderBoth(index: number): Promise<string> {
	await post('generate', { prompt: `Crash, generate ${index} ${JOB}` });
	const answered = await post('create', { prompt: `Crash, create ${index} ${JOB}` });
	return answered.json<{ requestId: string }>().requestId;
}

/** The tasks of what the worker ran, by its log. */
async function lostTasks({ victim, lost }: Crash): Promise<Array<{ requestId: string }>> {
	const created = await createdBy(victim);
	return created.filter(({ executionId }) => lost.some(({ id }) => id === executionId));
}

function testDamage(crash: () => Crash): void {
	it('ends what it ran as failed, and nothing else', () => {
		const { lost, ended } = crash();
		expect(lost.length).toBeGreaterThan(0);
		expect(lost.length).toBeLessThan(2 * EACH);
		const failed = ended.filter(({ status }) => status !== 'success');
		expect(failed).toEqual(lost.map(({ id }) => ({ id, status: 'error' })));
	});

	it('pays nothing twice: n8n runs no lost execution again', async () => {
		const { tasks } = crash();
		const now = await crashTasks();
		expect(now.map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort());
		expect(now.filter(({ billed }) => billed !== 1)).toEqual([]);
	});
}

function testRescue(crash: () => Crash): void {
	it('leaves the id of every task in the log of its worker', async () => {
		const logged = await Promise.all(fixture.workers.map(createdBy));
		const ids = logged.flat().map(({ requestId }) => requestId);
		expect(crash().tasks.filter(({ id }) => !ids.includes(id))).toEqual([]);
		expect(await lostTasks(crash())).toHaveLength(crash().lost.length);
	});

	it('leaves the ids with whoever was answered before the waiting', () => {
		const { tasks, told } = crash();
		const created = tasks.filter(({ prompt }) => prompt.includes('create'));
		expect([...told].sort()).toEqual(created.map(({ id }) => id).sort());
	});

	it('finds created tasks in the saved progress, until n8n notices the death', async () => {
		const { told, saved } = crash();
		const ids = (await lostTasks(crash())).map(({ requestId }) => requestId);
		const created = told.filter((id) => ids.includes(id));
		expect(created.length).toBeGreaterThan(0);
		expect(created.filter((id) => !saved.includes(id))).toEqual([]);
	});

	it('pays nothing when a person retries what was lost: n8n starts nothing then', async () => {
		const { rest, lost, tasks } = crash();
		for (const { id } of lost) {
			const { status } = await rest.call<Execution>('POST', `executions/${id}/retry`, {
				loadWorkflow: false,
			});
			expect(status).toBe('error');
		}
		expect(await crashTasks()).toHaveLength(tasks.length);
	});

	it('lets Task > Wait collect what was paid for', async () => {
		const { tasks } = crash();
		for (const { requestId } of await lostTasks(crash())) {
			const task = tasks.find(({ id }) => id === requestId);
			const { bytes } = await post('collect', { requestId });
			expect(digest(bytes)).toBe(await drawnBySandbox(task?.parameters as Record<string, unknown>));
		}
		expect(await crashTasks()).toHaveLength(tasks.length);
	});
}

type Worker = (typeof fixture.workers)[number];

/** The worker that created a task. */
async function workerOf(requestId: string | undefined): Promise<Worker> {
	for (const worker of fixture.workers) {
		const created = await createdBy(worker);
		if (created.some((row) => row.requestId === requestId)) return worker;
	}
	throw new Error(`No worker's log tells of task ${requestId}`);
}

const crashTasks = async (): Promise<TaskRow[]> => await tasksWith('Crash, ');

/** The two ways to make a picture whose tasks are lost, and the one to collect them. */
async function publishAll(rest: N8nRest): Promise<Array<{ id: string }>> {
	const generate = await publish(rest, 'Generate in one', [
		webhook('generate', 'onReceived'),
		image('generateAndWait', '={{ $json.body.prompt }}'),
	]);
	const create = await publish(rest, 'Create, answer, wait', [
		webhook('create', 'responseNode'),
		image('create', '={{ $json.body.prompt }}'),
		answer('firstIncomingItem'),
		wait('={{ $json.requestId }}'),
	]);
	await publish(rest, 'Collect', [
		webhook('collect', 'responseNode'),
		wait('={{ $json.body.requestId }}'),
		answer('binary'),
	]);
	return [generate, create];
}
