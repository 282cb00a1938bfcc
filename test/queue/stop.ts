import type { N8nRest } from '../../scripts/n8n/rest';
import { request } from 'undici';
import { begunBy, eventually, executionsOf, tasksWith } from './observed';
import { stage } from './stage';
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
			await post('several', { prompts: PROMPTS });
			const created = await eventually(
				async () => await tasksWith('Stop '),
				(tasks) => tasks.length === PROMPTS.length,
			);
			const [execution] = await executionsOf(workflow);
			expect(created).toHaveLength(PROMPTS.length);
			expect((await Promise.all(stage.workers.map(begunBy))).flat()).toContain(execution?.id);

			await rest.call('POST', `executions/${execution?.id}/stop`);
			const tasks = await eventually(
				async () => await tasksWith('Stop '),
				(rows) => rows.every(({ cancelledAtMs }) => cancelledAtMs !== null),
			);
			expect(tasks.map(({ prompt, billed, state }) => ({ prompt, billed, state }))).toEqual(
				PROMPTS.map((prompt) => ({ prompt, billed: 1, state: 'cancelled' })),
			);
			expect(await executionsOf(workflow)).toEqual([{ id: execution?.id, status: 'canceled' }]);
		});
	});
}

async function post(path: string, body: object): Promise<void> {
	const { body: answer } = await request(`${stage.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	await answer.dump();
}
