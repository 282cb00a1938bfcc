import { withImages } from '../../../nodes/FluxImage/client/resultImages';
import type { TaskState } from '../../../nodes/FluxImage/core/task';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import type { Fault } from '../tasks/fakeQueue';
import { TaskHarness } from '../tasks/taskHarness';

const PREVIEW = { url: 'https://pictures.test/preview.png' };

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const said = (body: unknown): Fault => ({ reply: { statusCode: 200, body } });
const always = (fault: Fault) => Array.from({ length: 999 }, () => fault);

/** Reads the result of a task that has completed; a new one is given the time of a lag. */
async function read({ faults = [] as Fault[], isNew = true, forMs = 60_000 } = {}) {
	harness.queue.jobMs = 0;
	const execution = harness.execution();
	const task = await harness.create(execution);
	harness.queue.faults.result.push(...faults);
	const startMs = harness.clock.nowMs();
	const until = { ...harness.wait(forMs), retryNotFound: isNew };
	const outcome = await harness.clock.run(execution.client.result(task, until));
	const reads = harness.queue.sent('result').length;
	return { ...outcome, reads, tookMs: harness.clock.nowMs() - startMs };
}

describe('a result', () => {
	it('gives the images, and is read once', async () => {
		const { value, reads } = await read();
		expect(value).toMatchObject({ requestId: 'task-1', status: 'completed' });
		expect(value?.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
		expect(reads).toBe(1);
	});

	it('that tells of a failure is one, and is read once', async () => {
		const failed = { status: 'FAILED', error: { code: 'X', message: 'no' } };
		const { value, reads } = await read({ faults: [said(failed)] });
		expect(value).toMatchObject({ status: 'failed', failure: { code: 'X', message: 'no' } });
		expect(reads).toBe(1);
	});

	it('that is refused is a problem', async () => {
		const refused = { reply: { statusCode: 404 } };
		const { problem, reads } = await read({ faults: [refused], isNew: false });
		expect(problem).toMatchObject({ kind: 'notFound', httpCode: 404 });
		expect(reads).toBe(1);
	});
});

describe('a result that still says unfinished, without a picture', () => {
	const unfinished = said({ status: 'IN_PROGRESS' });

	it.each([true, false])('is read again, of a new task or not (%s)', async (isNew) => {
		const { value, reads } = await read({ faults: [unfinished, unfinished], isNew });
		expect(value?.images).toHaveLength(1);
		expect(reads).toBe(3);
	});

	it('is no result at the deadline', async () => {
		const { problem, tookMs } = await read({ faults: always(unfinished) });
		expect(problem).toEqual({ kind: 'gatewayFault', reason: 'the result still says unfinished' });
		expect(tookMs).toBeGreaterThanOrEqual(60_000);
	});
});

describe('pictures beside a word that still says unfinished', () => {
	const preview = said({ status: 'IN_PROGRESS', outputs: [PREVIEW] });

	it('are asked for again: the word may catch up', async () => {
		const { value, reads } = await read({ faults: [preview] });
		expect(value?.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
		expect(value).not.toHaveProperty('partialImages');
		expect(reads).toBe(2);
	});

	it('are its images after ten seconds, and are still called partial', async () => {
		const { value, tookMs } = await read({ faults: always(preview) });
		expect(value).toMatchObject({
			...{ status: 'completed', word: 'IN_PROGRESS' },
			...{ images: [PREVIEW], partialImages: [PREVIEW] },
		});
		expect(tookMs).toBeGreaterThanOrEqual(10_000);
		expect(tookMs).toBeLessThan(11_000);
	});

	it('are its images at once where the task is not new', async () => {
		const { value, reads } = await read({ faults: [preview], isNew: false });
		expect(value).toMatchObject({ status: 'completed', images: [PREVIEW] });
		expect(reads).toBe(1);
	});

	it('are none where Stop comes before the word has caught up', async () => {
		harness.after(200, () => harness.stop());
		expect((await read({ faults: always(preview) })).problem).toEqual({ kind: 'stopped' });
	});
});

describe('a completed result without an image', () => {
	const none = { outputs: [] };

	it('is read again for ten seconds, then says that there are none, and what was said', async () => {
		const { problem, tookMs, reads } = await read({ faults: always(said(none)) });
		expect(problem).toEqual({
			kind: 'noImages',
			reason: 'the reply was {"outputs":[]}',
			reply: none,
		});
		expect(tookMs).toBeLessThan(11_000);
		expect(reads).toBeGreaterThan(3);
	});

	it('says so at once where the task is not new', async () => {
		const { problem, reads } = await read({ faults: [said(none)], isNew: false });
		expect(problem?.kind).toBe('noImages');
		expect(reads).toBe(1);
	});

	it('says that the reply was empty where it was', () => {
		const state: TaskState = { requestId: 't', modelId: 'm', status: 'completed', raw: '' };
		expect(withImages({ value: state }).problem?.reason).toBe('the reply was empty');
	});
});

describe('an error beside a word of success, at a gateway whose success means success', () => {
	const failing = said({ status: 'completed', error: { code: 'X', message: 'no' } });

	/** VTrix has one address for status and result. */
	const readAtVtrix = async (faults: Fault[], isNew = true) => {
		const { client } = harness.execution({ gateway: GATEWAYS.vtrix });
		harness.queue.faults.status.push(...faults);
		const until = { ...harness.wait(60_000), retryNotFound: isNew };
		const startMs = harness.clock.nowMs();
		const work = client.result({ requestId: 't', modelId: '' }, until);
		const { value } = await harness.clock.run(work);
		const reads = harness.queue.sent('status').length;
		return { value, reads, tookMs: harness.clock.nowMs() - startMs };
	};

	it('is asked for again, and gives way to the pictures', async () => {
		const { value, reads } = await readAtVtrix([
			failing,
			said({ status: 'completed', output: [{ content: [PREVIEW] }] }),
		]);
		expect(value).toMatchObject({ status: 'completed', images: [PREVIEW] });
		expect(reads).toBe(2);
	});

	it('is a failure once it has stood for ten seconds', async () => {
		const { value, tookMs } = await readAtVtrix(always(failing));
		expect(value).toMatchObject({ status: 'failed', failure: { code: 'X', message: 'no' } });
		expect(tookMs).toBeGreaterThanOrEqual(10_000);
		expect(tookMs).toBeLessThan(11_000);
	});

	it('is a failure at once where the task is not new', async () => {
		const { value, reads } = await readAtVtrix([failing], false);
		expect(value?.status).toBe('failed');
		expect(reads).toBe(1);
	});
});
