import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { generate } from '../../../nodes/FluxImage/tasks/lifecycle';
import { readResult } from '../../../nodes/FluxImage/tasks/poll';
import type { Fault } from './fakeQueue';
import { TaskHarness } from './taskHarness';

let harness: TaskHarness;

beforeEach(() => (harness = new TaskHarness()));

const PREVIEW = 'https://pictures.test/preview.png';
const body = (fields: object): Fault => ({ reply: { statusCode: 200, body: fields } });
const withPicture = (status: string): Fault => body({ status, outputs: [{ url: PREVIEW }] });
const repeated = (fault: Fault, times: number) => Array.from({ length: times }, () => fault);

describe('pictures beside a word that says that the task runs (FAULTS F13; DESIGN, rule 6)', () => {
	const ended = async (forMs = 60_000) =>
		await harness.clock.run(generate(harness.execution(), harness.order(), harness.wait(forMs)));

	it.each(['IN_PROGRESS', 'IN_QUEUE', 'processing', 'pending'])(
		'wait for the end of the task, whose own pictures count: %s',
		async (word) => {
			harness.queue.jobMs = 30_000;
			harness.queue.faults.status.push(...repeated(withPicture(word), 3));
			const { task, problem } = await ended();
			expect(problem).toBeUndefined();
			expect(task?.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
			expect(task).not.toHaveProperty('partialImages');
		},
	);

	it('are what the last look found, where the task does not end', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.faults.status.push(...repeated(withPicture('IN_PROGRESS'), 99));
		const { task, problem } = await ended();
		expect(problem?.kind).toBe('deadlineReached');
		expect(task).toMatchObject({ status: 'running', partialImages: [{ url: PREVIEW }] });
	});

	it('are gone where the last look finds none', async () => {
		harness.queue.jobMs = Infinity;
		harness.queue.faults.status.push(withPicture('IN_PROGRESS'));
		const { task } = await ended();
		expect(task).not.toHaveProperty('partialImages');
	});

	it('are those of the look before where the last one is not answered', async () => {
		harness.queue.jobMs = Infinity;
		const startMs = harness.clock.nowMs();
		harness.queue.faults.status.push(withPicture('IN_PROGRESS'));
		harness.queue.faults.status.push(...repeated({ reply: { statusCode: 503 } }, 999));
		const { task, problem } = await ended();
		expect(problem?.kind).toBe('deadlineReached');
		expect(task?.partialImages).toEqual([{ url: PREVIEW }]);
		expect(harness.clock.nowMs() - startMs).toBeLessThan(70_000);
	});

	it('lose to a failure at the last look', async () => {
		harness.queue.jobMs = 59_990;
		harness.queue.ending = 'failed';
		harness.queue.faults.status.push(withPicture('IN_PROGRESS'));
		expect((await ended()).problem?.kind).toBe('failed');
	});
});

describe('a result whose word lags behind its pictures', () => {
	const read = async (isOfOurs = true) => {
		const execution = harness.execution();
		const created = await harness.create(execution);
		const completed = { ...created, status: 'completed' as const };
		const until = { ...harness.wait(), ...(isOfOurs ? {} : { retryNotFound: false }) };
		const startMs = harness.clock.nowMs();
		const ending = await harness.clock.run(readResult(execution, completed, until));
		return { ...ending, tookMs: harness.clock.nowMs() - startMs };
	};

	it('is asked for again, and its right word counts', async () => {
		harness.queue.jobMs = 0;
		harness.queue.faults.result.push(...repeated(withPicture('IN_PROGRESS'), 3));
		expect((await read()).task?.images).toEqual([{ url: 'https://pictures.test/task-1.png' }]);
	});

	it('is the result after the time of a lag, marked as perhaps not all', async () => {
		harness.queue.faults.result.push(...repeated(withPicture('IN_PROGRESS'), 999));
		const { task, tookMs } = await read();
		expect(task).toMatchObject({
			status: 'completed',
			images: [{ url: PREVIEW }],
			partialImages: [{ url: PREVIEW }],
			word: 'IN_PROGRESS',
		});
		expect(tookMs).toBeLessThan(11_000);
	});

	it('without pictures is tried until the deadline as before', async () => {
		harness.queue.faults.result.push(...repeated(body({ status: 'IN_PROGRESS' }), 9_999));
		const { problem } = await read();
		expect(problem?.kind).toBe('resultUnread');
	});
});

