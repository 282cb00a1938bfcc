import { definitions, gateways, modelsOf, type Gateway } from './gateways';
import type { SandboxKeys } from './keys';
import { troubleHelp } from './prompts';
import { documentedQuirks } from './quirks';

/** The addresses and keys to tell about. */
export interface Addresses {
	url: string;
	pictureUrl: string;
	baseUrls: Record<Gateway, string>;
	keys: SandboxKeys;
}

/** How to use a running sandbox, as plain text. */
export function instructions({ url, pictureUrl, baseUrls, keys }: Addresses): string {
	return [
		'The FLUX sandbox: image gateways on this machine. Nothing is billed.',
		'',
		'Base URLs',
		...gateways.map((gateway) => row(gateway, baseUrls[gateway])),
		row('pictures', pictureUrl),
		'',
		'Keys (any other is refused)',
		...Object.entries(keys).map(([role, key]) => row(role, key as string)),
		'',
		'Models',
		...gateways.map((gateway) => row(gateway, modelsOf(gateway).join(' '))),
		'',
		'Prompts that ask for trouble',
		...troubleHelp.map(([marker, meaning]) => row(marker, meaning)),
		'',
		'Quirks, with their defaults',
		...Object.entries(documentedQuirks).map(([name, value]) => row(name, JSON.stringify(value))),
		'',
		'For tests in another process',
		row('GET', `${url}/sandbox (this page), and each page below`),
		row('POST', '/sandbox/faults with a row or a list of rows; /sandbox/quirks with changes'),
		row('POST', '/sandbox/limits with a row or a list of rows, in place of those before'),
		row('DELETE', '/sandbox/ledger, /sandbox/faults, /sandbox/limits, /sandbox/quirks'),
		row('a fault', '{"call": "create", "fault": "reset", "when": "afterAcceptance", "nth": 1}'),
		row('a limit', '{"kind": "tasks", "most": 3}'),
		'',
		'Try it',
		...curls(baseUrls, keys.valid),
		'',
	].join('\n');
}

function row(name: string, text: string): string {
	return `  ${name.padEnd(22)} ${text}`;
}

function curls(baseUrls: Record<Gateway, string>, key: string): string[] {
	return gateways.map((gateway) => {
		const { path, body } = definitions[gateway].example;
		return (
			`  curl ${baseUrls[gateway]}${path} -H 'Authorization: Bearer ${key}' \\\n` +
			`    -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`
		);
	});
}
