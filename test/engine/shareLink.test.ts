import type { IDataObject } from 'n8n-workflow';

import {
	binaryBytes,
	bytesBehind,
	FLUX_NAME,
	useBinaryMode,
	type Outcome,
} from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());
afterEach(() => jest.restoreAllMocks());

const PUBLIC = 'https://n8n.example.com';
const HOUR_MS = 3_600_000;

/** An execution that asks for links. */
const share = (ask: Ask = {}): Ask => ({
	publicUrl: PUBLIC,
	...ask,
	options: { shareLink: '1h', ...ask.options },
});

const jsonOf = ({ items }: Outcome): IDataObject => items[0]!.json;

const hintsOf = ({ run }: Outcome) =>
	(run.data.resultData.runData[FLUX_NAME]?.at(-1)?.hints ?? []).map(({ message }) => message);

/** What the link says of itself, under n8n's signature. */
function claimsOf(link: unknown): { iat: number; exp: number } {
	const [, claims = ''] = new URL(String(link)).searchParams.get('token')?.split('.') ?? [];
	return JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number; exp: number };
}

describe('A share link', () => {
	it('shows the picture that came out with it', async () => {
		const { items } = await harness.run(share());
		const { json, binary } = items[0]!;
		expect(json.shareUrl).toMatch(
			/^https:\/\/n8n\.example\.com\/rest\/binary-data\/signed\?token=/,
		);
		expect(await bytesBehind(json.shareUrl)).toEqual(await binaryBytes(binary!.data));
	});

	it('is there only where it is asked for', async () => {
		for (const options of [{}, { shareLink: 'off' }]) {
			const json = jsonOf(await harness.run({ options }));
			expect(json).not.toHaveProperty('shareUrl');
			expect(json).not.toHaveProperty('shareUrlExpiresAt');
		}
	});

	it.each([
		['1h', HOUR_MS],
		['1d', 24 * HOUR_MS],
		['7d', 7 * 24 * HOUR_MS],
		[' 1D ', 24 * HOUR_MS],
	])('for %j ends when the item says, and never before', async (shareLink, lifetimeMs) => {
		const json = jsonOf(await harness.run(share({ options: { shareLink } })));
		const { iat, exp } = claimsOf(json.shareUrl);
		expect((exp - iat) * 1000).toBe(lifetimeMs);
		const told = Date.parse(String(json.shareUrlExpiresAt));
		expect(json.shareUrlExpiresAt).toBe(new Date(told).toISOString());
		expect(exp * 1000 - told).toBeGreaterThanOrEqual(0);
		expect(exp * 1000 - told).toBeLessThanOrEqual(1000);
	});

	it('is refused by n8n once its time is over, and not before', async () => {
		const { shareUrl, shareUrlExpiresAt } = jsonOf(await harness.run(share()));
		const endMs = Date.parse(String(shareUrlExpiresAt));
		const now = jest.spyOn(Date, 'now').mockReturnValue(endMs - 1000);
		await expect(bytesBehind(shareUrl)).resolves.toBeInstanceOf(Buffer);
		now.mockReturnValue(endMs + 2000);
		await expect(bytesBehind(shareUrl)).rejects.toThrow('jwt expired');
	});

	it('is refused by n8n after a change of one letter, wherever it is', async () => {
		const link = String(jsonOf(await harness.run(share())).shareUrl);
		const start = link.indexOf('token=') + 'token='.length;
		for (const place of [start + 2, Math.floor((start + link.length) / 2), link.length - 4]) {
			const letter = link[place] === 'A' ? 'B' : 'A';
			const changed = link.slice(0, place) + letter + link.slice(place + 1);
			await expect(bytesBehind(changed)).rejects.toThrow();
		}
	});

	it('is there with Download Images off, and no file in the item', async () => {
		const { items } = await harness.run(share({ options: { downloadImages: false } }));
		const { json, binary } = items[0]!;
		expect(binary).toBeUndefined();
		expect(json).toMatchObject({ url: expect.stringMatching(/^http/), contentType: 'image/png' });
		expect((await bytesBehind(json.shareUrl)).length).toBeGreaterThan(100);
	});

	it('is each picture its own, of several items and of one task', async () => {
		const several = await harness.run(
			share({ gateway: 'toApis', prompts: ['An apple', 'A pear'], parameters: { n: 2 } }),
		);
		const links = several.items.map(({ json }) => String(json.shareUrl));
		expect(new Set(links).size).toBe(4);
		const shared = await Promise.all(links.map(bytesBehind));
		const files = several.items.map(async ({ binary }) => await binaryBytes(binary!.data));
		expect(shared).toEqual(await Promise.all(files));
	});

	it.each(['wait', 'result'] as const)('comes of Task > %s too', async (operation) => {
		await harness.run({});
		const requestIds = harness.taskIds();
		const outcome = await harness.run(share({ operation: `task > ${operation}`, requestIds }));
		expect((await bytesBehind(jsonOf(outcome).shareUrl)).length).toBeGreaterThan(100);
	});

	it('of an order that was paid before shows the file of its own execution', async () => {
		const options = { payOnceKey: '7' };
		const first = jsonOf(await harness.run(share({ options, executionId: 'first' })));
		const second = jsonOf(await harness.run(share({ options, executionId: 'second' })));
		expect(second).toMatchObject({ reused: true, requestId: first.requestId });
		expect(second.shareUrl).not.toBe(first.shareUrl);
		expect(await bytesBehind(second.shareUrl)).toEqual(await bytesBehind(first.shareUrl));
	});

	it('stands in no log and in no hint, since whoever has it sees the picture', async () => {
		const execution = harness.start(share({ publicUrl: 'http://localhost:5678' }));
		const outcome = await execution.finished;
		const token = new URL(String(jsonOf(outcome).shareUrl)).searchParams.get('token')!;
		expect([...execution.log(), ...hintsOf(outcome)].join('\n')).not.toContain(token);
	});
});

