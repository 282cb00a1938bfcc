import { claimsOf } from './claims';
import { tasksWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { publishPayOnce } from './payOnceWorkflow';

const rest = openN8n();

const publish = async (name: string) =>
	await publishPayOnce(rest, `several-${name}`, { order: 'by hand', prompt: 'A manual run' });

describe('several images under a Pay Once Key, in n8n itself', () => {
	it('have a claim each: a second delivery pays nothing, a higher number the added one', async () => {
		const workflow = await publish('raised');
		const two = { order: '1', prompt: 'Two kites, and later three', n: 2 };
		const first = await workflow.deliver(two);
		expect(first).toMatchObject({ status: 'completed', imageCount: 1 });
		expect(await workflow.deliver(two)).toMatchObject({ reused: true });
		expect(await tasksWith(two.prompt)).toHaveLength(2);
		expect((await claimsOf(workflow.id)).keys).toHaveLength(2);

		const three = await workflow.deliver({ ...two, n: 3 });
		expect(three).toMatchObject({ reused: true, requestId: first.requestId });
		const tasks = await tasksWith(two.prompt);
		expect(tasks.map(({ billed }) => billed)).toEqual([1, 1, 1]);
		expect((await claimsOf(workflow.id)).keys).toHaveLength(3);
	});

	it('are paid once for four deliveries at the same moment', async () => {
		const workflow = await publish('at-once');
		const delivery = { order: '2', prompt: 'Three kites, delivered four times', n: 3 };
		const answers = await Promise.all(
			Array.from({ length: 4 }, async () => await workflow.deliver(delivery)),
		);
		for (const answer of answers) expect(answer).toMatchObject({ status: 'completed' });
		const tasks = await tasksWith(delivery.prompt);
		expect(tasks.map(({ billed }) => billed)).toEqual([1, 1, 1]);
	});

	it('give back the keys of those that fail, and stand before the others as one error', async () => {
		const workflow = await publish('failed');
		const delivery = { order: '3', prompt: 'Kites that fail [failed]', n: 2 };
		const failed = await workflow.deliver(delivery);
		const tasks = await tasksWith(delivery.prompt);
		expect(failed).toMatchObject({
			error: expect.stringMatching(/^2 of 2 images failed: /),
			failure: { problem: 'failed', paid: 'yes' },
		});
		expect(new Set(failed.requestIds as string[])).toEqual(new Set(tasks.map(({ id }) => id)));
		expect((await claimsOf(workflow.id)).keys).toEqual([]);
	});
});
