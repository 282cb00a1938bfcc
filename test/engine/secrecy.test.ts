import { engineLog } from '../../tooling/engine/engineLog';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** Everything of an execution that n8n saves, shows or logs. */
async function traces(ask: Ask): Promise<string> {
	const before = engineLog.length;
	const { run, error, outputs } = await harness.run(ask);
	const seen = [run, outputs, error?.message, error?.description, error?.stack, error?.context];
	return JSON.stringify([seen, engineLog.slice(before)]);
}

describe('the key', () => {
	const echoes: ReadonlyArray<readonly [string, Ask]> = [
		['in the failure of a task', { prompts: ['[echo-key]'] }],
		['in a refused create', { prompts: ['[echo-key-rejected]'] }],
		['in a result', { prompts: ['[echo-key-result]'], options: { includeRawResponse: true } }],
		[
			'in a failed item',
			{ prompts: ['[echo-key]'], settings: { onError: 'continueRegularOutput' } },
		],
		[
			'in an error output',
			{ prompts: ['[echo-key]'], settings: { onError: 'continueErrorOutput' } },
		],
		['where nothing listens', { baseUrl: 'http://127.0.0.1:1', options: { timeout: 0.5 } }],
	];

	it.each(echoes)('is nowhere, though it is echoed %s', async (_place, ask) => {
		for (const gateway of ['seaArtCloud', 'vtrix', 'toApis'] as const) {
			const text = await traces({ gateway, ...ask });
			expect(text).not.toContain(harness.sandbox.keys.valid);
		}
	});

	it('goes to the API alone: pictures are fetched without it, other hosts never called', async () => {
		harness.sandbox.quirks.set({ foreignReplyUrls: true });
		await harness.run({ prompts: ['a', 'b'] });
		const { requests } = harness.sandbox.ledger;
		const calls = (call: string) => requests.filter((row) => row.call === call);
		expect(calls('trap')).toHaveLength(0);
		expect(calls('picture').map(({ authorization }) => authorization)).toEqual([false, false]);
	});

	it('is not carried along by a redirect', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect' });
		const { error } = await harness.run({});
		expect(error!.message).toContain('redirect');
		expect(harness.sandbox.ledger.where({ call: 'trap' })).toHaveLength(0);
	});
});
