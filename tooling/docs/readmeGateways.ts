import { GATEWAYS } from '../../nodes/FluxImage/gateways';
import type { Gateway } from '../../nodes/FluxImage/gateways/gateway';
import { credentials, realBaseUrl } from '../credentials';
import { code, fillPart, link, table } from './markdown';

/** The words around the names of gateways, by language. */
const WORDS = {
	en: {
		head: ['Gateway', 'Credential in n8n', 'Key from', 'Base URL', 'What Test asks'],
		unknownTask: 'the status of a task that does not exist',
		balance: 'the balance of the account',
		or: ' or ',
		and: ' and ',
	},
	ru: {
		head: ['Шлюз', 'Учётные данные в n8n', 'Где взять ключ', 'Base URL', 'Что спрашивает Test'],
		unknownTask: 'состояние несуществующей задачи',
		balance: 'баланс счёта',
		or: ' или ',
		and: ' и ',
	},
} as const;

const gateways = Object.values<Gateway>(GATEWAYS);

/** A README with its table of keys, and its sentences that name gateways, as the code has them. */
export function fillGateways(text: string, language: keyof typeof WORDS): string {
	const { or, and } = WORDS[language];
	const unable = gateways.filter(({ cancel }) => !cancel);
	const lists = {
		gateways: listed(gateways, or),
		'gateways that cancel': listed(gateways.filter(({ cancel }) => cancel)),
		'gateways that need the model': listed(
			gateways.filter(({ modelInTaskUrl }) => modelInTaskUrl),
			and,
		),
		'gateways without cancel': listed(unable, and),
	};
	const withKeys = fillPart(text, 'keys', keyTable(language));
	return Object.entries(lists).reduce((filled, list) => fillList(filled, ...list), withKeys);
}

function keyTable(language: keyof typeof WORDS): string {
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

/** `A, B and C`. */
function listed(some: readonly Gateway[], lastSeparator = ', '): string {
	const names = some.map(({ displayName }) => displayName);
	const [last, ...others] = names.reverse();
	return [others.reverse().join(', '), last].filter(Boolean).join(lastSeparator);
}

/** Replaces what stands between the comment of that name and the next `end`, wherever it is. */
function fillList(text: string, name: string, content: string): string {
	const place = new RegExp(`(<!-- ${name} -->).*?(<!-- end -->)`, 'g');
	if (text.search(place) < 0) throw new Error(`No comments mark the place of "${name}"`);
	return text.replaceAll(place, (_, begin: string, end: string) => `${begin}${content}${end}`);
}
