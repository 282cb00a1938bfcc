import { request } from 'undici';
import { eventually } from '../../tooling/eventually';
import { settled } from '../../tooling/settled';
import { keptTasksOf } from './claims';
import { tasksWith } from './gatewayTasks';
import { executionsOf, openN8n, restartN8n, type SavedExecution } from './n8n';
import type { Delivery } from './payOnceWorkflow';
import {
	checkAt,
	polling,
	publishShop,
	startShop,
	waiting,
	type ShopServer,
	type ShopWorkflow,
} from './shop';
import { post } from './webhooks';

/** n8n itself waits some time before it ends, and before it starts after that. */
const RESTART_TIMEOUT_MS = 400_000;

/** Until n8n has saved static data, which it does after it has answered; a poll comes each five seconds. */
const PATIENCE_MS = 60_000;

/**
 * n8n puts the static data with which an execution began in place of what others have saved since. The
 * tests are in one order: what n8n's process knows is there until it is started anew.
 */
describe('Pay Once Keys, where n8n brings back older static data', () => {
	const rest = openN8n();
	let server: ShopServer;
	let retried: ShopWorkflow;
	let waited: ShopWorkflow;
	let polled: ShopWorkflow;

	beforeAll(async () => {
		server = await startShop();
		retried = await publishShop(rest, 'stale-retry', { check: checkAt(server) });
		waited = await publishShop(rest, 'stale-wait', { branches: [waiting(server, 'stale-later')] });
		polled = await publishShop(rest, 'stale-poll', { branches: [polling(server)] });
	});

	afterAll(async () => await server.close());

	const order = (number: string): Delivery => ({ order: number, prompt: `Shop order ${number}` });

	/** The tasks that were paid for an order, by the gateway's books. */
	const tasksOf = async ({ prompt }: Delivery): Promise<string[]> =>
		(await tasksWith(prompt)).flatMap(({ id, billed }) => Array<string>(billed).fill(id));

	/** Delivers orders, one after the other, and waits until n8n has saved the executions. */
	async function deliver({ id, deliver: send }: ShopWorkflow, ...orders: Delivery[]) {
		const answers: Array<Record<string, unknown>> = [];
		for (const each of orders) {
			const before = (await executionsOf(id)).length;
			answers.push(await send(each));
			await eventually(
				'the end of the execution',
				async () => await executionsOf(id),
				({ length }) => length > before,
			);
		}
		return answers;
	}

	/** Delivers orders that were paid: each answers with its one task, and nothing is paid. */
	async function expectReused(workflow: ShopWorkflow, ...orders: Delivery[]): Promise<void> {
		const answers = await deliver(workflow, ...orders);
		const tasks = await Promise.all(orders.map(tasksOf));
		expect(answers).toEqual(
			tasks.map(([requestId]) =>
				expect.objectContaining({ requestId, status: 'completed', reused: true }),
			),
		);
		expect(tasks.map(({ length }) => length)).toEqual(orders.map(() => 1));
	}

	/**
	 * Delivers orders again, in a process that knows of none: what n8n has kept answers with its task, what
	 * it has lost says that it was ordered before, and nothing is paid.
	 */
	async function expectNotPaidAgain(workflow: ShopWorkflow, ...orders: Delivery[]): Promise<void> {
		const kept = await keptTasksOf(workflow.id);
		const tasks = await Promise.all(orders.map(tasksOf));
		const lost = expect.objectContaining({ problem: 'alreadyOrdered', paid: 'maybe' });
		const answers = await deliver(workflow, ...orders);
		expect(answers).toEqual(
			tasks.map(([requestId = '']) =>
				expect.objectContaining(
					kept.includes(requestId)
						? { requestId, status: 'completed', reused: true }
						: { failure: lost },
				),
			),
		);
		const paid = await Promise.all(orders.map(tasksOf));
		expect(paid.map(({ length }) => length)).toEqual(orders.map(() => 1));
	}

	/** Waits until the workflow's saved static data names the task of the order. */
	async function untilKept(workflow: ShopWorkflow, each: Delivery): Promise<void> {
		const [task] = await tasksOf(each);
		await eventually(
			'the static data',
			async () => await keptTasksOf(workflow.id),
			(kept) => kept.includes(task!),
		);
	}

	/** Waits until the workflow's saved static data names the tasks of just these orders. */
	async function expectKept(workflow: ShopWorkflow, ...orders: Delivery[]): Promise<void> {
		const tasks = (await Promise.all(orders.map(tasksOf))).flat().sort();
		const isSaved = (kept: string[]) => JSON.stringify(kept) === JSON.stringify(tasks);
		const kept = await settled(async () => await keptTasksOf(workflow.id), isSaved, PATIENCE_MS);
		expect(kept).toEqual(tasks);
		expect(kept).toHaveLength(orders.length);
	}

	/** An order that fails before its picture, since the shop's server is down. */
	async function failingOrder(each: Delivery): Promise<SavedExecution> {
		server.isDown = true;
		await deliver(retried, each);
		server.isDown = false;
		const [failed] = await executionsOf(retried.id);
		expect(failed?.status).toBe('error');
		expect(await tasksOf(each)).toEqual([]);
		return failed!;
	}

	/** A person's Retry, to its success. */
	async function retry({ id }: SavedExecution): Promise<void> {
		const known = (await executionsOf(retried.id)).length;
		await rest.call('POST', `executions/${id}/retry`, { loadWorkflow: false });
		const [latest] = await eventually(
			'the end of the retry',
			async () => await executionsOf(retried.id),
			({ length }) => length > known,
		);
		expect(latest).toMatchObject({ status: 'success', mode: 'retry' });
	}

	/** An execution that waits until it is called; gives the address. */
	async function waitingExecution(): Promise<string> {
		const known = server.addresses.length;
		await post('stale-later', {});
		const addresses = await eventually(
			'the address of the waiting execution',
			async () => await Promise.resolve(server.addresses.slice(known)),
			({ length }) => length === 1,
		);
		return addresses[0]!;
	}

	/** Ends a wait by an order, to the end of the execution. */
	async function resume(address: string, each: Delivery): Promise<void> {
		const known = (await executionsOf(waited.id)).length;
		// The address is told before n8n has put the execution to wait.
		await eventually(
			'the answer of the execution that waits',
			async () => {
				const { statusCode, body } = await request(address, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify(each),
				});
				await body.dump();
				return statusCode;
			},
			(statusCode) => statusCode === 200,
		);
		await eventually(
			'the end of the execution that waited',
			async () => await executionsOf(waited.id),
			({ length }) => length > known,
		);
	}

	/** The feed has news, and the trigger writes down that it has seen them. */
	async function poll(): Promise<void> {
		server.publishNews();
		await expectKept(polled);
	}

	const before = order('1');
	const between = order('2');
	const failing = order('3');

	it("by a person's Retry, keep their tasks", async () => {
		await deliver(retried, before);
		const failed = await failingOrder(failing);
		await deliver(retried, between);
		await expectKept(retried, before, between);
		await retry(failed);
		await expectKept(retried, before, between, failing);
		await expectReused(retried, before, between, failing);
	});

	const beforeWait = order('4');
	const whileWaiting = order('5');
	const afterWait = order('6');

	it('by a Wait node, keep their tasks', async () => {
		await deliver(waited, beforeWait);
		const address = await waitingExecution();
		await deliver(waited, whileWaiting);
		await resume(address, afterWait);
		await expectKept(waited, beforeWait, whileWaiting, afterWait);
		await expectReused(waited, beforeWait, whileWaiting, afterWait);
	});

	const beforePoll = order('7');
	const afterPoll = order('8');

	it('by a polling trigger, which loses them, are written anew with the next order', async () => {
		await deliver(polled, beforePoll);
		await expectKept(polled, beforePoll);
		await poll();
		await expectReused(polled, beforePoll);
		await deliver(polled, afterPoll);
		await expectKept(polled, beforePoll, afterPoll);
		await expectReused(polled, beforePoll, afterPoll);
	});

	describe('and is started anew meanwhile', () => {
		const failingBefore = order('9');
		const lostByRetry = order('10');
		const lostByWait = order('11');
		const resumed = order('12');
		let failed: SavedExecution;
		let address: string;

		beforeAll(async () => {
			failed = await failingOrder(failingBefore);
			await deliver(retried, lostByRetry);
			address = await waitingExecution();
			await deliver(waited, lostByWait);
			await poll();
			await restartN8n('SIGTERM');
		}, RESTART_TIMEOUT_MS);

		it("by a person's Retry, are not paid again", async () => {
			await retry(failed);
			await untilKept(retried, failingBefore);
			await expectNotPaidAgain(retried, before, between, failing, lostByRetry, failingBefore);
		});

		it('by a Wait node, are not paid again', async () => {
			await resume(address, resumed);
			await untilKept(waited, resumed);
			await expectNotPaidAgain(
				waited,
				...[beforeWait, whileWaiting, afterWait, lostByWait, resumed],
			);
		});

		it('by a polling trigger, which lost them all, are not paid again', async () => {
			await expectKept(polled);
			await expectNotPaidAgain(polled, beforePoll, afterPoll);
		});
	});
});
