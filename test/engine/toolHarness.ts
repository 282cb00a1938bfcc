import type { INode, INodeType } from 'n8n-workflow';

import { FluxImage } from '../../nodes/FluxImage/FluxImage.node';
import {
	FLUX_NAME,
	FLUX_TYPE,
	nodeType,
	plainNode,
	startWorkflow,
} from '../../tooling/engine/engine';
import type { Ask, NodeHarness } from './nodeHarness';

/** What n8n's own agents call: a tool that it has made of the node. */
interface Tool {
	invoke(values: object): Promise<string>;
}

const TOOL_TYPE = `${FLUX_TYPE}Tool`;

/** The type that n8n makes of the node for agents: its name and its output are what counts here. */
function toolType(): INodeType {
	const node = new FluxImage();
	const name = `${node.description.name}Tool`;
	node.description = { ...node.description, name, inputs: [], outputs: ['ai_tool'] };
	return node;
}

/** An agent without a model: it calls its tool with these values, one call after the other. */
function agent(calls: readonly object[], heard: string[]): INodeType {
	const type = nodeType(['done'], async function () {
		const [tool] = (await this.getInputConnectionData('ai_tool', 0)) as Tool[];
		for (const values of calls) {
			heard.push(await tool!.invoke(values).catch((error: Error) => error.message));
		}
		return [this.getInputData()];
	});
	return {
		...type,
		description: { ...type.description, inputs: ['main', 'ai_tool'] },
	};
}

/** What a test asks of the tool. */
export interface ToolAsk extends Ask {
	/** Whether the caller gives no execution, as the MCP Server Trigger. */
	readonly byMcp?: boolean;
}

/**
 * What an agent hears of its calls, the tool trying up to three times.
 *
 * @param calls the values that the model gives, a call each
 */
export async function callToolOf(
	harness: NodeHarness,
	calls: readonly object[],
	{ byMcp = false, ...ask }: ToolAsk = {},
): Promise<string[]> {
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
		{
			credentials,
			...(ask.items && { items: ask.items }),
			...(byMcp ? { executionId: null } : {}),
		},
		{ 'test.agent': agent(calls, heard), [TOOL_TYPE]: toolType() },
	);
	const { run } = await finished;
	const { error } = run.data.resultData;
	if (error) throw error;
	return heard;
}
