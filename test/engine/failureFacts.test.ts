import fc from 'fast-check';
import type { INodeExecutionData, JsonObject } from 'n8n-workflow';

import type { Outcome } from '../../tooling/engine/engine';
import type { FaultName, FaultRow, Gateway } from '../../sandbox';
import { MESSAGES } from '../../nodes/FluxImage/core/messages';
import type { ProblemKind } from '../../nodes/FluxImage/core/problem';
import { paidOf } from '../../nodes/FluxImage/operations/failureFacts';
import { worstPaid, type Paid } from '../../nodes/FluxImage/tasks/order';
import { inHeldTime } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const CONTINUE = { onError: 'continueRegularOutput' } as const;

const failureOf = ({ json }: INodeExecutionData) => json['failure'] as JsonObject | undefined;

/** What passes of the node's time in a turn, in milliseconds: waits of minutes take seconds. */
const STEP_MS = 100;

/** The next attempt at what an execution has done so far, as n8n's Retry On Fail makes it. */
const again = ({ contextData }: Outcome, ask: Ask): Ask => ({
	...ask,
	contextData: JSON.parse(JSON.stringify(contextData)) as Outcome['contextData'],
});

/** What a create is answered, what the item's failure says then, and whether money went. */
const CREATES: ReadonlyArray<
	readonly [fault: FaultName | number, gateway: Gateway, problem: string, paid: Paid]
> = [
	['401', 'seaArtCloud', 'badKey', 'no'],
	[402, 'seaArtCloud', 'noCredit', 'no'],
	['403', 'seaArtCloud', 'notAllowed', 'no'],
	['404', 'seaArtCloud', 'notFound', 'no'],
	[422, 'seaArtCloud', 'badParameters', 'no'],
	['429', 'seaArtCloud', 'rateLimited', 'no'],
	[301, 'vtrix', 'redirected', 'no'],
	[307, 'seaArtCloud', 'redirected', 'no'],
	[308, 'toApis', 'redirected', 'no'],
	['limiterDown', 'toApis', 'rateLimited', 'no'],
	[303, 'seaArtCloud', 'createUncertain', 'maybe'],
	['500', 'seaArtCloud', 'createUncertain', 'maybe'],
	['503', 'vtrix', 'createUncertain', 'maybe'],
	['504-html', 'odiRouter', 'createUncertain', 'maybe'],
	['reset', 'vtrix', 'createUncertain', 'maybe'],
	['reset', 'toApis', 'createUncertain', 'maybe'],
	['cutJson', 'seaArtCloud', 'createUncertain', 'maybe'],
	['html200', 'seaArtCloud', 'createUncertain', 'maybe'],
	['hang', 'seaArtCloud', 'createUncertain', 'maybe'],
];

/** A reply of that status, as gateways put it. */
const replied = (statusCode: number): FaultRow['fault'] => ({
	statusCode,
	headers: statusCode < 400 ? { location: 'https://elsewhere.test/' } : {},
	body: { error: { message: 'no' } },
});

describe('A create that is answered', () => {
	it.each(CREATES)('%s at %s is %s, paid %s', async (fault, gateway, problem, paid) => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: typeof fault === 'number' ? replied(fault) : fault,
		});
		const { items } = await inHeldTime(
			async () => await harness.run({ gateway, settings: CONTINUE, options: { timeout: 3 } }),
			STEP_MS,
		);
		expect(failureOf(items[0]!)).toMatchObject({ problem, paid });
	});

	it.each([
		['[blocked] An apple', 'moderated'],
		['[no-credit] An apple', 'noCredit'],
		['[rejected] An apple', 'badParameters'],
	])('by a refusal of what was asked, %s, is not paid', async (prompt, problem) => {
		const { items } = await harness.run({ prompts: [prompt], settings: CONTINUE });
		expect(failureOf(items[0]!)).toMatchObject({ problem, paid: 'no' });
	});

	it('by nobody, since the host is not there, is not paid', async () => {
		const baseUrl = 'http://127.0.0.1:9/model';
		const { items } = await inHeldTime(
			async () => await harness.run({ baseUrl, settings: CONTINUE, options: { timeout: 3 } }),
			STEP_MS,
		);
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'neverConnected', paid: 'no' });
	});
});