describe('a refusal of a read about a paid task', () => {
	it.each([400, 409, 422])(
		'by HTTP %s, once, on its result or its status, passes (FAULTS B11)',
		async (statusCode) => {
			const refused: Fault = { reply: { statusCode, body: { error: 'try again' } } };
			harness.queue.faults.status.push(refused);
			harness.queue.faults.result.push(refused);
			expect(await harness.taskOf(harness.generate())).toMatchObject({ status: 'completed' });
			expect(harness.paid).toBe(1);
		},
	);

	it('that stays is told after ten seconds, with the task', async () => {
		harness.queue.faults.result.push(...repeated({ reply: { statusCode: 400 } }, 999));
		expect(await harness.problemOf(harness.generate())).toMatchObject({
			kind: 'badParameters',
			requestId: 'task-1',
		});
	});

	it.each([
		[403, '<html><title>Just a moment...</title></html>'],
		[401, '<!doctype html><title>Sign in</title>'],
		[404, 'error code: 1020'],
	])(
		'by a page of the edge with HTTP %d lasts as long as it lasts (FAULTS F18)',
		async (statusCode, page) => {
			harness.queue.jobMs = 5_000;
			const refused = { reply: { statusCode, body: page } };
			harness.queue.faults.status.push(...repeated(refused, 12));
			harness.queue.faults.result.push(...repeated(refused, 12));
			const startMs = harness.clock.nowMs();
			expect(await harness.taskOf(harness.generate())).toMatchObject({ status: 'completed' });
			expect(harness.clock.nowMs() - startMs).toBeGreaterThan(30_000);
		},
	);
});

describe('a create that is answered with pictures and no id', () => {
	const picture = { url: 'https://pictures.test/1.png' };
	const answer = (image: object = picture) =>
		harness.queue.faults.create.push(body({ created: 1, data: [image] }));
	const execution = (executionId = '1') =>
		harness.execution({ gateway: GATEWAYS.toApis, executionId });

	it('is finished: nothing is polled, and nothing is left to cancel', async () => {
		answer();
		const state = await harness.taskOf(harness.generate(execution()));
		expect(state).toMatchObject({ requestId: '', status: 'completed', images: [picture] });
		harness.stop();
		await harness.clock.pass(1_000);
		expect(harness.queue.calls.map(({ kind }) => kind)).toEqual(['create']);
		expect(harness.log.filter((line) => !line.includes('is sent to'))).toEqual([
			'Task without an ID of item 0 was created at ToAPIs, model flux_kontext_max',
			`Task without an ID at ToAPIs: was already finished and cannot be asked for again; its pictures: ${picture.url}`,
		]);
	});

	it.each(['1', '2'])(
		'is there for the next attempt and for a person who retries: execution %s',
		async (executionId) => {
			answer();
			await harness.taskOf(harness.generate(execution()));
			const again = execution(executionId);
			expect(await harness.taskOf(harness.generate(again))).toMatchObject({ images: [picture] });
			expect(await harness.create(again)).toMatchObject({ images: [picture], requestId: '' });
			expect(harness.queue.calls).toHaveLength(1);
		},
	);

	it('whose pictures are bytes is not sent again by the next attempt, and its bytes are not kept', async () => {
		answer({ b64_json: Buffer.alloc(90, 1).toString('base64') });
		await harness.taskOf(harness.generate(execution()));
		expect(JSON.stringify(harness.context).length).toBeLessThan(300);
		expect(await harness.problemOf(harness.generate(execution()))).toMatchObject({
			kind: 'createUncertain',
		});
		expect(harness.queue.calls).toHaveLength(1);
	});
});
