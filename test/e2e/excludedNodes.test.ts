import { readFile } from 'node:fs/promises';
import { claimsOf } from './claims';
import { fixture } from './fixture';
import { tasksWith } from './gatewayTasks';
import { openN8n, restartN8n } from './n8n';
import { publishPayOnce } from './payOnceWorkflow';

/** n8n itself waits some time before it ends, and before it starts after that. */
const RESTART_TIMEOUT_MS = 400_000;

/** How the log says that a key does not hold in n8n's database. */
const WARNING = /A Pay Once Key could not be claimed in n8n's database/g;

describe('A Pay Once Key in an n8n whose owner excludes Remove Duplicates (NODES_EXCLUDE)', () => {
	beforeAll(async () => {
		await restartN8n('SIGTERM', { NODES_EXCLUDE: '["n8n-nodes-base.removeDuplicates"]' });
	}, RESTART_TIMEOUT_MS);

	it(
		'holds in the process and in static data, and the log says once that it is no more than that',
		async () => {
			const manual = { order: 'by hand', prompt: 'A manual run, excluded' };
			const workflow = await publishPayOnce(openN8n(), 'pay-once-excluded', manual);
			const orders = ['1', '2'].map((order) => ({ order, prompt: `A kite, excluded ${order}` }));
			const deliver = async () => {
				const answers: Array<Record<string, unknown>> = [];
				for (const order of orders) answers.push(await workflow.deliver(order));
				return answers;
			};
			const first = await deliver();
			const reused = first.map(({ requestId }) =>
				expect.objectContaining({ requestId, status: 'completed', reused: true }),
			);
			expect(await deliver()).toEqual(reused);
			expect(await claimsOf(workflow.id)).toEqual({ keys: [], givenBack: [] });
			expect((await readFile(fixture.logFile, 'utf8')).match(WARNING)).toHaveLength(1);

			await restartN8n('SIGTERM');
			expect(await deliver()).toEqual(reused);
			const tasks = await Promise.all(orders.map(async ({ prompt }) => await tasksWith(prompt)));
			expect(tasks.map((each) => each.map(({ billed }) => billed))).toEqual([[1], [1]]);
		},
		RESTART_TIMEOUT_MS,
	);

	it('claims again once the node is back', async () => {
		const manual = { order: 'by hand', prompt: 'A manual run, no more excluded' };
		const workflow = await publishPayOnce(openN8n(), 'pay-once-back', manual);
		await workflow.deliver({ order: '1', prompt: 'A kite, no more excluded' });
		expect((await claimsOf(workflow.id)).keys).toHaveLength(1);
	});
});
