import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal';

const API_KEY = 'sk-of-the-town';

/** A chat model without a mind. */
export interface ChatModel {
	/** What it says to everything. */
	words: string;
	/** What n8n's credential of type `openAiApi` holds. */
	credential(): Record<string, unknown>;
}

/**
 * OpenAI's chat completions, `POST /v1/chat/completions`, without tools and whole: the model says its words.
 * Refuses keys that are not its own.
 *
 * @param origin address of the server, once it listens
 */
export function addChatModel(server: FastifyInstance, origin: () => string): ChatModel {
	const chat: ChatModel = {
		words: 'A picture.',
		credential: () => ({ apiKey: API_KEY, url: `${origin()}/v1`, header: false }),
	};
	server.get('/v1/models', () => ({ object: 'list', data: [{ id: 'gpt-4.1-mini' }] }));
	server.post<{ Body: { model: string } }>('/v1/chat/completions', ({ headers, body }) => {
		if (headers.authorization !== `Bearer ${API_KEY}`) {
			throw new Refusal(401, { error: { message: 'Incorrect API key provided' } });
		}
		const message = { role: 'assistant', content: chat.words };
		return {
			...{ id: 'chatcmpl-1', object: 'chat.completion', created: 0, model: body.model },
			choices: [{ index: 0, message, finish_reason: 'stop' }],
			usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
		};
	});
	return chat;
}
