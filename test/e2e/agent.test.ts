import { request } from 'undici';
import type { N8nRest } from '../../tooling/n8n/rest';
import { digest } from '../n8n/digest';
import { NAME, openChat, talk, type Chat } from './agentChat';
import { fixture } from './fixture';
import { drawnFor, taskWith, tasksWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { startOpenAiStub, type OpenAiStub } from '../../tooling/chatModel/openAiStub';
import { recordOutput } from './outputs';

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

	it.each(chats)('draws what the model asks for, and shows it: $webhookId', async (chat) => {
		const words = `A harbor at dawn, for ${chat.webhookId}`;
		const path = await openChat(rest, chat);
		model.requests.length = 0;
		const said = await talk(path, words);

		const task = await taskWith(`A picture in oil: ${words}`);
		expect(task).toMatchObject({ gateway: 'seaArtCloud', billed: 1, state: 'completed' });
		expect(task.parameters).toMatchObject({ aspect_ratio: '16:9' });
		const [, link = ''] = /!\[[^\]]*\]\((http[^)]+)\)/.exec(said) ?? [];
		expect(link).toContain(`${fixture.url}/rest/binary-data/signed?token=`);
		const { statusCode, body } = await request(link);
		expect(statusCode).toBe(200);
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
