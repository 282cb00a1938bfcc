import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import type { Gateway } from '../../nodes/FluxImage/gateways/gateway';
import { credentials, realBaseUrl } from '../credentials';
import { code, link, table, type Language } from './markdown';

/** The words around the names of gateways, by language. */
const WORDS = {
	en: {
		head: ['Gateway', 'Credential in n8n', 'Key from', 'Base URL', 'What Test asks'],
		unknownTask: 'the status of a task that does not exist',
		balance: 'the balance of the account',
		or: ' or ',
		and: ' and ',
		',': ', ',
	},
	ru: {
		head: ['Шлюз', 'Учётные данные в n8n', 'Где взять ключ', 'Base URL', 'Что спрашивает Test'],
		unknownTask: 'состояние несуществующей задачи',
		balance: 'баланс счёта',
		or: ' или ',
		and: ' и ',
		',': ', ',
	},
} as const;

const gateways = Object.values<Gateway>(GATEWAYS);

/** A row for the key of each gateway. */
export function keyTable(language: Language): string {
	const { head, unknownTask, balance } = WORDS[language];
	const rows = gateways.map(({ displayName, credentialType, credentialProbe }) => {
		const baseUrl = realBaseUrl(credentialType);
		const { host, origin } = new URL(baseUrl);
		const asks = credentialProbe().path.endsWith('/balance') ? balance : unknownTask;
		const title = credentials.find(({ name }) => name === credentialType)?.displayName ?? '';
		return [displayName, title, link(host, origin), code(baseUrl), asks];
	});
	return table(head, rows);
}

/** The names of those gateways, as in `A, B and C`. */
export function gatewayList(
	lastSeparator: 'or' | 'and' | ',',
	language: Language,
	isListed: (gateway: Gateway) => boolean = () => true,
): string {
	const names = gateways.filter(isListed).map(({ displayName }) => displayName);
	const last = names.pop();
	return [names.join(', '), last].filter(Boolean).join(WORDS[language][lastSeparator]);
}
