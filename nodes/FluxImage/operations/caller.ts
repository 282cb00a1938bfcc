import type { IExecuteFunctions } from 'n8n-workflow';

/** n8n makes a node type of its own for an agent's tool, with `Tool` at the end of its name. */
export const isAgentTool = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');

/** Whether a person is trying the workflow out. */
export const isTestRun = (context: IExecuteFunctions): boolean =>
	TEST_MODES.has(context.getMode() as string);

const TEST_MODES: ReadonlySet<string> = new Set(['manual', 'evaluation']);

/** The ID of the execution; n8n gives none to calls by MCP, which its type does not tell. */
export const executionIdOf = (context: IExecuteFunctions): string | undefined =>
	context.getExecutionId() as string | undefined;

/** n8n's run index of the node. */
export const runIndexOf = (context: IExecuteFunctions, itemIndex: number): number =>
	context.getWorkflowDataProxy(itemIndex).$runIndex as number;
