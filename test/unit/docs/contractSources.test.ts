import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT, readDocument, tableHeaded } from './document';

/** The pages of facts; the overview tells how to read them. */
const PAGES = readdirSync(join(PROJECT, 'docs/contracts'))
	.filter((name) => name !== 'README.md')
	.map((name) => `docs/contracts/${name}`);

/** `[S]`, `[D, November 2026]`: where a fact comes from. Links and code are none. */
const MARK = /(?<!`)\[([A-Z?]|us)(?:, [^\]]*)?\](?!\()/g;

/** A date, or the word that there is none. */
const DATE = /\b20\d\d\b|^Not told/;

/** A part of a page that stands for itself: a paragraph, an entry of a list, a row of a table. */
interface Fact {
	readonly text: string;
	/** For a row of a table: what is said right above it. */
	readonly above: string;
}

describe.each(PAGES)('%s', (path) => {
	const page = readFileSync(join(PROJECT, path), 'utf8');
	const sources = tableHeaded(readDocument(path), 'Mark').slice(1);

	it('dates each of its sources', () => {
		expect(sources.length).toBeGreaterThan(1);
		expect(sources.filter(([, , date = '']) => !DATE.test(date))).toEqual([]);
	});

	it('marks each fact with where it comes from', () => {
		expect(factsIn(page).filter((fact) => !isMarked(fact))).toEqual([]);
	});

	it('uses no mark that is not among its sources, and lists none that it does not use', () => {
		const used = factsIn(page).flatMap(({ text }) => marksIn(text));
		expect([...new Set(used)].sort()).toEqual(
			sources.map(([mark = '']) => marksIn(mark)[0]).sort(),
		);
	});
});

describe('What looks for marks', () => {
	it.each([
		['a paragraph', '## A\n\nIt is so.'],
		['an entry of a list', '## A\n\n- One [S].\n- Two.'],
		['a row of a table', '## A\n\n| A | B |\n| --- | --- |\n| one | [S] |\n| two | |'],
		['a link in place of a mark', '## A\n\nSee [S](other.md).'],
	])('finds %s that has none', (_, page) => {
		expect(factsIn(page).filter((fact) => !isMarked(fact))).toHaveLength(1);
	});

	it.each([
		['a table under a sentence with a mark', '## A\n\nThere [S]:\n\n| A |\n| --- |\n| one |'],
		['an example', '## A\n\nSo [D, November 2026]:\n\n```json\n{\n\n"a": [] }\n```'],
		['the list of sources', '## Sources\n\n| Mark | Source |\n| --- | --- |\n| x | y |'],
		['what stands above the first heading', '# The page\n\nHow to read it.'],
	])('bears %s', (_, page) => {
		expect(factsIn(page).filter((fact) => !isMarked(fact))).toEqual([]);
	});
});

/** All that a page says below its headings, its sources and its examples left out. */
function factsIn(page: string): Fact[] {
	const sections = page
		.replace(/^```[^]*?^```$/gm, '')
		.split(/^## /m)
		.slice(1);
	return sections.filter((section) => !section.startsWith('Sources\n')).flatMap(factsOf);
}

function factsOf(section: string): Fact[] {
	const blocks = section.split(/\n\n+/).slice(1);
	return blocks
		.map((block) => block.trim())
		.flatMap((block, index) => {
			if (block === '' || block.startsWith('#')) return [];
			if (!/^[-|]/.test(block)) return [{ text: block, above: '' }];
			const lines = block.split('\n');
			if (block.startsWith('-')) return lines.map((text) => ({ text, above: '' }));
			const above = blocks[index - 1] ?? '';
			return lines.slice(2).map((text) => ({ text, above: `${above}\n${lines[0]}` }));
		});
}

function isMarked({ text, above }: Fact): boolean {
	return marksIn(text).length > 0 || marksIn(above).length > 0;
}

function marksIn(text: string): string[] {
	return [...text.matchAll(MARK)].map(([, mark = '']) => mark);
}
