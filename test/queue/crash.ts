import type { N8nRest } from '../../scripts/n8n/rest';
import type { TaskRow } from '../sandbox';
import {
	begunBy,
	createdBy,
	eventually,
	executionsOf,
	post,
	savedData,
	tasksWith,
	type Execution,
} from './observed';
import { digest, drawnBySandbox } from './pictures';
import { stage } from './stage';
import { answer, image, openN8n, publish, wait, webhook } from './workflows';

/** Executions of each workflow: enough for both workers to get some of each. */
const EACH = 6;
/** So long that none is finished when the worker dies. */
const JOB = '[seconds=20]';
const UNDER_WAY = ['new', 'running'];

/** SIGKILL for one worker while its tasks run at the gateway; nothing may be tested after it. */
export function describeCrash(): void {
	describe('kill -9 of a worker in mid-wait', () => {
		let victim: Worker;
		let rest: N8nRest;
		/** What the worker ran when it died, and what all executions came to. */
		let lost: Execution[];
		let ended: Execution[];
		let tasks: TaskRow[];
		/** What the callers of the workflow that answers before it waits were told. */
		let told: string[];
		/** What n8n had saved when the worker died. */
		let saved: string;

		const executions = async (workflows: Array<{ id: string }>) =>
			(await Promise.all(workflows.map(executionsOf))).flat();
		const lostTasks = async () =>
			(await createdBy(victim)).filter(({ executionId }) =>
				lost.some(({ id }) => id === executionId),
			);

		beforeAll(async () => {
			rest = await openN8n();
			const workflows = await publishAll(rest);
			const calls = Array.from({ length: EACH }, async (_, index) => {
				await post('generate', { prompt: `Crash, generate ${index} ${JOB}` });
				const { bytes } = await post('create', { prompt: `Crash, create ${index} ${JOB}` });
				return (JSON.parse(bytes.toString()) as { requestId: string }).requestId;
			});
			told = await Promise.all(calls);
			tasks = await eventually(crashTasks, ({ length }) => length === 2 * EACH);
			victim = await workerOf(told[0]);
			const begun = await begunBy(victim);
			lost = (await executions(workflows)).filter(({ id }) => begun.includes(id));
			process.kill(-victim.pid, 'SIGKILL');
			saved = (await Promise.all(lost.map(async ({ id }) => savedData(id)))).join();
			ended = await eventually(
				async () => await executions(workflows),
				(rows) => rows.every(({ status }) => !UNDER_WAY.includes(status)),
			);
		});

		it('ends what it ran as failed, and nothing else', () => {
			expect(lost.length).toBeGreaterThan(0);
			expect(lost.length).toBeLessThan(2 * EACH);
			const failed = ended.filter(({ status }) => status !== 'success');
			expect(failed).toEqual(lost.map(({ id }) => ({ id, status: 'error' })));
		});

		it('pays nothing twice: n8n runs no lost execution again', async () => {
			const now = await crashTasks();
			expect(now.map(({ id }) => id).sort()).toEqual(tasks.map(({ id }) => id).sort());
			expect(now.filter(({ billed }) => billed !== 1)).toEqual([]);
		});

		it('leaves the id of every task in the log of its worker', async () => {
			const logged = await Promise.all(stage.workers.map(createdBy));
			const ids = logged.flat().map(({ requestId }) => requestId);
			expect(tasks.filter(({ id }) => !ids.includes(id))).toEqual([]);
			expect(await lostTasks()).toHaveLength(lost.length);
		});

		it('leaves the ids with whoever was answered before the waiting', async () => {
			const created = tasks.filter(({ prompt }) => prompt.includes('create'));
			expect([...told].sort()).toEqual(created.map(({ id }) => id).sort());
		});

		it('finds created tasks in the saved progress, until n8n notices the death', async () => {
			const ids = (await lostTasks()).map(({ requestId }) => requestId);
			const created = told.filter((id) => ids.includes(id));
			expect(created.length).toBeGreaterThan(0);
			expect(created.filter((id) => !saved.includes(id))).toEqual([]);
		});

		it('pays nothing when a person retries what was lost: n8n starts nothing then', async () => {
			for (const { id } of lost) {
				const { status } = await rest.call<Execution>('POST', `executions/${id}/retry`, {
					loadWorkflow: false,
				});
				expect(status).toBe('error');
			}
			expect(await crashTasks()).toHaveLength(tasks.length);
		});

		it('lets Task > Wait collect what was paid for', async () => {
			for (const { requestId } of await lostTasks()) {
				const task = tasks.find(({ id }) => id === requestId);
				const { bytes } = await post('collect', { requestId });
				expect(digest(bytes)).toBe(
					await drawnBySandbox(task?.parameters as Record<string, unknown>),
				);
			}
			expect(await crashTasks()).toHaveLength(tasks.length);
		});
	});
}

type Worker = (typeof stage.workers)[number];

/** The worker that created a task. */
async function workerOf(requestId: string | undefined): Promise<Worker> {
	for (const worker of stage.workers) {
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
