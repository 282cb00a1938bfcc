import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { eventually } from '../../tooling/eventually';
import { claimCostWords, measureClaim } from '../n8n/claimCost';
import { claimsOf } from './claims';
import { fixture } from './fixture';
import { tasksWith, taskWith } from './gatewayTasks';
import { executionsOf, openN8n, outcomeOf, restartN8n } from './n8n';
import { publishPayOnce, type Delivery, type PayOnceWorkflow } from './payOnceWorkflow';

/** n8n itself waits ten seconds after a crash before it starts, and lets executions go on for 30. */
const RESTART_TIMEOUT_MS = 400_000;

const rest = openN8n();

/** Each test has a workflow of its own, and with it claims of its own. */
const publish = async (
	name: string,
	more?: Parameters<typeof publishPayOnce>[3],
): Promise<PayOnceWorkflow> =>
	await publishPayOnce(
		rest,
		`pay-once-${name}`,
		{ order: 'by hand', prompt: `A manual run, ${name}` },
		more,
	);

/** How often an order was billed, by the gateway's books. */
const billed = async (prompt: string): Promise<number> =>
	(await tasksWith(prompt)).reduce((sum, task) => sum + task.billed, 0);

/** n8n warns of it where a key does not hold in its database. */
async function expectNoWarning(): Promise<void> {
	expect(await readFile(fixture.logFile, 'utf8')).not.toMatch(/A Pay Once Key could not/);
}

afterEach(expectNoWarning);

describe('a production webhook with a Pay Once Key', () => {
	it('pays once for two deliveries, one after the other, and claims the key in the database', async () => {
		const workflow = await publish('in-turn');
		const delivery = { order: '4711', prompt: 'A kite, delivered in turn' };
		const first = await workflow.deliver(delivery);
		const second = await workflow.deliver(delivery);
		const { id } = await taskWith(delivery.prompt);
		expect(first).toMatchObject({ requestId: id, status: 'completed' });
		expect(first).not.toHaveProperty('reused');
		expect(second).toMatchObject({ requestId: id, status: 'completed', reused: true });
		expect(await billed(delivery.prompt)).toBe(1);
		expect(await claimsOf(workflow.id)).toEqual({
			keys: [expect.stringMatching(/^fluxImage\/key\/[0-9a-f]{12}\/[0-9a-f]{32}$/)],
			givenBack: [],
		});
	});

	it('pays once for five deliveries at the same moment', async () => {
		const workflow = await publish('at-once');
		const delivery = { order: '4712', prompt: 'A kite, delivered five times at once' };
		const answers = await Promise.all(
			Array.from({ length: 5 }, async () => await workflow.deliver(delivery)),
		);
		const { id } = await taskWith(delivery.prompt);
		expect(answers.map(({ requestId }) => requestId)).toEqual(Array(5).fill(id));
		expect(answers.filter(({ reused }) => reused === true)).toHaveLength(4);
		expect(await billed(delivery.prompt)).toBe(1);
	});

	it('gives the key back where the create was refused', async () => {
		const workflow = await publish('refused');
		const refused = await workflow.deliver({ order: '1', prompt: 'A refused kite [no-credit]' });
		expect(refused.failure).toMatchObject({ problem: 'noCredit', paid: 'no' });
		expect(await claimsOf(workflow.id)).toEqual({ keys: [], givenBack: [] });

		const prompt = 'A kite after a refusal';
		expect(await workflow.deliver({ order: '1', prompt })).toMatchObject({ status: 'completed' });
		expect(await billed(prompt)).toBe(1);
		expect((await claimsOf(workflow.id)).keys).toHaveLength(1);
	});

	it('gives the key back where the task failed', async () => {
		const workflow = await publish('failed');
		const delivery = { order: '1', prompt: 'A kite that fails [failed]' };
		const failed = await workflow.deliver(delivery);
		expect(failed.failure).toMatchObject({ problem: 'failed', paid: 'yes' });
		const { id } = await taskWith(delivery.prompt);
		expect(await claimsOf(workflow.id)).toEqual({
			keys: [],
			givenBack: [expect.stringContaining(id)],
		});

		const prompt = 'A kite after a failure';
		expect(await workflow.deliver({ order: '1', prompt })).toMatchObject({ status: 'completed' });
		expect(await billed(prompt)).toBe(1);
	});

	it('gives the key back where a person stops the execution and its task is cancelled', async () => {
		const workflow = await publish('stopped');
		const delivery = { order: '1', prompt: 'A kite that is stopped [never]' };
		await hangUp(workflow, delivery);
		const [running] = await executionsOf(workflow.id, 'running');
		await rest.call('POST', `executions/${running?.id}/stop`);
		const { id } = await taskWith(delivery.prompt);
		const claims = await eventually(
			'the release of the key',
			async () => await claimsOf(workflow.id),
			({ keys }) => keys.length === 0,
		);
		expect(claims.givenBack).toEqual([expect.stringContaining(id)]);
		expect((await taskWith(delivery.prompt)).state).toBe('cancelled');

		const prompt = 'A kite after a stop';
		expect(await workflow.deliver({ order: '1', prompt })).toMatchObject({ status: 'completed' });
		expect(await billed(prompt)).toBe(1);
	});

	it('pays once for a moderated order that is delivered three times', async () => {
		const workflow = await publish('moderated');
		const delivery = { order: '1', prompt: 'A forbidden kite [moderated]' };
		for (let count = 0; count < 3; count++) {
			const { failure } = await workflow.deliver(delivery);
			expect(failure).toMatchObject({ problem: 'moderated', paid: 'yes' });
		}
		expect(await tasksWith(delivery.prompt)).toHaveLength(1);
	});

	it('claims nothing for a manual run', async () => {
		const workflow = await publish('manual');
		expect(outcomeOf(await workflow.runManually())).toEqual({ status: 'success' });
		expect(await billed('A manual run, manual')).toBe(1);
		expect(await claimsOf(workflow.id)).toEqual({ keys: [], givenBack: [] });
	});

	it('pays once where the caller hangs up and calls again', async () => {
		const workflow = await publish('hung-up');
		const delivery = { order: '1', prompt: 'A kite for an impatient caller [seconds=6]' };
		await workflow.deliver({ order: 'another', prompt: 'A kite before the impatient caller' });
		await hangUp(workflow, delivery);
		expect(await workflow.deliver(delivery)).toMatchObject({ status: 'completed', reused: true });
		expect(await billed(delivery.prompt)).toBe(1);
	});

	it('costs a few ms for its claim', async () => {
		const plain = await publish('plain', { operation: 'create', hasKey: false });
		const keyed = await publish('keyed', { operation: 'create' });
		const order = (workflow: PayOnceWorkflow) => async (count: number) =>
			await workflow.deliver({
				order: `${count}`,
				prompt: `Kite ${count} of ${workflow.path}`,
			});
		const cost = await measureClaim(order(plain), order(keyed));
		console.log(claimCostWords(`n8n ${fixture.line}`, cost));
		// Measured: 25 to 90; a machine that is busy with other things takes a multiple.
		expect(cost.withKeyMs - cost.withoutKeyMs).toBeLessThan(1_000);
		expect((await claimsOf(keyed.id)).keys).toHaveLength(cost.calls);
		expect((await claimsOf(plain.id)).keys).toHaveLength(0);
	});
});

