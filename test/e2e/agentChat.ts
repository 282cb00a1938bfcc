import type { N8nRest } from '../../tooling/n8n/rest';
import { publishCopy } from './exampleCopy';
import { post } from './webhooks';

/** The example workflow. */
export const NAME = 'AI agent draws';

const TOOL = 'n8n-nodes-flux-image.fluxImageTool';
const AGENT = '@n8n/n8n-nodes-langchain.agent';
const CHAT_TRIGGER = '@n8n/n8n-nodes-langchain.chatTrigger';

/** A copy of an example workflow that anybody on this machine may talk to. */
export interface Chat {
	/** Part of the address; unique in this n8n. */
	webhookId: string;
	/** Version of the agent node: 3 lets the engine run the tool, 2.2 runs it itself. */
	agentVersion: number;
	/** Whether model and agent hand on each word as it comes. */
	streaming: boolean;
	/** Options of the tool beside those of the example. */
	toolOptions?: Record<string, unknown>;
	/** Of the agent; absent: the example's. */
	maxIterations?: number;
	/** Name of the example; absent: `NAME`. */
	example?: string;
}

/** Publishes a copy of the example workflow, and returns the path of its chat's webhook. */
export async function openChat(rest: N8nRest, chat: Chat): Promise<string> {
	await publishCopy(rest, {
		example: chat.example ?? NAME,
		name: chat.webhookId,
		change: (node) => ({
			...node,
			...(node.type === CHAT_TRIGGER ? { webhookId: chat.webhookId } : {}),
			...(node.type === AGENT ? { typeVersion: chat.agentVersion } : {}),
			parameters: { ...node.parameters, ...changesOf(node.type, chat, node.parameters) },
		}),
	});
	return `${chat.webhookId}/chat`;
}

function changesOf(
	type: string,
	{ streaming, toolOptions, maxIterations }: Chat,
	{ options }: Record<string, unknown>,
): Record<string, unknown> {
	const responseMode = streaming ? 'streaming' : 'lastNode';
	const ofAgent = { enableStreaming: streaming, ...(maxIterations ? { maxIterations } : {}) };
	const changes: Record<string, object> = {
		[CHAT_TRIGGER]: { public: true, mode: 'webhook', options: { responseMode } },
		[AGENT]: { options: { ...(options as object), ...ofAgent } },
		[TOOL]: { options: { ...(options as object), ...toolOptions } },
	};
	return { ...changes[type] };
}

/** Says something in the chat, and returns all that comes back, in whatever form n8n sends it. */
export async function talk(path: string, chatInput: string): Promise<string> {
	const said = { action: 'sendMessage', sessionId: 'one', chatInput };
	const { statusCode, bytes } = await post(path, said);
	const text = bytes.toString();
	if (statusCode !== 200) throw new Error(`The chat answered ${statusCode}: ${text}`);
	const lines = text.split('\n').filter(Boolean);
	const parts = lines.map((line) => JSON.parse(line) as { output?: string; content?: string });
	return parts.map(({ output, content }) => output ?? content ?? '').join('');
}
