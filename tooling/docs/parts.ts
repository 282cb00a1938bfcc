import { posix } from 'node:path';

import { architectureDiagram } from './architecture';
import { byHandTable } from './byHandTable';
import { errorTable, problemTable } from './errorTables';
import { gatewayList, keyTable } from './gatewayParts';
import type { Language } from './markdown';
import { offerTable, sellerTable } from './modelTables';
import { publicWorkflowTable } from './publicWorkflows';
import { toolTable } from './toolPage';

/** Where a part stands. */
interface Place {
	readonly language: Language;
	/** The way from the document to a page of `docs/models`. */
	readonly modelPage: (name: string) => string;
}

/** Blocks that stand between the comments `begin` and `end` of a name. */
const BLOCKS: Readonly<Record<string, (place: Place) => string>> = {
	keys: ({ language }) => keyTable(language),
	models: ({ language, modelPage }) => sellerTable(language, modelPage),
	offers: ({ language, modelPage }) => offerTable(language, modelPage),
	expressions: ({ language }) => toolTable(language),
	problems: ({ language }) => problemTable(language),
	// In English: the remedies in another language are a translator's work, whose rows a test holds.
	errors: () => errorTable(),
	'by hand': ({ language }) => byHandTable(language),
	diagram: () => architectureDiagram(),
	workflows: () => publicWorkflowTable(),
};

/** Words that stand between the comment of a name and the next `end`. */
const WORDS: Readonly<Record<string, (place: Place) => string>> = {
	gateways: ({ language }) => gatewayList('or', language),
	'gateways that cancel': ({ language }) => gatewayList(',', language, ({ cancel }) => !!cancel),
	'gateways that need the model': ({ language }) =>
		gatewayList('and', language, ({ modelInTaskUrl }) => modelInTaskUrl),
	'gateways without cancel': ({ language }) =>
		gatewayList('and', language, ({ cancel }) => !cancel),
};

const BLOCK = /(<!-- begin ([\w ]+):[^>]*-->\n)[^]*?(<!-- end \2 -->)/g;
const WORD = /(<!-- ([\w ]+) -->).*?(<!-- end -->)/g;

/**
 * A document of the project with all parts in it that are written from the code; the rest of it is
 * written by hand.
 *
 * @param path of the document, within the project: its language, and where its links start
 * @throws where a comment names a part that there is not
 */
export function fillParts(path: string, text: string): string {
	const place: Place = {
		language: isRussian(path) ? 'ru' : 'en',
		modelPage: (name) => posix.relative(posix.dirname(path), `docs/models/${name}`),
	};
	const written = (parts: typeof BLOCKS, name: string) => {
		const part = parts[name];
		if (!part) throw new Error(`${path} has a place for "${name}", which nothing writes`);
		return part(place);
	};
	return text
		.replaceAll(
			BLOCK,
			(_, begin: string, name: string, end: string) =>
				`${begin}\n${written(BLOCKS, name)}\n\n${end}`,
		)
		.replaceAll(
			WORD,
			(_, begin: string, name: string, end: string) => `${begin}${written(WORDS, name)}${end}`,
		);
}

/** Names of the parts in a document, in order. */
export const partsIn = (text: string): string[] =>
	[BLOCK, WORD].flatMap((places) => [...text.matchAll(places)].map(([, , name = '']) => name));

/** Names of all parts that can be written. */
export const PART_NAMES: readonly string[] = [...Object.keys(BLOCKS), ...Object.keys(WORDS)];

export const isRussian = (path: string): boolean => /^docs\/ru\/|\.ru\.md$/.test(path);