describe('a Pay Once Key, over an end of n8n', () => {
	/** Long enough that n8n ends before it. */
	const JOB = '[seconds=120]';

	it(
		'is not paid again after kill -9 right behind the create, whose task n8n has lost',
		async () => {
			const workflow = await publish('killed');
			const done = { order: 'done', prompt: 'A kite before the kill' };
			const lost = { order: 'lost', prompt: `A kite that is lost ${JOB}` };
			const { requestId } = await workflow.deliver(done);
			// n8n answers before it saves static data, and would save what is known of the lost one too.
			await eventually(
				'the end of the first execution',
				async () => await executionsOf(workflow.id),
				({ length }) => length === 1,
			);
			await hangUp(workflow, lost);
			await restartN8n('SIGKILL');

			const again = await workflow.deliver(lost);
			expect(again).toHaveProperty('error');
			expect(again.failure).toMatchObject({ problem: 'alreadyOrdered', paid: 'maybe' });
			expect(await billed(lost.prompt)).toBe(1);
			expect(await workflow.deliver(done)).toMatchObject({ requestId, reused: true });
			expect(await billed(done.prompt)).toBe(1);
			expect((await claimsOf(workflow.id)).keys).toHaveLength(2);
		},
		RESTART_TIMEOUT_MS,
	);

	it(
		'is not paid again after SIGTERM, whether or not the task ended in time',
		async () => {
			const workflow = await publish('terminated');
			const short = { order: 'short', prompt: 'A kite in time [seconds=5]' };
			const long = { order: 'long', prompt: `A kite that comes too late ${JOB}` };
			await hangUp(workflow, short);
			await hangUp(workflow, long);
			await restartN8n('SIGTERM');

			expect(await workflow.deliver(short)).toMatchObject({
				...{ requestId: (await taskWith(short.prompt)).id, status: 'completed', reused: true },
			});
			const { failure } = await workflow.deliver(long);
			expect(failure).toMatchObject({ problem: 'alreadyOrdered', paid: 'maybe' });
			expect(await Promise.all([short, long].map(({ prompt }) => billed(prompt)))).toEqual([1, 1]);
		},
		RESTART_TIMEOUT_MS,
	);
});

/** Delivers an order, and hangs up as soon as the gateway has its task. */
async function hangUp({ path }: PayOnceWorkflow, delivery: Delivery): Promise<void> {
	const caller = new AbortController();
	// n8n registers a webhook some time after it has confirmed that the workflow is published.
	const call = async (): Promise<void> => {
		const { statusCode, body } = await request(`${fixture.url}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(delivery),
			signal: caller.signal,
		});
		await body.dump();
		if (statusCode === 404) await call();
	};
	const calling = call().catch(() => undefined);
	await eventually(
		'the task',
		async () => await tasksWith(delivery.prompt),
		({ length }) => length > 0,
	);
	caller.abort();
	await calling;
}
