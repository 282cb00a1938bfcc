import type { FaultName } from '../../sandbox';
import { inHeldTime } from './heldTime';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

const PATIENT: Ask = { options: { timeout: 20 } };

describe('a create whose fate is uncertain is sent once, and the error says so', () => {
	const uncertain: readonly FaultName[] = [
		'500',
		'502-html',
		'503',
		'504-html',
		'reset',
		'cutJson',
		'html200',
		'truncated',
		'cutChunked',
	];
	const both = uncertain.flatMap((fault) => [
		{ fault, when: 'beforeAcceptance' as const },
		{ fault, when: 'afterAcceptance' as const },
	]);

	it.each(both)('$fault, $when', async ({ fault, when }) => {
		harness.sandbox.faults.add({ call: 'create', fault, when });
		const { error } = await harness.run(PATIENT);
		expect(harness.creates()).toBe(1);
		expect(error!.message).toContain('SeaArt Cloud may have accepted the task');
		expect(error!.description).toContain('trying again may pay again');
		expect(error!.description).toMatch(/task list or the billing page/);
	});

	it.each(['vtrix', 'toApis'] as const)('at %s as well', async (gateway) => {
		// Else it is settled (test/engine/settling.test.ts).
		harness.sandbox.quirks.set({ clientBusinessId: 'ignored' });
		harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await harness.run({ gateway });
		expect(error!.message).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it('also in Image > Create, whose other items go on', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '500', promptIncludes: 'two' });
		const { items } = await harness.run({
			operation: 'image > create',
			prompts: ['one', 'two', 'three'],
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json }) => 'error' in json)).toEqual([false, true, false]);
		expect(items[1]!.json).toMatchObject({ gateway: 'seaArtCloud', model: 'flux_kontext_max' });
		expect(harness.creates()).toBe(3);
	});

	it('two of them are both named in the error that ends the node', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '500' });
		const { error } = await harness.run({ prompts: ['one', 'two'] });
		expect(`${error!.message} ${error!.description}`).toMatch(
			/May have been accepted as well: .*[01]/,
		);
	});
});

describe('a create that was not accepted for certain is sent again', () => {
	it.each<FaultName>(['429', '429-seconds', '429-date'])('after %s', async (fault) => {
		harness.sandbox.faults.add({ call: 'create', fault, times: 1 });
		const { items, error } = await harness.run(PATIENT);
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toBe('completed');
		expect(harness.creates()).toBe(2);
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('no sooner than Retry-After asks', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: '429-seconds',
			retryAfterSeconds: 2,
			times: 1,
		});
		await harness.run(PATIENT);
		const [first, second] = harness.sandbox.ledger.where({ call: 'create' });
		expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(1_990);
	});

	it('but not beyond the timeout', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '429-seconds', retryAfterSeconds: 60 });
		const { error } = await harness.run({ options: { timeout: 3 } });
		expect(error!.message).toContain('too many');
		expect(harness.creates()).toBe(1);
	});

	it('where the connection was refused, until the timeout', async () => {
		const { error } = await harness.run({
			baseUrl: 'http://127.0.0.1:1/model',
			options: { timeout: 1 },
		});
		expect(error!.message).toContain('SeaArt Cloud could not be reached');
		expect(error!.description).toContain('Nothing was billed');
	});
});

describe('a create that was refused is final', () => {
	it.each<readonly [FaultName, string]>([
		['401', 'refused the API key'],
		['403', 'does not allow'],
		['404', 'does not know this model'],
		['redirect', 'redirect'],
	])('%s', async (fault, words) => {
		harness.sandbox.faults.add({ call: 'create', fault });
		const { error } = await harness.run(PATIENT);
		expect(error!.message).toContain(words);
		expect(harness.creates()).toBe(1);
	});

	it('for want of credit, and nothing was billed', async () => {
		const { error } = await harness.run({ apiKey: harness.sandbox.keys.noCredit });
		expect(error!.message).toContain('no credit');
		expect(error!.httpCode).toBe('402');
		expect(harness.creates()).toBe(1);
		expect(harness.sandbox.ledger.billed()).toBe(0);
	});
});

describe('reads are tried until they are answered', () => {
	const CALLS = ['status', 'result', 'picture'] as const;

	it.each<readonly [string, readonly FaultName[]]>([
		['a limited rate', ['429', '429-seconds']],
		['faults of the gateway', ['500', '502-html', '503', '504-html']],
		['a bad line', ['reset', 'cutJson', 'html200', 'slowDrip']],
		['a gateway that lags behind itself', ['401', '403', '404']],
	])('%s, on the first status, result and picture of a task', async (_name, faults) => {
		const marked = faults.flatMap((fault) => CALLS.map((call) => ({ fault, call })));
		const prompts = marked.map(({ fault, call }) => `<${fault} ${call}>`);
		harness.sandbox.faults.add(
			marked.map((row, index) => ({
				...row,
				promptIncludes: prompts[index]!,
				times: 1,
				dripMs: 1,
			})),
		);
		const { items, error } = await harness.run({ prompts, options: { maxConcurrentTasks: 20 } });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(prompts.map(() => 'completed'));
		expect(items.every(({ binary }) => binary)).toBe(true);
		const struck = harness.sandbox.ledger.requests.filter(({ fault }) => fault !== null);
		expect(struck).toHaveLength(marked.length);
		expect(harness.creates()).toBe(prompts.length);
	});

	it.each<FaultName>(['truncated', 'cutChunked', 'html', 'wrongType', 'unknownLength'])(
		'a picture that comes %s once is a picture in the end',
		async (fault) => {
			harness.sandbox.faults.add({ call: 'picture', fault, times: 1 });
			const { items, error } = await harness.run(PATIENT);
			expect(error).toBeUndefined();
			expect(items[0]!.json.contentType).toBe('image/png');
		},
	);

	it('a picture that cannot be had is an error with its URL and id, and Result gets it later', async () => {
		harness.sandbox.faults.add({ call: 'picture', fault: 'reset' });
		const { error } = await inHeldTime(async () => await harness.run({ options: { timeout: 2 } }));
		const [requestId] = harness.taskIds();
		expect(error!.message).toContain(`The picture of task ${requestId} is finished`);
		expect(error!.description).toMatch(/Picture: http:\/\/127\.0\.0\.1:\d+\/pictures\//);
		harness.sandbox.faults.clear();
		const { items } = await harness.run({ operation: 'task > result', requestIds: [requestId!] });
		expect(items[0]!.binary).toBeDefined();
	});

	it('a body without end is cut where Max Image Size says', async () => {
		harness.sandbox.faults.add({ call: 'picture', fault: 'endless' });
		const { error } = await harness.run({ options: { maxImageSize: 1 } });
		expect(error!.message).toContain('larger than Max Image Size allows (1 MB)');
	});
});
