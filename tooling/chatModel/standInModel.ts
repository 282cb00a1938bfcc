import { startOpenAiStub, type OpenAiStub } from './openAiStub';

/** What "Edit over several turns" asks a person to write, for a picture that is there already. */
const CHANGE = /^now\b/i;
/** Words for a picture that is wider than high. */
const WIDE = /\b(wide|banner|panorama)\b/i;
const REQUEST_ID = /Request ID: (\S+)/g;
const ONE_CALL = { calls: 1, atOnce: 1 };

/**
 * Starts a stand-in for a chat model, so that the example agents work without an account: it hands each
 * wish on as the prompt, and what begins with "Now" as a change of the picture that was made last.
 */
export async function startStandInModel(): Promise<OpenAiStub> {
	return await startOpenAiStub(
		(words, _call, messages) => ({
			prompt: words,
			aspectRatio: WIDE.test(words) ? '16:9' : '1:1',
			...(CHANGE.test(words) ? { requestId: lastRequestId(messages) } : {}),
		}),
		ONE_CALL,
		(words, tools) => tools.find((name) => name.startsWith(CHANGE.test(words) ? 'Edit' : 'Draw')),
	);
}

/** The request id that the model itself told last; blank where it has told none. */
function lastRequestId(messages: ReadonlyArray<{ role: string; content: string | null }>): string {
	const told = messages.filter(({ role }) => role === 'assistant');
	const ids = [
		...told
			.map(({ content }) => content ?? '')
			.join('\n')
			.matchAll(REQUEST_ID),
	];
	return ids.at(-1)?.[1] ?? '';
}
