import type { Account, Fixture } from './fixture';

const WEBHOOK_PATH = 'webhook/flux-image';
const FIRST_EXAMPLE = 'Draw a picture';

/** Where the demo's pictures come from. */
export type PictureSource =
	/** The sandbox of this start, by its account at each gateway. */
	| { sandbox: readonly Account[] }
	/** A real gateway, by its title. */
	| { gateway: string };

/**
 * What a person needs to begin with the demo, for the terminal.
 *
 * @param examples names of the example workflows; n8n may lack some, and hold the person's own
 */
export function startText(
	{ n8n, login, workflowUrls }: Pick<Fixture, 'n8n' | 'login' | 'workflowUrls'>,
	examples: readonly string[],
	source: PictureSource,
): string {
	const others = examples.filter((name) => name !== FIRST_EXAMPLE && workflowUrls[name]).length;
	return `
  Start here:          ${workflowUrls[FIRST_EXAMPLE] ?? n8n.url}
                       "${FIRST_EXAMPLE}": press Execute workflow
  ${`${others} more examples:`.padEnd(20)} ${n8n.url}/home/workflows
  Log in as:           ${login.email}
  Password:            ${login.password}

${'gateway' in source ? ownKeyText(source.gateway) : sandboxText(source.sandbox)}

  A picture by webhook:
    curl -G '${n8n.url}/${WEBHOOK_PATH}' --data-urlencode 'prompt=A red apple on a table' -o apple.png

  n8n's log:           ${n8n.logFile}
                       (of all starts; --fresh begins it anew)
  Stop with Ctrl-C.
`;
}

const ownKeyText = (gateway: string) =>
	`  Pictures come from ${gateway}, with your key: each costs money.`;

function sandboxText(accounts: readonly Account[]): string {
	return `  Pictures come from a sandbox on this machine, free of charge: it draws a landscape and
  prints your prompt on it. Only a real gateway draws the apple.
  The agents talk to a stand-in for a chat model, which calls the tool with your own words as
  the prompt. It fills Prompt and Aspect Ratio alone: other fields left to the model stay empty.
  Prompts that ask for trouble:
    A red apple [moderated]    the gateway blocks it
    A red apple [slow]         it takes 30 seconds: press Stop meanwhile

  Its credentials are in place. To make one by hand, give it these: its Test works with them.
${accounts.map(({ gateway, baseUrl }) => row(`${gateway.title}:`, baseUrl)).join('\n')}
${row('API Key:', [...new Set(accounts.map(({ apiKey }) => apiKey))].join(' '))}
  The next start has a new sandbox, at another port and without the tasks of this one: there a
  Pay Once Key makes its picture anew. To try a key across a restart, run "npm run sandbox" in a
  second terminal, and put its Base URL and key in a credential with a name of your own.`;
}

const row = (name: string, text: string) => `    ${name.padEnd(18)} ${text}`;
