import type { INode, INodeType } from 'n8n-workflow';

import { FluxImage } from '../../nodes/FluxImage/FluxImage.node';
import {
	FLUX_NAME,
	FLUX_TYPE,
	nodeType,
	plainNode,
	startWorkflow,
} from '../../tooling/engine/engine';
import { NodeHarness, type Ask } from './nodeHarness';

let harness: NodeHarness;

beforeAll(async () => (harness = await NodeHarness.open()));
afterAll(async () => await harness.close());
beforeEach(() => harness.reset());

/** What n8n's own agents call: a tool that it has made of the node. */
interface Tool {
	invoke(call: object): Promise<string>;
}

/** The type that n8n makes of the node for agents: its name and its output are what counts here. */
function toolType(): INodeType {
	const node = new FluxImage();
	node.description = { ...node.description, inputs: [], outputs: ['ai_tool'] };
	return node;
}
const TOOL_TYPE = `${FLUX_TYPE}Tool`;

/** An agent without a model: it calls its tool so many times, one call after the other. */
function agent(calls: number, heard: string[]): INodeType {
	const type = nodeType(['done'], async function () {
		const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as Tool[];
		for (let call = 0; call < calls; call++) {
			heard.push(await tool!.invoke({}).catch((error: Error) => error.message));
		}
		return [this.getInputData()];
	});
	return {
		...type,
		description: { ...type.description, inputs: ['main', 'ai_tool'] },
	};
}

/** What the agent hears of its calls, the tool trying up to three times. */
async function callTool(calls: number, ask: Ask = {}): Promise<string[]> {
	const { node, credentials } = harness.node({
		...ask,
		parameters: {
			prompt: 'A red apple',
			toolDescription: 'Draws',
			descriptionType: 'manual',
			...ask.parameters,
		},
	});
	const retries: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
	const heard: string[] = [];
	const { finished } = startWorkflow(
		[
			plainNode('Items'),
			plainNode('Agent', 'test.agent'),
			{ ...node, ...retries, type: TOOL_TYPE },
		],
		{
			Items: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			[FLUX_NAME]: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		{ credentials },
		{ 'test.agent': agent(calls, heard), [TOOL_TYPE]: toolType() },
	);
	const { run } = await finished;
	expect(run.data.resultData.error).toBeUndefined();
	return heard;
}

describe("As an agent's tool", () => {
	it('hands the agent the link of the picture', async () => {
		const [heard] = await callTool(1);
		expect(heard).toContain(harness.taskIds()[0]);
		expect(heard).toMatch(/"url":"http/);
	});

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
			{ parameters: { prompt: '[picture=expired]' }, options: { timeout: 1 } },
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
