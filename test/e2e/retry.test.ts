import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { digest } from '../n8n/digest';
import { eventually } from '../../tooling/eventually';
import { addFault, clearFaults, drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { endedExecution, executionsOf, itemsOf, openN8n, pictureOf, workflowId } from './n8n';
import { post } from './webhooks';

const WORKFLOW = 'Webhook in, picture out';

describe("a person's Retry of a failed execution", () => {
	const prompt = 'Paid once, tried twice';
	const rest = openN8n();

	afterEach(async () => {
		await clearFaults();
	});

	it('picks up the task that the failed execution paid for', async () => {
		// A copy of the example that fails as a whole, rather than by its error output.
		const { id } = await publishFailing(rest, 'Retried', 'retried');
		// A redirect is never followed with a key, so the first execution ends in an error.
		await addFault({ gateway: 'seaArtCloud', call: 'status', fault: 'redirect' });
		await post('retried', { prompt });
		const [failed] = await eventually(
			'the failed execution',
			async () => await executionsOf(id),
			(executions) => executions.length === 1,
		);
		expect(failed?.status).toBe('error');
		expect((await tasksWith(prompt)).map(({ billed }) => billed)).toEqual([1]);

		await clearFaults();
		await rest.call('POST', `executions/${failed?.id}/retry`, { loadWorkflow: false });
		const { retrySuccessId } = await eventually(
			'the success of the retry',
			async () => await endedExecution(String(failed?.id)),
			(execution) => Boolean(execution.retrySuccessId),
		);
		const items = itemsOf(await endedExecution(String(retrySuccessId)), 'FLUX Image');
		const task = await taskWith(prompt);
		expect(items.map(({ json }) => json.requestId)).toEqual([task.id]);
		const [drawn] = await drawnFor(task);
		expect(digest(await pictureOf(rest, items[0]))).toBe(drawn && digest(drawn));
	});
});

interface ExampleWorkflow extends Workflow {
	connections: Record<string, { main: unknown[] }>;
}

/** Publishes the example at another address, with a node that fails when its item does. */
async function publishFailing(rest: N8nRest, name: string, path: string): Promise<{ id: string }> {
	const example = await rest.call<ExampleWorkflow>('GET', `workflows/${workflowId(WORKFLOW)}`);
	const nodes = example.nodes.map((node) => {
		if (node.type === 'n8n-nodes-base.webhook') {
			return { ...node, webhookId: path, parameters: { ...node.parameters, path } };
		}
		return { ...node, onError: 'stopWorkflow' };
	});
	const [first] = example.connections['FLUX Image']?.main ?? [];
	const connections = { ...example.connections, 'FLUX Image': { main: [first] } };
	const { settings } = example;
	const saved = await rest.createWorkflow({ name, nodes, connections, settings });
	await rest.publish(saved);
	return saved;
}
