import { FREE_TURN, type Limiter } from '../../../nodes/FluxImage/client/limiter';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { UNKNOWN_TASK, type Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const UNKNOWN: Fault = { reply: UNKNOWN_TASK };
const STORM: Fault = { reply: { statusCode: 503, body: { error: 'storm' } } };
const always = (fault: Fault) => Array.from({ length: 999 }, () => fault);

/** Cancels a task that runs, through these faults; how often that was sent, and whether its place is free. */
async function cancelThrough(faults: Fault[], { isNew = true, jobMs = Infinity } = {}) {
	harness.queue.jobMs = jobMs;
	let isFree = false;
	const acquire: Limiter['acquire'] = async ({ kind }) => ({
		...FREE_TURN,
		end: () => (isFree ||= kind === 'create') && undefined,
	});
	const { client } = harness.execution({ limiter: { acquire } });
	const { value: task } = await harness.clock.run(client.create(harness.order(), harness.wait()));
	harness.queue.faults.cancel.push(...faults);
	const until = { ...harness.wait(60_000), retryNotFound: isNew };
	const startMs = harness.clock.nowMs();
	const outcome = await harness.clock.run(client.cancel(task!, until));
	const tookMs = harness.clock.nowMs() - startMs;
	return { ...outcome, cancels: harness.queue.sent('cancel').length, isFree, tookMs };
}

describe('a cancel', () => {
	it.each([true, false])('is asked for once where it is taken (new task: %s)', async (isNew) => {
		expect(await cancelThrough([], { isNew })).toMatchObject({
			value: { cancellation: 'requested', raw: { status: 'CANCELLATION_REQUESTED' } },
			cancels: 1,
			isFree: true,
		});
	});

	it('of a task that has completed says so', async () => {
		expect(await cancelThrough([], { jobMs: 0 })).toMatchObject({
			value: { cancellation: 'alreadyCompleted' },
			cancels: 1,
			isFree: true,
		});
	});

	it('is asked for again in bad weather', async () => {
		expect(await cancelThrough([STORM, { network: 'interrupted' }])).toMatchObject({
			value: { cancellation: 'requested' },
			cancels: 3,
			isFree: true,
		});
	});

	it('that is never answered is a problem, and leaves the task its place', async () => {
		expect(await cancelThrough(always(STORM))).toMatchObject({
			problem: { kind: 'gatewayFault', reason: 'storm' },
			isFree: false,
		});
	});
});

describe('a cancel of a task that the gateway does not know', () => {
	it('is asked for again where the task is new', async () => {
		expect(await cancelThrough([UNKNOWN, UNKNOWN])).toMatchObject({
			value: { cancellation: 'requested' },
			cancels: 3,
		});
	});

	it('says so after ten seconds', async () => {
		const { value, tookMs, isFree } = await cancelThrough(always(UNKNOWN));
		expect(value).toEqual({ cancellation: 'notFound', raw: UNKNOWN_TASK.body });
		expect(tookMs).toBeGreaterThanOrEqual(10_000);
		expect(tookMs).toBeLessThan(11_000);
		expect(isFree).toBe(true);
	});

	it('says so at once where the task is not new', async () => {
		expect(await cancelThrough([UNKNOWN], { isNew: false })).toMatchObject({
			value: { cancellation: 'notFound' },
			cancels: 1,
		});
	});
});

describe('a gateway', () => {
	it('that can cancel says so', () => {
		expect(harness.execution().client.canCancel).toBe(true);
	});

	it.each([GATEWAYS.vtrix, GATEWAYS.toApis])(
		'that cannot cancel says so, and is sent nothing: $displayName',
		async (gateway) => {
			const { client } = harness.execution({ gateway });
			expect(client.canCancel).toBe(false);
			const work = client.cancel({ requestId: 't', modelId: 'm' }, harness.wait());
			expect(await harness.clock.run(work)).toEqual({
				value: { cancellation: 'notOffered', raw: null },
			});
			expect(harness.queue.calls).toHaveLength(0);
		},
	);
});
