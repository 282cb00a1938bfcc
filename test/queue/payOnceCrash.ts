import type { N8nRest } from '../../tooling/n8n/rest';
import { eventually } from '../../tooling/eventually';
import type { TaskRow } from '../../sandbox';
import { begunBy, executionsOf, savedData, tasksWith, type Execution } from './observed';
import { fixture } from './fixture';
import { post } from './webhooks';
import { image, openN8n, publish, webhook } from './workflows';

/** Enough for both workers to get some, in places that the other crash tests leave free. */
const ORDERS = 4;
const UNDER_WAY = ['new', 'running'];

/** Orders with Pay Once Keys whose tasks run at the gateway. */
export interface KeyedOrders {
	workflow: { id: string };
	tasks: TaskRow[];
}

/** Starts them, so that none is finished when a worker dies. */
export async function orderKeyed(rest: N8nRest): Promise<KeyedOrders> {
	const workflow = await publish(rest, 'keyed', [
		webhook('keyed', 'onReceived'),
		{
			...image('generateAndWait', '={{ $json.body.prompt }}', {
				payOnceKey: '={{ $json.body.order }}',
			}),
			...{ onError: 'continueRegularOutput' },
		},
	]);
	await deliverAll();
	const tasks = await eventually('the keyed tasks', keyedTasks, ({ length }) => length === ORDERS);
	return { workflow, tasks };
}

/** SIGKILL for one worker, where only orders with keys are under way; nothing may be tested after it. */
export function describeKeyedCrash(): void {
	describe('kill -9 of a worker that waits for orders with a Pay Once Key', () => {
		let orders: KeyedOrders;

		beforeAll(async () => {
			orders = await orderKeyed(await openN8n());
			const [first] = await executionsOf(orders.workflow);
			const begun = await Promise.all(fixture.workers.map(begunBy));
			const victim = fixture.workers.find((_, index) => begun[index]?.includes(first?.id ?? ''));
			process.kill(-victim!.pid, 'SIGKILL');
		});

		testKeyed(() => orders);
	});
}

/** What must hold of such orders once a worker has been killed. */
export function testKeyed(orders: () => KeyedOrders): void {
	it('pays no order with a Pay Once Key again, whether or not n8n runs it again', async () => {
		const { workflow, tasks } = orders();
		const ended = await allEnded(workflow);
		expect(ended).toHaveLength(ORDERS);
		const lost = await lostOf(ended);
		expect(lost.length).toBeGreaterThan(0);
		expect(lost.length).toBeLessThan(ORDERS);
		console.log(`n8n ${fixture.line} ended them so: ${JSON.stringify(lost)}`);
		expect((await keyedTasks()).map(({ id }) => id)).toEqual(tasks.map(({ id }) => id));
	});

	it('pays none again where their callers call again', async () => {
		const { workflow, tasks } = orders();
		await deliverAll();
		const ended = await allEnded(workflow);
		expect(ended).toHaveLength(2 * ORDERS);
		expect((await keyedTasks()).map(({ id }) => id)).toEqual(tasks.map(({ id }) => id));
		const again = await Promise.all(ended.slice(ORDERS).map(async ({ id }) => wordOf(id)));
		expect(again.filter((word) => word === '')).toEqual([]);
		console.log(`Called again: ${again.join(', ')}`);
	});
}

const keyedTasks = async (): Promise<TaskRow[]> => await tasksWith('Keyed order ');

async function deliverAll(): Promise<void> {
	for (let order = 0; order < ORDERS; order++) {
		const prompt = `Keyed order ${order} [seconds=60]`;
		expect(await post('keyed', { order: `${order}`, prompt })).toMatchObject({ statusCode: 200 });
	}
}

async function allEnded(workflow: { id: string }): Promise<Execution[]> {
	return await eventually(
		'the end of the executions with keys',
		async () => await executionsOf(workflow),
		(rows) => rows.every(({ status }) => !UNDER_WAY.includes(status)),
	);
}

/** The executions that came to no picture of their own, with what they say. */
async function lostOf(ended: Execution[]): Promise<Array<Execution & { word: string }>> {
	const rows = await Promise.all(
		ended.map(async (execution) => ({ ...execution, word: await wordOf(execution.id) })),
	);
	return rows.filter(({ status, word }) => status !== 'success' || word !== '');
}

/** Whether an execution says that its order was made before. */
async function wordOf(executionId: string): Promise<string> {
	const data = await savedData(executionId);
	return /alreadyOrdered/.exec(data)?.[0] ?? /"reused"/.exec(data)?.[0] ?? '';
}
