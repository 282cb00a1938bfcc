import type { FaultName } from '../../sandbox';
import { inHeldTime } from './heldTime';
import { Studio, type Ask } from './studio';

let studio: Studio;

beforeAll(async () => (studio = await Studio.open()));
afterAll(async () => await studio.close());
beforeEach(() => studio.reset());

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
		studio.sandbox.faults.add({ call: 'create', fault, when });
		const { error } = await studio.run(PATIENT);
		expect(studio.creates()).toBe(1);
		expect(error!.message).toContain('SeaArt Cloud may have accepted the task');
		expect(error!.description).toContain('trying again may pay again');
		expect(error!.description).toMatch(/task list or the billing page/);
	});

	it.each(['vtrix', 'toApis'] as const)('at %s as well', async (gateway) => {
		studio.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' });
		const { error } = await studio.run({ gateway });
		expect(error!.message).toContain('may have accepted the task');
		expect(studio.creates()).toBe(1);
	});

	it('also in Image > Create, whose other items go on', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '500', promptIncludes: 'two' });
		const { items } = await studio.run({
			operation: 'image > create',
			prompts: ['one', 'two', 'three'],
			settings: { onError: 'continueRegularOutput' },
		});
		expect(items.map(({ json }) => 'error' in json)).toEqual([false, true, false]);
		expect(items[1]!.json).toMatchObject({ gateway: 'seaArtCloud', model: 'flux_kontext_max' });
		expect(studio.creates()).toBe(3);
	});

	it('two of them are both named in the error that ends the node', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '500' });
		const { error } = await studio.run({ prompts: ['one', 'two'] });
		expect(`${error!.message} ${error!.description}`).toMatch(
			/May have been accepted as well: .*[01]/,
		);
	});
});

describe('a create that was not accepted for certain is sent again', () => {
	it.each<FaultName>(['429', '429-seconds', '429-date'])('after %s', async (fault) => {
		studio.sandbox.faults.add({ call: 'create', fault, times: 1 });
		const { items, error } = await studio.run(PATIENT);
		expect(error).toBeUndefined();
		expect(items[0]!.json.status).toBe('completed');
		expect(studio.creates()).toBe(2);
		expect(studio.sandbox.ledger.billed()).toBe(1);
	});

	it('no sooner than Retry-After asks', async () => {
		studio.sandbox.faults.add({
			call: 'create',
			fault: '429-seconds',
			retryAfterSeconds: 2,
			times: 1,
		});
		await studio.run(PATIENT);
		const [first, second] = studio.sandbox.ledger.where({ call: 'create' });
		expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(1_990);
	});

	it('but not beyond the timeout', async () => {
		studio.sandbox.faults.add({ call: 'create', fault: '429-seconds', retryAfterSeconds: 60 });
		const { error } = await studio.run({ options: { timeout: 3 } });
		expect(error!.message).toContain('too many');
		expect(studio.creates()).toBe(1);
	});

	it('where the connection was refused, until the timeout', async () => {
		const { error } = await studio.run({
			baseUrl: 'http://127.0.0.1:1/model',
			options: { timeout: 1 },
		});
		expect(error!.message).toContain('SeaArt Cloud could not be reached');
		expect(error!.description).toContain('Nothing was sent');
	});
});

describe('a create that was refused is final', () => {
	it.each<readonly [FaultName, string]>([
		['401', 'refused the API key'],
		['403', 'does not allow'],
		['404', 'does not know this model'],
		['redirect', 'redirect'],
	])('%s', async (fault, words) => {
		studio.sandbox.faults.add({ call: 'create', fault });
		const { error } = await studio.run(PATIENT);
		expect(error!.message).toContain(words);
		expect(studio.creates()).toBe(1);
	});

	it('for want of credit, and nothing was billed', async () => {
		const { error } = await studio.run({ apiKey: studio.sandbox.keys.noCredit });
		expect(error!.message).toContain('no credit');
		expect(error!.httpCode).toBe('402');
		expect(studio.creates()).toBe(1);
		expect(studio.sandbox.ledger.billed()).toBe(0);
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
		studio.sandbox.faults.add(
			marked.map((row, index) => ({
				...row,
				promptIncludes: prompts[index]!,
				times: 1,
				dripMs: 1,
			})),
		);
		const { items, error } = await studio.run({ prompts, options: { maxConcurrentTasks: 20 } });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.status)).toEqual(prompts.map(() => 'completed'));
		expect(items.every(({ binary }) => binary)).toBe(true);
		const struck = studio.sandbox.ledger.requests.filter(({ fault }) => fault !== null);
		expect(struck).toHaveLength(marked.length);
		expect(studio.creates()).toBe(prompts.length);
	});

	it.each<FaultName>(['truncated', 'cutChunked', 'html', 'wrongType', 'unknownLength'])(
		'a picture that comes %s once is a picture in the end',
		async (fault) => {
			studio.sandbox.faults.add({ call: 'picture', fault, times: 1 });
			const { items, error } = await studio.run(PATIENT);
			expect(error).toBeUndefined();
			expect(items[0]!.json.contentType).toBe('image/png');
		},
	);

	it('a picture that cannot be had is an error with its URL and id, and Result gets it later', async () => {
		studio.sandbox.faults.add({ call: 'picture', fault: 'reset' });
		const { error } = await inHeldTime(async () => await studio.run({ options: { timeout: 2 } }));
		const [requestId] = studio.taskIds();
		expect(error!.message).toContain(`The picture of task ${requestId} is finished`);
		expect(error!.description).toMatch(/Picture: http:\/\/127\.0\.0\.1:\d+\/pictures\//);
		studio.sandbox.faults.clear();
		const { items } = await studio.run({ operation: 'task > result', requestIds: [requestId!] });
		expect(items[0]!.binary).toBeDefined();
	});

	it('a body without end is cut where Max Image Size says', async () => {
		studio.sandbox.faults.add({ call: 'picture', fault: 'endless' });
		const { error } = await studio.run({ options: { maxImageSize: 1 } });
		expect(error!.message).toContain('larger than Max Image Size allows (1 MB)');
	});
});
