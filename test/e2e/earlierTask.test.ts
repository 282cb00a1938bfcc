import { request } from 'undici';
import { digest } from '../n8n/digest';
import type { N8nRest } from '../../tooling/n8n/rest';
import { openChat, talk, type Chat } from './agentChat';
import { drawnFor, taskWith, tasksWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { startOpenAiStub, type OpenAiStub } from '../../tooling/chatModel/openAiStub';
import { recordOutput } from './outputs';

const WORKFLOW = 'Edit over several turns';

const chats: Chat[] = [
	{ webhookId: 'turns-3', agentVersion: 3, streaming: false, example: WORKFLOW },
	{ webhookId: 'turns-2', agentVersion: 2.2, streaming: false, example: WORKFLOW },
];

/** The picture at the address that was said. */
async function pictureIn(said: string): Promise<Buffer> {
	const [url = ''] = /http[^\s"\\)]+/.exec(said) ?? [];
	const { body } = await request(url);
	return Buffer.from(await body.arrayBuffer());
}

/** The request ids that the conversation names, the latest last. */
const idsIn = (text: string) => [...text.matchAll(/Request ID: (\S+)/g)].map(([, id]) => id);

describe(`the workflow "${WORKFLOW}"`, () => {
	let model: OpenAiStub;
	let rest: N8nRest;

	beforeAll(async () => {
		const isChange = (words: string) => words.startsWith('Now');
		model = await startOpenAiStub(
			(words, _call, messages) => {
				if (!isChange(words)) return { prompt: words };
				const told = messages.filter(({ role }) => role === 'assistant');
				const [id] = idsIn(told.map(({ content }) => content).join('\n')).slice(-1);
				return { prompt: words, requestId: words.includes('lost') ? 'mmsu_nobody' : id };
			},
			{ calls: 1, atOnce: 1 },
			(words) => (isChange(words) ? 'Edit_picture' : 'Draw_picture'),
		);
		rest = await openN8n();
		await rest.saveCredential('OpenAI account', 'openAiApi', model.credential);
	});

	afterAll(async () => {
		await model.close();
	});

	it.each(chats)('changes what it drew a turn before, and that again: $webhookId', async (chat) => {
		const path = await openChat(rest, chat);
		const words = [`Draw a red apple for ${chat.webhookId}`, 'Now make it green', 'Now cut it'].map(
			(each, turn) => (turn === 0 ? each : `${each} for ${chat.webhookId}`),
		);
		const pictures: Buffer[] = [];
		for (const [turn, each] of words.entries()) {
			const said = await talk(path, each);
			const picture = await pictureIn(said);
			const task = await taskWith(each);
			expect(task).toMatchObject({ billed: 1, state: 'completed' });
			expect(idsIn(said)).toEqual([task.id]);
			// It was drawn from the picture of the turn before, and from no other.
			const [drawn] = await drawnFor(task, pictures.slice(turn - 1, turn));
			expect(digest(picture)).toBe(drawn && digest(drawn));
			pictures.push(picture);
		}
		if (chat === chats[0]) recordOutput(WORKFLOW, ...pictures);
	});

	it('lets the model hear that an earlier picture is not there, and pays nothing', async () => {
		const words = 'Now make the lost one blue';
		await talk('turns-3/chat', words);
		const heard = model.requests.at(-1)?.messages.at(-1);
		expect(heard?.role).toBe('tool');
		expect(heard?.content).toContain('The picture of an earlier task could not be had');
		expect(heard?.content).toContain('task mmsu_nobody');
		expect(heard?.content).toContain('nothing was billed');
		expect(await tasksWith(words)).toEqual([]);
	});
});
