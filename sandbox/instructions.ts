import { gateways, type Gateway } from './gateways';
import type { SandboxKeys } from './keys';
import { modelsOf } from './models';
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
		'The FLUX sandbox: four image gateways on this machine. Nothing is billed.',
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
		row('GET', `${url}/sandbox (this page), /sandbox/ledger, /sandbox/faults, /sandbox/quirks`),
		row('POST', '/sandbox/faults with a row or a list of rows; /sandbox/quirks with changes'),
		row('DELETE', '/sandbox/ledger, /sandbox/faults, /sandbox/quirks'),
		row('a fault', '{"call": "create", "fault": "reset", "when": "afterAcceptance", "nth": 1}'),
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
	const prompt = 'A red apple on a white table';
	const queueBody = { prompt, seed: 42, aspect_ratio: '16:9' };
	const bodies: Array<[address: string, body: unknown]> = [
		[`${baseUrls.seaArtCloud}/v1/queue/flux_kontext_max`, queueBody],
		[`${baseUrls.odiRouter}/v1/queue/flux_kontext_max`, queueBody],
		[
			`${baseUrls.vtrix}/v1/generation`,
			{ model: 'flux_kontext_max', input: [{ params: queueBody }] },
		],
		[
			`${baseUrls.toApis}/v1/images/generations`,
			{ model: 'flux-kontext-max', prompt, size: '16:9' },
		],
	];
	return bodies.map(
		([address, body]) =>
			`  curl ${address} -H 'Authorization: Bearer ${key}' \\\n` +
			`    -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`,
	);
}