describe('What fails before the create is not paid', () => {
	const PHOTO = { data: 'iVBORw0KGgo=', mimeType: 'image/png', fileName: 'photo.png' };
	const edit = { image: [{ source: 'binary', binaryPropertyName: 'photo' }] };

	it('an upload', async () => {
		harness.sandbox.faults.add({ call: 'upload', fault: '401' });
		const { items } = await harness.run({
			gateway: 'toApis',
			items: [{ json: { prompt: 'Paint it green' }, binary: { photo: PHOTO } }],
			parameters: { inputImages: edit },
			settings: CONTINUE,
		});
		expect(failureOf(items[0]!)).toMatchObject({ paid: 'no' });
		expect(harness.creates()).toBe(0);
	});

	it.each([
		['a wrong input', { parameters: { aspectRatio: '30:9' } }, 'invalidInput'],
		['a limit', { options: { maxPaidTasks: 0 } }, 'limitReached'],
		['no turn in time', { options: { timeout: 1e-9 } }, 'notSentInTime'],
	])('%s', async (_name, ask, problem) => {
		const { items } = await harness.run({ ...ask, settings: CONTINUE });
		expect(failureOf(items[0]!)).toMatchObject({ problem, paid: 'no' });
		expect(harness.creates()).toBe(0);
	});
});

describe('What fails about a task that exists is paid', () => {
	it.each([
		['a poll that is refused', { call: 'status', fault: '401' }, 'An apple', 'badKey'],
		['a task that failed', undefined, '[failed] An apple', 'failed'],
		['a task that was moderated', undefined, '[moderated] An apple', 'moderated'],
		['a time-out', undefined, '[never] An apple', 'deadlineReached'],
		['a result that is refused', { call: 'result', fault: '403' }, 'An apple', undefined],
		['a picture', { call: 'picture', fault: '404' }, 'An apple', 'pictureUnavailable'],
	] as const)('%s', async (_name, fault, prompt, problem) => {
		if (fault) harness.sandbox.faults.add(fault);
		const { items } = await inHeldTime(
			async () =>
				await harness.run({ prompts: [prompt], settings: CONTINUE, options: { timeout: 5 } }),
			STEP_MS,
		);
		expect(failureOf(items[0]!)).toMatchObject({ paid: 'yes', ...(problem && { problem }) });
		expect(harness.creates()).toBe(1);
	});

	it("a wait for another execution's task", async () => {
		const ask: Ask = { prompts: ['[never] An apple'], settings: CONTINUE };
		const options = { payOnceKey: '7', timeout: 0.3 };
		await harness.run({ ...ask, options, executionId: '1' });
		const { items } = await harness.run({ ...ask, options, executionId: '2' });
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'deadlineReached', paid: 'yes' });
	});
});

describe('A Task operation', () => {
	it.each([
		['status', '401', 'badKey', 'yes'],
		['status', '404', 'notFound', 'maybe'],
		['wait', 'unknownTask', 'notFound', 'maybe'],
		['cancel', '403', 'notAllowed', 'yes'],
	] as const)('%s that is answered %s is %s, paid %s', async (operation, fault, problem, paid) => {
		harness.sandbox.faults.add({ call: 'any', fault });
		const { items } = await inHeldTime(
			async () =>
				await harness.run({
					operation: `task > ${operation}`,
					requestIds: ['mmsu_1'],
					settings: CONTINUE,
				}),
			STEP_MS,
		);
		expect(failureOf(items[0]!)).toMatchObject({ problem, paid });
	});

	it('without a Request ID has asked for nothing', async () => {
		const { items } = await harness.run({
			operation: 'task > wait',
			requestIds: [''],
			settings: CONTINUE,
		});
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'invalidInput', paid: 'no' });
	});
});

