import type { N8nRest } from '../../tooling/n8n/rest';
import { openChat, talk, type Chat } from './agentChat';
import { tasksWith } from './gatewayTasks';
import { openN8n } from './n8n';
import { startOpenAiStub, type Insistence } from '../../tooling/chatModel/openAiStub';

const CALLS = 100;
const MAX_PAID_TASKS = 3;

/** Three lets the engine run the tool, one call after the other; 2.2 runs calls side by side. */
const agents: ReadonlyArray<Pick<Chat, 'agentVersion'> & Insistence> = [
	{ agentVersion: 3, calls: CALLS, atOnce: 1 },
	{ agentVersion: 3, calls: CALLS, atOnce: CALLS },
	{ agentVersion: 2.2, calls: CALLS, atOnce: CALLS },
];

describe('an agent that asks a hundred times, with Max Paid Tasks per Execution', () => {
	let rest: N8nRest;

	beforeAll(() => (rest = openN8n()));

	it.each(agents)(
		'pays as often as it may, hears why, and ends: agent $agentVersion, $atOnce calls at once',
		async ({ agentVersion, ...insistence }) => {
			const prompt = (words: string, call: number) => `Call ${call} for ${words}`;
			const model = await startOpenAiStub(
				(words, call) => ({ prompt: prompt(words, call), aspectRatio: '1:1' }),
				insistence,
			);
			try {
				await rest.saveCredential('OpenAI account', 'openAiApi', model.credential);
				const webhookId = `limit-${agentVersion}-${insistence.atOnce}`;
				const path = await openChat(rest, {
					...{ webhookId, agentVersion, streaming: false, maxIterations: 2 * CALLS },
					toolOptions: { maxPaidTasks: MAX_PAID_TASKS },
				});
				const said = await talk(path, webhookId);

				const calls = Array.from({ length: CALLS }, (_, index) => index + 1);
				const made = await Promise.all(
					calls.map(async (call) => (await tasksWith(prompt(webhookId, call))).length),
				);
				expect(made.reduce((sum, count) => sum + count, 0)).toBe(MAX_PAID_TASKS);
				expect(Math.max(...made)).toBe(1);
				const heard = (model.requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool');
				expect(heard).toHaveLength(CALLS);
				const refused = heard.filter(({ content }) => content?.includes('Max Paid Tasks'));
				expect(refused).toHaveLength(CALLS - MAX_PAID_TASKS);
				expect(refused.every(({ content }) => content?.includes('Do not call again'))).toBe(true);
				// Which result comes last differs between agents.
				expect(said).toMatch(/^Here is your picture|Max Paid Tasks/);
			} finally {
				await model.close();
			}
		},
		300_000,
	);
});
