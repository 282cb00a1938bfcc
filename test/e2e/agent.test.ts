import { join } from 'node:path';
import { request } from 'undici';
import { N8nRest } from '../../tooling/n8n/rest';
import { mapNodes, readWorkflows, type Workflow } from '../../tooling/n8n/workflow-files';
import { digest } from '../n8n/digest';
import { drawnFor, taskWith, tasksWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { startOpenAiStub, type OpenAiStub } from './openAiStub';
import { recordOutput } from './outputs';
import { post } from './webhooks';

const NAME = 'AI agent draws';
const AGENT = '@n8n/n8n-nodes-langchain.agent';
const CHAT_TRIGGER = '@n8n/n8n-nodes-langchain.chatTrigger';

/** A copy of the example workflow that anybody on this machine may talk to. */
interface Chat {
	/** Part of the address; unique in this n8n. */
	webhookId: string;
	/** Version of the agent node: 3 lets the engine run the tool, 2.2 runs it itself. */
	agentVersion: number;
	/** Whether model and agent hand on each word as it comes. */
	streaming: boolean;
}

const chats: Chat[] = [
	{ webhookId: 'agent-3', agentVersion: 3, streaming: false },
	{ webhookId: 'agent-3-streaming', agentVersion: 3, streaming: true },
	{ webhookId: 'agent-2', agentVersion: 2.2, streaming: false },
];

describe('the node as a tool of the AI agent', () => {
	let model: OpenAiStub;
	let rest: N8nRest;

	beforeAll(async () => {
		model = await startOpenAiStub((words) => ({
			prompt: `A picture in oil: ${words}`,
			aspectRatio: '16:9',
		}));
		rest = await openN8n();
		await rest.saveCredential('OpenAI account', 'openAiApi', model.credential);
	});

	afterAll(async () => {
		await model.close();
	});

	it.each(chats)('draws what the model asks for: $webhookId', async (chat) => {
		const words = `A harbor at dawn, for ${chat.webhookId}`;
		const path = await openChat(rest, chat);
		model.requests.length = 0;
		const said = await talk(path, words);

		const task = await taskWith(`A picture in oil: ${words}`);
		expect(task).toMatchObject({ gateway: 'seaArtCloud', billed: 1, state: 'completed' });
		expect(task.parameters).toMatchObject({ aspect_ratio: '16:9' });
		const [pictureUrl = ''] = /http[^\s"\\]+/.exec(said) ?? [];
		const { body } = await request(pictureUrl);
		const picture = Buffer.from(await body.arrayBuffer());
		const [drawn] = await drawnFor(task);
		expect(digest(picture)).toBe(drawn && digest(drawn));
		if (chat === chats[0]) recordOutput(NAME, picture);
	});

	it('tells the model of the fields that are left to it, and no others', async () => {
		await talk('agent-3/chat', 'What can you do?');
		const [tool, ...others] = model.requests.at(-2)?.tools ?? [];
		expect(others).toEqual([]);
		expect(tool?.function.name).toBe('Draw_picture');
		expect(Object.keys(tool?.function.parameters.properties ?? {}).sort()).toEqual([
			'aspectRatio',
			'prompt',
		]);
	});

	it('gives the model the task as JSON, the URL in it and no file', async () => {
		const words = 'A mill by the river';
		await talk('agent-3/chat', words);
		const [task] = await tasksWith(`A picture in oil: ${words}`);
		const result = model.requests.at(-1)?.messages.at(-1);
		expect(result?.role).toBe('tool');
		expect(result?.content).toContain(task?.id);
		expect(result?.content).toMatch(/"url":\s*"http/);
		expect(result?.content).not.toContain('base64');
	});

	it('lets the model hear why a prompt was refused', async () => {
		await talk('agent-3/chat', 'Something forbidden [moderated]');
		const heard = model.requests.at(-1)?.messages.at(-1);
		expect(heard?.role).toBe('tool');
		expect(heard?.content).toContain('was blocked by the moderation of SeaArt Cloud');
	});
});

/** Publishes a copy of the example workflow, and returns the path of its chat's webhook. */
async function openChat(rest: N8nRest, chat: Chat): Promise<string> {
	const examples = await readWorkflows(join(__dirname, '../../workflows'));
	const example = examples.find(({ name }) => name === NAME);
	if (!example) throw new Error(`There is no workflow "${NAME}"`);
	const credentials = await rest.call<Array<{ id: string; name: string }>>('GET', 'credentials');
	// By name: another test leaves credentials of the same type that do not work.
	const idOf = new Map(credentials.map(({ id, name }) => [name, id]));
	const saved = await rest.createWorkflow({
		...mapNodes(example, (node) => ({
			...node,
			...(node.type === CHAT_TRIGGER ? { webhookId: chat.webhookId } : {}),
			...(node.type === AGENT ? { typeVersion: chat.agentVersion } : {}),
			parameters: { ...node.parameters, ...changesOf(node.type, chat, node.parameters) },
			credentials: Object.fromEntries(
				Object.entries(node.credentials ?? {}).map(([type, { name }]) => [
					type,
					{ id: idOf.get(name) ?? null, name },
				]),
			),
		})),
		name: chat.webhookId,
	} as Workflow);
	await rest.publish(saved);
	return `${chat.webhookId}/chat`;
}

function changesOf(
	type: string,
	{ streaming }: Chat,
	{ options }: Record<string, unknown>,
): Record<string, unknown> {
	const responseMode = streaming ? 'streaming' : 'lastNode';
	const changes: Record<string, object> = {
		[CHAT_TRIGGER]: { public: true, mode: 'webhook', options: { responseMode } },
		[AGENT]: { options: { ...(options as object), enableStreaming: streaming } },
	};
	return { ...changes[type] };
}

/** Says something in the chat, and returns all that comes back, in whatever form n8n sends it. */
async function talk(path: string, chatInput: string): Promise<string> {
	const said = { action: 'sendMessage', sessionId: 'one', chatInput };
	const { statusCode, bytes } = await post(path, said);
	const text = bytes.toString();
	if (statusCode !== 200) throw new Error(`The chat answered ${statusCode}: ${text}`);
	const lines = text.split('\n').filter(Boolean);
	const parts = lines.map((line) => JSON.parse(line) as { output?: string; content?: string });
	return parts.map(({ output, content }) => output ?? content ?? '').join('');
}