describe('A later attempt', () => {
	const WRONG: Ask = { parameters: { aspectRatio: '30:9' } };
	const REFUSED: Ask = { apiKey: 'another key' };
	const cases = [
		['a create that is paid', { call: 'status', fault: '401', times: 1 }, 'An apple', 'yes'],
		['a create in doubt', { call: 'create', fault: 'reset', times: 1 }, 'An apple', 'maybe'],
		['a create that was refused', { call: 'create', fault: '401', times: 1 }, 'An apple', 'no'],
		['a task that failed', undefined, '[failed] An apple', 'yes'],
	] as const;

	it.each(cases)("whose input is wrong has the ledger's word after %s", async (...row) => {
		const [, fault, prompt, paid] = row;
		if (fault) harness.sandbox.faults.add(fault);
		const ask: Ask = { prompts: [prompt], settings: CONTINUE };
		const first = await harness.run(ask);
		const { items } = await harness.run(again(first, { ...ask, ...WRONG }));
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'invalidInput', paid });
		const stopping = await harness.run(again(first, { prompts: [prompt], ...WRONG }));
		expect(stopping.error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid } });
	});

	it('that is refused after a task that failed is paid all the same', async () => {
		const ask: Ask = { prompts: ['[failed] An apple'], settings: CONTINUE };
		const first = await harness.run(ask);
		const { items } = await harness.run(again(first, { ...ask, ...REFUSED }));
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'badKey', paid: 'yes' });
	});

	it('of a person, which is another execution, knows of the first as well', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', times: 1 });
		const first = await harness.run({});
		const retry: Ask = { executionId: '2', mode: 'retry', ...WRONG };
		const { error } = await harness.run(again(first, retry));
		expect(error!.context).toMatchObject({ failure: { problem: 'invalidInput', paid: 'maybe' } });
	});
});

describe('A doubtful create under a key, delivered again (FAULTS F21)', () => {
	it('is the same doubt in this process, also where n8n has saved the key', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const ask: Ask = { settings: CONTINUE, options: { payOnceKey: '7' } };
		const { staticData } = await harness.run({ ...ask, executionId: '1' });
		const { items } = await harness.run({ ...ask, staticData, executionId: '2' });
		expect(failureOf(items[0]!)).toMatchObject({ problem: 'createUncertain', paid: 'maybe' });
		expect(harness.creates()).toBe(1);
	});
});

describe('The error that ends the node', () => {
	it.each([
		[['[no-credit] one', '[no-credit] two'], undefined, 'no'],
		[['[no-credit] one', 'two'], { fault: '500', promptIncludes: 'two' }, 'maybe'],
		[['two', '[seconds=0.3] [failed] one'], undefined, 'yes'],
	] as const)('of %j says the worst of all items', async (prompts, fault, paid) => {
		if (fault) harness.sandbox.faults.add({ call: 'create', ...fault });
		const { error } = await harness.run({ prompts });
		expect((error!.context as JsonObject)['failure']).toMatchObject({ paid });
	});
});

describe('The table of words', () => {
	const kinds = Object.keys(MESSAGES) as ProblemKind[];
	const before: readonly Paid[] = ['no', 'maybe', 'yes'];
	const image = { resource: 'image' } as const;
	const task = { resource: 'task' } as const;

	it.each(kinds)('%s: a task is paid, and a doubt is never taken back', (kind) => {
		for (const known of before) {
			expect(paidOf(image, kind, true, known)).toBe('yes');
			expect(worstPaid([paidOf(image, kind, false, known), known])).toBe(
				paidOf(image, kind, false, known),
			);
			expect(paidOf(task, kind, true, known)).toBe(kind === 'notFound' ? 'maybe' : 'yes');
		}
	});

	it('is in doubt where a create was sent, and for nothing else', () => {
		const doubtful = kinds.filter((kind) => paidOf(image, kind, false, 'no') !== 'no');
		expect(doubtful).toEqual(['alreadyOrdered', 'createUncertain']);
	});
});

