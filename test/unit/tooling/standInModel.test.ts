import { request } from 'undici';

import { startStandInModel } from '../../../tooling/chatModel/standInModel';
import type { OpenAiStub } from '../../../tooling/chatModel/openAiStub';

let model: OpenAiStub;

beforeAll(async () => (model = await startStandInModel()));
afterAll(async () => await model.close());

interface Said {
	content: string | null;
	tool_calls?: Array<{ function: { name: string; arguments: string } }>;
}

/** What the model says to a conversation, its tools being those of an example. */
async function answer(messages: Array<{ role: string; content: string }>, tools: string[]) {
	const { apiKey, url } = model.credential;
	const { body } = await request(`${url}/chat/completions`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
		body: JSON.stringify({
			model: 'any',
			messages,
			tools: tools.map((name) => ({ function: { name, parameters: { properties: {} } } })),
		}),
	});
	const { choices } = (await body.json()) as { choices: [{ message: Said }] };
	return choices[0].message;
}

/** The call that it makes. */
async function say(messages: Array<{ role: string; content: string }>, tools: string[]) {
	const call = (await answer(messages, tools)).tool_calls?.[0]?.function;
	return call && { name: call.name, values: JSON.parse(call.arguments) as object };
}

const user = (content: string) => ({ role: 'user', content });

describe('The stand-in for a chat model', () => {
	it('hands a wish on as the prompt of the one tool that draws', async () => {
		expect(await say([user('Draw a lighthouse, for a wide banner')], ['Draw_picture'])).toEqual({
			name: 'Draw_picture',
			values: { prompt: 'Draw a lighthouse, for a wide banner', aspectRatio: '16:9' },
		});
	});

	it('changes the picture that it told of last, where a person begins with "Now"', async () => {
		const told = (id: string) => ({
			role: 'assistant',
			content: `Here is your picture: ![picture](http://x/1.png) (Request ID: ${id} )`,
		});
		const talk = [user('Draw an apple'), told('mmsu_1'), user('Now cut it'), told('mmsu_2')];
		expect(
			await say([...talk, user('Now make it green')], ['Draw_picture', 'Edit_picture']),
		).toEqual({
			name: 'Edit_picture',
			values: { prompt: 'Now make it green', aspectRatio: '1:1', requestId: 'mmsu_2' },
		});
	});

	it('draws a word that only begins like "now"', async () => {
		const call = await say([user('Nowhere, as a place')], ['Draw_picture', 'Edit_picture']);
		expect(call?.name).toBe('Draw_picture');
	});

	describe('tells', () => {
		const SENTENCE = 'The picture was blocked. Help: http://x/help';
		const told = async (result: string) =>
			(await answer([user('Draw'), { role: 'tool', content: result }], ['Draw_picture'])).content;

		it.each([
			['a list of items', JSON.stringify([{ error: SENTENCE, status: 'failed' }])],
			['one error', JSON.stringify({ error: SENTENCE, errorType: 'NodeApiError' })],
		])("why the tool failed, in the tool's own words: %s", async (_what, result) => {
			expect(await told(result)).toBe(`The tool failed: ${SENTENCE}`);
		});

		it('of the picture, where an error came beside it', async () => {
			const items = [{ error: 'One of two was blocked' }, { url: 'http://x/2.png' }];
			expect(await told(JSON.stringify(items))).toBe(
				'Here is your picture: ![picture](http://x/2.png)',
			);
		});

		it('what it heard, where that is neither', async () => {
			expect(await told('null')).toBe('No URL in: null');
			expect(await told('Nothing')).toBe('No URL in: Nothing');
		});
	});
});
