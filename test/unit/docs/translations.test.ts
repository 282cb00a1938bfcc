import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { MESSAGES } from '../../../nodes/FluxImage/core/messages';
import { firstCells, PROJECT, readDocument, tableHeaded, type Document } from './document';

/** Russian pages that have a name of their own, by that of their English page. */
const NAMED_APART: Readonly<Record<string, string>> = {
	'README.md': 'docs/README.ru.md',
	'docs/models/README.md': 'docs/ru/models.md',
};

const russianOf = (path: string) =>
	NAMED_APART[path] ?? path.replace(/^docs\/([\w-]+\.md)$/, 'docs/ru/$1');

const PAGES = readdirSync(join(PROJECT, 'docs/ru'))
	.map((name) => `docs/${name}`)
	.map((path) => (path === 'docs/models.md' ? 'docs/models/README.md' : path));

describe.each(['README.md', ...PAGES])('The Russian page of %s', (path) => {
	const english = readDocument(path);
	const russian = readDocument(russianOf(path));

	it('has its headings, in depth and order', () => {
		const depths = ({ headings }: Document) => headings.map(({ depth }) => depth);
		expect(depths(russian)).toEqual(depths(english));
	});

	it('has its tables, in size and order', () => {
		const sizes = ({ tables }: Document) =>
			tables.map((table) => table.map((cells) => cells.length));
		expect(sizes(russian)).toEqual(sizes(english));
	});

	it('has its numbers in every row of a table', () => {
		const numbers = ({ tables }: Document) => tables.map((table) => table.map(numbersIn));
		expect(numbers(russian)).toEqual(numbers(english));
	});

	it('has its commands and examples', () => {
		expect(russian.blocks).toEqual(english.blocks);
	});

	it('leads where it leads, to the Russian page where there is one', () => {
		const expected = placesOf(english).map((place) =>
			existsSync(join(PROJECT, russianOf(place))) ? russianOf(place) : place,
		);
		expect(placesOf(russian)).toEqual(expected);
	});

	it('is in Russian', () => {
		const { text } = russian.headings[0]!;
		expect(`${text} ${readText(russian.path)}`).toMatch(/\p{Script=Cyrillic}{3}/u);
		expect(readText(russian.path)).not.toMatch(/схем[аеуы]|рабоч\p{L}+ процесс/iu);
	});
});

describe('README.md', () => {
	it('leads to every page that has a Russian one: those for people who use the node', () => {
		const places = placesOf(readDocument('README.md'));
		expect(PAGES.filter((page) => !places.includes(page))).toEqual([]);
	});
});

describe('The Russian tables', () => {
	it.each([
		['docs/options.md', 'Option', 'Параметр'],
		['README.md', 'Workflow', 'Воркфлоу'],
		['README.md', 'Model', 'Модель'],
		['README.md', 'Field', 'Поле'],
	] as const)('of %s have the names of "%s" as the editor has them', (path, head, translated) => {
		const names = (document: Document, heading: string) =>
			firstCells(tableHeaded(document, heading)).map(namesIn);
		expect(names(readDocument(russianOf(path)), translated)).toEqual(
			names(readDocument(path), head),
		);
	});

	it('translate the remedy of every error', () => {
		const page = readDocument('docs/ru/errors.md');
		const rows = tableHeaded(page, 'Что говорит ошибка').slice(1);
		expect(rows.map(([message]) => message)).toEqual(
			Object.values(MESSAGES).map(({ message }) => message),
		);
		for (const [, remedy] of rows) expect(remedy).toMatch(/\p{Script=Cyrillic}/u);
	});
});

/** What a cell names: the words in bold, if any, else all of it; links left out. */
const namesIn = (cell: string) =>
	cell.match(/\*\*[^*]+\*\*/g)?.join() ?? cell.replaceAll(/\]\([^)]*\)/g, ']');

const readText = (path: string) => readFileSync(join(PROJECT, path), 'utf8');

/** The numbers in a table's row, in the order of their size; a comma may stand for the point. */
function numbersIn(cells: readonly string[]): number[] {
	const text = cells.join(' ').replaceAll(/(\d),(\d)/g, '$1.$2');
	return [...text.matchAll(/\d+(\.\d+)?/g)]
		.map(([number]) => Number(number))
		.sort((one, other) => one - other);
}

/** Where a document leads besides itself and its translation: addresses, and files of the project. */
function placesOf({ path, targets }: Document): string[] {
	return targets
		.filter((target) => !/^#|README\.ru\.md$/.test(target))
		.map((target) =>
			/^https?:/.test(target) ? target : join(dirname(path), target.split('#')[0] ?? ''),
		)
		.filter((place) => path !== 'docs/README.ru.md' || place !== 'README.md');
}
