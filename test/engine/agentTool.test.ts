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
		parameters: { prompt: 'A red apple', toolDescription: 'Draws', descriptionType: 'manual' },
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
});