describe('`paid` is never `no` for what the gateway has billed', () => {
	const anyFault = fc.record<Pick<FaultRow, 'call' | 'when' | 'fault' | 'times'>>({
		call: fc.constantFrom('create', 'create', 'status', 'result', 'picture'),
		when: fc.constantFrom('beforeAcceptance', 'afterAcceptance'),
		fault: fc.constantFrom<FaultName[]>(
			...(['401', '403', '404', '429', '500', '503', 'reset', 'cutJson', 'html200'] as const),
			...(['redirect', 'slowDrip', 'unknownTask'] as const),
		),
		times: fc.integer({ min: 1, max: 3 }),
	});
	/** A refusal comes before acceptance: an honest gateway does not bill what it refuses. */
	const honest = (row: FaultRow): FaultRow =>
		/^4|redirect|unknown/.test(String(row.fault)) && row.call === 'create'
			? { ...row, when: 'beforeAcceptance' }
			: row;
	const attempt = fc.record({
		faults: fc.array(anyFault.map(honest), { maxLength: 3 }),
		isWrong: fc.boolean(),
		isStopping: fc.boolean(),
		timeout: fc.constantFrom(0.15, 1.5),
		onTimeout: fc.constantFrom('error', 'cancelTask'),
	});
	const weather = fc.record({
		gateway: fc.constantFrom<Gateway[]>('seaArtCloud', 'vtrix', 'toApis'),
		operation: fc.constantFrom('image > generateAndWait' as const, 'image > create' as const),
		prompts: fc.array(fc.constantFrom('', '[failed]', '[never]', '[no-credit]', '[blocked]'), {
			minLength: 1,
			maxLength: 3,
		}),
		n: fc.integer({ min: 1, max: 3 }),
		payOnceKey: fc.constantFrom(undefined, '={{ $itemIndex }}-order'),
		attempts: fc.array(attempt, { minLength: 1, maxLength: 3 }),
	});

	it('over faults, several images and several attempts', async () => {
		let said = 0;
		await fc.assert(
			fc.asyncProperty(weather, async ({ attempts, ...sky }) => {
				harness.reset();
				const prompts = sky.prompts.map((marker, index) => `${marker} picture ${index}.`);
				let before: Outcome | undefined;
				for (const { faults, isWrong, isStopping, ...options } of attempts) {
					harness.sandbox.faults.clear();
					harness.sandbox.faults.add(faults);
					const ask: Ask = {
						gateway: sky.gateway,
						operation: sky.operation,
						prompts,
						parameters: { n: sky.n, ...(isWrong && { prompt: "={{ '' }}" }) },
						options: { ...options, ...(sky.payOnceKey && { payOnceKey: sky.payOnceKey }) },
						...(isStopping ? {} : { settings: CONTINUE }),
					};
					before = await harness.run(before ? again(before, ask) : ask);
					said += check(before, prompts);
				}
			}),
			{ numRuns: 60 },
		);
		// The property holds for nothing where nothing fails.
		expect(said).toBeGreaterThan(60);
	});

	/** @returns how many failures there were */
	function check({ items, error }: Outcome, prompts: readonly string[]): number {
		const rows = harness.sandbox.ledger.taskRows();
		const billed = (prompt: string) => rows.some((row) => row.prompt === prompt && row.billed > 0);
		const failed = items.flatMap((item, index) => {
			const failure = failureOf(item);
			return item.json['error'] === undefined || !failure
				? []
				: [{ paid: failure['paid'], prompt: prompts[itemIndexOf(item) ?? index]! }];
		});
		const lies = failed.filter(({ paid, prompt }) => paid === 'no' && billed(prompt));
		expect(lies).toEqual([]);
		if (!error) return failed.length;
		const { failure } = error.context as unknown as { failure: JsonObject };
		if (failure['paid'] === 'no') expect(prompts.filter(billed)).toEqual([]);
		return failed.length + 1;
	}

	const itemIndexOf = ({ pairedItem }: INodeExecutionData): number | undefined =>
		(pairedItem as { item: number } | undefined)?.item;
});
