import type { N8nRest } from '../../tooling/n8n/rest';
import { eventually } from '../../tooling/eventually';
import { begunBy, executionsOf, tasksWith } from './observed';
import { stage } from './stage';
import { post } from './webhooks';
import { eachPrompt, image, openN8n, publish, webhook } from './workflows';

const PROMPTS = ['Stop one [never]', 'Stop two [never]', 'Stop three [never]'];

/** Stop, pressed at the main n8n, for an execution that a worker runs. */
export function describeStop(): void {
	describe('Stop at the main n8n', () => {
		let rest: N8nRest;
		let workflow: { id: string };

		beforeAll(async () => {
			rest = await openN8n();
			workflow = await publish(rest, 'Several at once', [
				webhook('several', 'onReceived'),
				eachPrompt,
				image('generateAndWait', '={{ $json.prompt }}'),
			]);
		});

		it('reaches the worker, which cancels every task at the gateway', async () => {
			expect(await post('several', { prompts: PROMPTS })).toMatchObject({ statusCode: 200 });
			await eventually(
				'the tasks',
				async () => await tasksWith('Stop '),
				({ length }) => length === PROMPTS.length,
			);
			const [execution] = await executionsOf(workflow);
			expect((await Promise.all(stage.workers.map(begunBy))).flat()).toContain(execution?.id);

			await rest.call('POST', `executions/${execution?.id}/stop`);
			const tasks = await eventually(
				'the cancels',
				async () => await tasksWith('Stop '),
				(rows) => rows.every(({ cancelledAtMs }) => cancelledAtMs !== null),
			);
			expect(tasks.map(({ prompt }) => prompt).sort()).toEqual([...PROMPTS].sort());
			expect(tasks.map(({ state }) => state)).toEqual(PROMPTS.map(() => 'cancelled'));
			expect(tasks.map(({ billed }) => billed)).toEqual(PROMPTS.map(() => 1));
			const executions = await eventually(
				'the end of the execution',
				async () => await executionsOf(workflow),
				(rows) => rows.every(({ status }) => status === 'canceled'),
			);
			expect(executions.map(({ id }) => id)).toEqual([execution?.id]);
		});
	});
}
