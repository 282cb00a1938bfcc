import Fastify, { type FastifyReply } from 'fastify';

/** A message of the chat, as the chat completions API has it. */
interface ChatMessage {
	role: 'system' | 'user' | 'assistant' | 'tool';
	content: string | null;
}

/** What n8n asks of a chat model. */
export interface ChatRequest {
	model: string;
	stream?: boolean;
	messages: ChatMessage[];
	tools?: Array<{
		function: { name: string; parameters: { properties: Record<string, unknown> } };
	}>;
}

/** What the model says: words, or the call of a tool. */
type Reply =
	| { content: string }
	| {
			content: null;
			tool_calls: Array<{
				id: string;
				type: 'function';
				function: { name: string; arguments: string };
			}>;
	  };

/** How a model calls the tool for a person's words. */
export interface Insistence {
	/** How many calls it makes before it says anything. */
	calls: number;
	/** How many of them in one message. */
	atOnce: number;
}

const ONE_CALL: Insistence = { calls: 1, atOnce: 1 };

/**
 * A language model without a mind: it calls a tool, by default the first and once, then shows the picture
 * that came back last as Markdown, by its share link where there is one, and says its request id; or why
 * the tool failed.
 */
export interface OpenAiStub {
	/** What an OpenAI credential holds to reach it. */
	credential: { apiKey: string; url: string; header: false };
	/** All that it was asked, in order. */
	requests: ChatRequest[];
	close(): Promise<void>;
}

const API_KEY = 'sk-of-the-stub';

/**
 * What the model passes to the tool for a person's words, in a call that is counted from 1.
 *
 * @param messages the conversation so far, as n8n's memory has it
 */
type ArgumentsFor = (
	words: string,
	call: number,
	messages: readonly ChatMessage[],
) => Record<string, unknown>;

/** Which of its tools, by their names, the model calls for a person's words; absent: the first. */
type ToolFor = (words: string, tools: readonly string[]) => string | undefined;

/**
 * Starts an OpenAI-compatible server on the loopback that speaks chat completions with tool calls,
 * streamed where that is asked for.
 *
 * @param insistence whatever comes back, the model goes on calling
 */
export async function startOpenAiStub(
	argumentsFor: ArgumentsFor,
	insistence = ONE_CALL,
	toolFor?: ToolFor,
): Promise<OpenAiStub> {
	const server = Fastify();
	const requests: ChatRequest[] = [];
	server.get('/v1/models', () => ({ object: 'list', data: [{ id: 'gpt-4.1-mini' }] }));
	server.post('/v1/chat/completions', async (request, reply) => {
		if (request.headers.authorization !== `Bearer ${API_KEY}`) {
			return await reply.code(401).send({ error: { message: 'Incorrect API key provided' } });
		}
		const asked = request.body as ChatRequest;
		requests.push(asked);
		const said = replyTo(asked, argumentsFor, insistence, toolFor);
		return asked.stream ? await stream(reply, asked, said) : completion(asked, said);
	});
	const url = await server.listen({ host: '127.0.0.1', port: 0 });
	return {
		credential: { apiKey: API_KEY, url: `${url}/v1`, header: false },
		requests,
		close: async () => await server.close(),
	};
}

/** In JSON that may stand as a text in JSON. */
const SHARE_URL = /\\*"shareUrl\\*":\s*\\*"(https?:[^\s"\\]+)/;
const ANY_URL = /(https?:\/\/[^\s"\\]+)/;

function replyTo(
	{ messages, tools }: ChatRequest,
	argumentsFor: ArgumentsFor,
	{ calls, atOnce }: Insistence,
	toolFor?: ToolFor,
): Reply {
	const asked = messages.findLastIndex(({ role }) => role === 'user');
	const results = messages.slice(asked + 1).filter(({ role }) => role === 'tool');
	if (results.length >= calls) {
		const content = results.at(-1)?.content ?? '';
		const failure = failureIn(content);
		if (failure) return { content: `The tool failed: ${failure}` };
		const [, url] = SHARE_URL.exec(content) ?? ANY_URL.exec(content) ?? [];
		const [, id] = /"requestId":\s*"([^"]+)"/.exec(content) ?? [];
		const ofTask = id === undefined ? '' : ` (Request ID: ${id} )`;
		return {
			content: url ? `Here is your picture: ![picture](${url})${ofTask}` : `No URL in: ${content}`,
		};
	}
	const words = messages[asked]?.content ?? '';
	const names = tools?.map((each) => each.function.name) ?? [];
	const wanted = toolFor?.(words, names);
	const tool = tools?.find(({ function: { name } }) => wanted === undefined || name === wanted);
	if (!tool) return { content: 'I was given no such tool.' };
	const { name } = tool.function;
	const count = Math.min(atOnce, calls - results.length);
	const numbers = Array.from({ length: count }, (_, index) => results.length + index + 1);
	const toolCalls = numbers.map((number) => {
		const values = argumentsFor(words, number, messages);
		const call = { name, arguments: JSON.stringify(values) };
		return { id: `call_${number}`, type: 'function' as const, function: call };
	});
	return { content: null, tool_calls: toolCalls };
}

/**
 * The sentence of a tool that failed: n8n hands over JSON, of one error or of a list of items. Absent
 * where a picture came too, since an item may tell of an error beside it.
 */
function failureIn(content: string): string | undefined {
	const items = [parsed(content)].flat().filter((item) => typeof item === 'object');
	const fields = items.map((item) => item as { error?: unknown; url?: unknown } | null);
	if (fields.some((item) => item?.url)) return undefined;
	const errors = fields.map((item) => item?.error).filter((error) => typeof error === 'string');
	return errors[0];
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const finishOf = (said: Reply): string => ('tool_calls' in said ? 'tool_calls' : 'stop');
const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };

function completion({ model }: ChatRequest, said: Reply): object {
	const message = { role: 'assistant', ...said };
	const choices = [{ index: 0, message, finish_reason: finishOf(said) }];
	return { id: 'chatcmpl-1', object: 'chat.completion', created: 0, model, choices, usage };
}

/** Words come in pieces, as from the real one. */
async function stream(reply: FastifyReply, { model }: ChatRequest, said: Reply): Promise<unknown> {
	const calls = 'tool_calls' in said ? said.tool_calls : [];
	const deltas: object[] = [
		{ role: 'assistant', content: '' },
		...calls.map((call, index) => ({ tool_calls: [{ index, ...call }] })),
		...(said.content?.split(/(?<= )/) ?? []).map((content) => ({ content })),
	];
	const shared = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model };
	const chunks = [
		...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
		{ choices: [{ index: 0, delta: {}, finish_reason: finishOf(said) }] },
		{ choices: [], usage },
	];
	const events = chunks.map((chunk) => `data: ${JSON.stringify({ ...shared, ...chunk })}\n\n`);
	return await reply.type('text/event-stream').send([...events, 'data: [DONE]\n\n'].join(''));
}
