import type { N8nRest } from '../../tooling/n8n/rest';
import { eventually } from '../../tooling/eventually';
import { claimCostWords, measureClaim } from '../n8n/claimCost';
import { claimedKeys, endingsOf, keyWarnings, tasksWith, type Endings } from './observed';
import { fixture } from './fixture';
import { post } from './webhooks';
import { image, openN8n, publish, webhook } from './workflows';

/** Pairs of one key, and how many of them are delivered at the same moment. */
const PAIRS = 100;
const PAIRS_AT_ONCE = 20;

/** Different keys that are delivered at the same moment, and how often. */
const BURST = 100;
const BURSTS = 2;

/** Two workers, each with a memory of its own, and one database. */
export function describePayOnce(): void {
	describe('orders with a Pay Once Key at two workers', () => {
		let rest: N8nRest;

		beforeAll(async () => {
			rest = await openN8n();
		});

		afterEach(async () => expect(await keyWarnings()).toEqual([]));

		it(`are paid once in each of ${PAIRS} pairs at the same moment`, async () => {
			const workflow = await publishOrders(rest, 'pairs');
			for (let first = 0; first < PAIRS; first += PAIRS_AT_ONCE) {
				const batch = numbers(PAIRS_AT_ONCE).map((index) => `${first + index}`);
				await workflow.deliver(batch.flatMap((order) => [order, order]));
			}
			const { endings } = workflow.delivered;
			console.log(`${PAIRS} pairs came to ${JSON.stringify(endings)}`);
			expect(endings.paid).toBe(PAIRS);
			expect(endings.reused + endings.alreadyOrdered).toBe(PAIRS);
			expect(await paidOrders('pairs')).toEqual(numbers(PAIRS).map(String).sort());
			expect(await claimedKeys(workflow)).toBe(PAIRS);
		});

		it(`are each paid in bursts of ${BURST} different keys, and not again later`, async () => {
			const workflow = await publishOrders(rest, 'bursts');
			const bursts = numbers(BURSTS).map((burst) =>
				numbers(BURST).map((index) => `${burst}/${index}`),
			);
			for (const orders of bursts) await workflow.deliver(orders);
			expect(workflow.delivered.endings).toEqual({
				...{ paid: BURST * BURSTS, reused: 0, alreadyOrdered: 0 },
			});
			expect(await paidOrders('bursts')).toEqual(bursts.flat().sort());
			expect(await claimedKeys(workflow)).toBe(BURST * BURSTS);

			// A claim that was lost would let its order be paid again.
			for (const orders of bursts) await workflow.deliver(orders);
			console.log(`Each key twice came to ${JSON.stringify(workflow.delivered.endings)}`);
			expect(await paidOrders('bursts')).toEqual(bursts.flat().sort());
		});

		it('cost a few ms each for the claim', async () => {
			const create = async (path: string, options: Record<string, unknown>) => {
				await publish(rest, path, [webhook(path, 'lastNode'), ordering(options)]);
				return async (order: number) => await post(path, { order, prompt: `${path} ${order}` });
			};
			const cost = await measureClaim(await create('cost-without', {}), await create('cost', KEY));
			console.log(claimCostWords(`n8n ${fixture.line} in queue mode`, cost));
			// Measured: 25 to 90; a machine that is busy with other things takes a multiple.
			expect(cost.withKeyMs - cost.withoutKeyMs).toBeLessThan(1_000);
		});
	});
}

const KEY = { payOnceKey: '={{ $json.body.order }}' };

/** Image > Create, whose errors are items. */
const ordering = (options: Record<string, unknown>) => ({
	...image('create', '={{ $json.body.prompt }}', options),
	...{ onError: 'continueRegularOutput' },
});

interface Orders {
	id: string;
	/** What all deliveries so far have come to. */
	delivered: { count: number; endings: Endings };
	/** Delivers them all at the same moment, and waits until their executions have ended. */
	deliver(orders: readonly string[]): Promise<void>;
}

/**
 * A workflow that creates a task for a webhook. It answers at once: of a hundred callers who wait, a
 * busy n8n 1.123 in queue mode may leave some without an answer.
 */
async function publishOrders(rest: N8nRest, path: string): Promise<Orders> {
	const { id } = await publish(rest, path, [webhook(path, 'onReceived'), ordering(KEY)]);
	const delivered = { count: 0, endings: { paid: 0, reused: 0, alreadyOrdered: 0 } };
	const deliver = async (orders: readonly string[]) => {
		await Promise.all(
			orders.map(async (order) => await post(path, { order, prompt: `${path} ${order}` })),
		);
		delivered.count += orders.length;
		delivered.endings = await eventually(
			`the ends of ${delivered.count} executions`,
			async () => await endingsOf({ id }),
			(endings) => sumOf(Object.values(endings)) === delivered.count,
		);
	};
	return { id, delivered, deliver };
}

/** The orders of a workflow that the gateway has tasks for, each as often as it was billed. */
async function paidOrders(path: string): Promise<string[]> {
	const tasks = await tasksWith(`${path} `);
	return tasks
		.flatMap(({ prompt, billed }) => numbers(billed).map(() => prompt.slice(path.length + 1)))
		.sort();
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);
