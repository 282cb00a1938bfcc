import { NodeHarness, type Ask } from './nodeHarness';
import { callToolOf, type ToolAsk } from './toolHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** What the agent hears of its calls. */
const callTool = async (calls: number, ask: ToolAsk = {}) =>
	await callToolOf(
		harness,
		Array.from({ length: calls }, () => ({})),
		ask,
	);

describe("As an agent's tool", () => {
	it('hands the agent the link of the picture', async () => {
		const [heard] = await callTool(1);
		expect(heard).toContain(harness.taskIds()[0]);
		expect(heard).toMatch(/"url":"http/);
	});

	it('fetches no picture, which n8n would drop', async () => {
		await callTool(1);
		expect(harness.sandbox.ledger.taskRows()).toMatchObject([{ downloads: 0 }]);
	});

	it.each([true, '={{ 1 === 1 }}', '={{ "true" }}'])(
		'fetches it where a saved workflow says so: %j, up to the size that it says',
		async (downloadImages) => {
			await callTool(1, { options: { downloadImages } });
			expect(harness.sandbox.ledger.taskRows()).toMatchObject([{ downloads: 1 }]);
			const options = { downloadImages, maxImageSize: 0.000_001 };
			const [tooLarge] = await callTool(1, { options });
			expect(tooLarge).toMatch(/larger than/);
		},
	);

	it('waits on Retry On Fail for the task that the first try paid for', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 2 });
		const [heard] = await callTool(1);
		expect(heard).toContain(harness.taskIds()[0]);
		expect(harness.sandbox.ledger.billed()).toBe(1);
	});

	it('does not send a create again that may have been accepted', async () => {
		harness.sandbox.faults.add({
			call: 'create',
			fault: 'reset',
			when: 'afterAcceptance',
			times: 1,
		});
		const [heard] = await callTool(1);
		expect(heard).toContain('may have accepted the task');
		expect(harness.creates()).toBe(1);
	});

	it('makes another picture where the agent asks for one more', async () => {
		const [first, second] = await callTool(2);
		expect(first).toContain(harness.taskIds()[0]);
		expect(second).toContain(harness.taskIds()[1]);
	});

	it('gives a task that a failed call has left to one call only', async () => {
		harness.sandbox.faults.add({ call: 'status', fault: 'redirect', times: 3 });
		const [failed, second, third] = await callTool(3);
		expect(failed).toContain('redirect');
		expect(second).toContain(harness.taskIds()[0]);
		expect(third).toContain(harness.taskIds()[1]);
	});

	/** A task that is paid, and whose picture the call did not bring. */
	const LATE: ToolAsk = { parameters: { prompt: '[never]' }, options: { timeout: 0.4 } };

	it('by MCP warns that the same call pays again, which it does', async () => {
		const [first] = await callTool(1, { ...LATE, byMcp: true });
		expect(first).toMatch(
			/The task is paid\. Do not call again with these values: .* Request ID: mmsu_/,
		);
		await callTool(1, { ...LATE, byMcp: true });
		expect(harness.creates()).toBe(2);
	});

	describe('that asks for a task', () => {
		const waitFor = async (requestId: string, ask: ToolAsk = {}) =>
			(
				await callTool(1, {
					operation: 'task > wait',
					...ask,
					byMcp: true,
					parameters: { requestId },
				})
			)[0];

		it('may be called again where the time was up', async () => {
			await callTool(1, LATE);
			expect(await waitFor(harness.taskIds()[0]!, { options: { timeout: 0.4 } })).toMatch(
				/Call again now, once, with exactly the same values: that asks for the same task and pays nothing\./,
			);
		});

		it('sends the model back to drawing where the task was blocked', async () => {
			await callTool(1, { parameters: { prompt: '[moderated]' } });
			expect(await waitFor(harness.taskIds()[0]!)).toMatch(/Do not ask for this task again\./);
		});

		it('asks of a task that nobody knows whether the ID is right', async () => {
			expect(await waitFor('mmsu_of_nobody', { options: { timeout: 0.4 } })).toMatch(
				/If the Request ID is not, letter by letter, one that you were told, call again once/,
			);
		});
	});

	it('hands over all images of a call, and makes as many anew for the next', async () => {
		const ask = { parameters: { n: '={{ "2" }}' } };
		const [first, second] = await callTool(2, ask);
		const ids = harness.taskIds();
		expect(ids).toHaveLength(4);
		for (const [index, id] of ids.entries()) expect(index < 2 ? first : second).toContain(id);
	});

	it('pays only for the image that a failed call lacked, where the agent calls again', async () => {
		harness.sandbox.faults.add({ call: 'create', fault: '401', nth: 2, times: 3 });
		const ask = { parameters: { n: 2 }, options: { maxConcurrentTasks: 1 } };
		const [failed, again] = await callTool(2, ask);
		const [first, second] = harness.taskIds();
		expect(failed).toContain('refused the API key');
		expect(failed).toContain(`Other tasks, paid already: ${first}.`);
		expect(again).toContain(first);
		expect(again).toContain(second);
		expect(harness.sandbox.ledger.billed()).toBe(2);
	});

	/** Every error that a model may hear, by what goes wrong; the sandbox has no fault of its own. */
	const WRONG: Record<string, readonly [ask: Ask, heard: RegExp, prepare?: () => void]> = {
		'a width': [
			{ parameters: { model: 'flux_pro_11', width: 1000, height: 768 } },
			/^Width must be .*, but is 1000\. So nothing was sent and nothing was paid\. Call again with Width 992 or 1024\.$/,
		],
		'no prompt': [
			{ parameters: { prompt: '' } },
			/^Prompt must be .*\. So nothing was sent and nothing was paid\. If it is one of the values/,
		],
		'the key': [
			{ apiKey: 'sk-wrong-0123456789' },
			/refused the API key: .*\. Do not call again\. Tell the user: Copy the key .* Nothing was billed\./,
		],
		'no credit': [
			{ parameters: { prompt: '[no-credit]' } },
			/no credit left: .*\. Do not call again\. Tell the user: Top up .* Nothing was billed\./,
		],
		moderation: [
			{ parameters: { prompt: '[moderated]' } },
			/blocked by the moderation of SeaArt Cloud: .*\. Call again with another prompt/,
		],
		'the time': [
			{ parameters: { prompt: '[never]' }, options: { timeout: 0.4 } },
			/not finished within the timeout of 0\.4 s: .*\. The task is paid\. Call again now, once, with exactly the same values: .* Request ID: mmsu_/,
		],
		'the picture': [
			{
				parameters: { prompt: '[picture=expired]' },
				options: { timeout: 1, downloadImages: true },
			},
			/could not be fetched: .*\. The task is paid\. Call again now, once, with exactly/,
		],
		'the connection': [
			{ baseUrl: 'http://127.0.0.1:1', options: { timeout: 0.4 } },
			/^SeaArt Cloud could not be reached\. Nothing was billed\. Call again once/,
		],
		'the answer to a create': [
			{},
			/may have accepted the task, but no task ID came back: .*\. Do not call again\. Tell the user: It may be paid\./,
			() => harness.sandbox.faults.add({ call: 'create', fault: 'reset', when: 'afterAcceptance' }),
		],
	};

	it.each(Object.entries(WRONG))(
		'tells the model all in one message: %s (FAULTS E13)',
		async (_what, [ask, expected, prepare]) => {
			prepare?.();
			const [heard] = await callTool(1, ask);
			expect(heard).toMatch(expected);
			expect(heard).not.toMatch(/Details:|\bItem\b|undefined|Correct it in the node/);
		},
	);
});