describe('A picture that cannot be stored for its link', () => {
	it('is an error as with Download Images: paid, with its address', async () => {
		const { items } = await harness.run(
			share({
				prompts: ['An apple [picture=html]'],
				options: { downloadImages: false, timeout: 1 },
				settings: { onError: 'continueRegularOutput' },
			}),
		);
		expect(items[0]!.json).toMatchObject({
			url: expect.stringContaining('/pictures/'),
			failure: { problem: 'pictureUnavailable', paid: 'yes' },
		});
	});
});

describe('Where n8n can make no link', () => {
	afterEach(async () => await useBinaryMode('filesystem'));

	it('since it keeps files in memory, the picture comes without one, and one hint says why', async () => {
		await useBinaryMode('default');
		const outcome = await harness.run(share({ prompts: ['An apple', 'A pear'] }));
		for (const { json, binary } of outcome.items) {
			expect(json).toMatchObject({ status: 'completed' });
			expect(json).not.toHaveProperty('shareUrl');
			expect(json).not.toHaveProperty('shareUrlExpiresAt');
			expect(binary).toHaveProperty('data');
		}
		expect(hintsOf(outcome)).toEqual([
			expect.stringMatching(/no share link: .* in memory.*N8N_DEFAULT_BINARY_DATA_MODE/),
		]);
	});

	it('and Download Images is off, the item has the address of the gateway', async () => {
		await useBinaryMode('default');
		const { items } = await harness.run(share({ options: { downloadImages: false } }));
		expect(items[0]!.binary).toBeUndefined();
		expect(items[0]!.json.url).toMatch(/^http/);
	});

	it('a line in the log of production says so once a run', async () => {
		await useBinaryMode('default');
		const execution = harness.start(share({ prompts: ['An apple', 'A pear'] }));
		await execution.finished;
		expect(execution.log().filter((line) => line.includes('no share link'))).toHaveLength(1);
	});
});

describe('A link whose host others do not reach', () => {
	it('is told in one hint, and in production in one line of the log, with the remedy', async () => {
		const ask = share({ prompts: ['An apple', 'A pear'], publicUrl: 'http://localhost:5678' });
		const execution = harness.start(ask);
		const outcome = await execution.finished;
		expect(jsonOf(outcome).shareUrl).toMatch(/^http:\/\/localhost:5678\/rest/);
		expect(hintsOf(outcome)).toEqual([
			'Share links begin with http://localhost:5678, which opens on this machine alone. Set WEBHOOK_URL to the public address of this n8n, on each worker too.',
		]);
		expect(execution.log().filter((line) => line.includes('Share links'))).toEqual([
			expect.stringContaining(hintsOf(outcome)[0]!),
		]);
	});

	it('is told in a test run by the hint alone', async () => {
		const execution = harness.start(share({ mode: 'manual', publicUrl: 'http://localhost:5678' }));
		expect(hintsOf(await execution.finished)).toHaveLength(1);
		expect(execution.log().join('\n')).not.toContain('Share links');
	});

	it('is nothing to tell of where the host is public', async () => {
		expect(hintsOf(await harness.run(share()))).toEqual([]);
	});
});

describe('A workflow that does not save its successful executions', () => {
	it('is told that its links end with the execution', async () => {
		const workflowSettings = { saveDataSuccessExecution: 'none' } as const;
		const outcome = await harness.run(share({ workflowSettings }));
		expect(jsonOf(outcome)).toHaveProperty('shareUrl');
		expect(hintsOf(outcome)).toEqual([expect.stringContaining('does not save')]);
	});
});
