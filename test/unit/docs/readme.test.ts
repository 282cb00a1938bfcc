import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { FluxImage } from '../../../nodes/FluxImage/FluxImage.node';
import { OPERATIONS } from '../../../nodes/FluxImage/operations';
import { MESSAGES } from '../../../nodes/FluxImage/core/messages';
import { credentials } from '../../../tooling/credentials';
import { anchorsOf, PROJECT, readDocument, tableHeaded } from './document';

const english = readDocument('README.md');
const russian = readDocument('docs/README.ru.md');

/** The names in a table's first column, without the links around them. */
const namesIn = (document: typeof english, head: string) =>
	firstCells(tableHeaded(document, head)).map((cell) => cell.replace(/\]\(.*/, ''));

/** The numbers in a table's row, in the order of their size; a comma may stand for the point. */
const numbersIn = (cells: readonly string[]) =>
	[
		...cells
			.join(' ')
			.replaceAll(/(\d),(\d)/g, '$1.$2')
			.matchAll(/\d+(\.\d+)?/g),
	]
		.map(([number]) => Number(number))
		.sort((one, other) => one - other);

const firstCells = (table: readonly string[][]) => table.slice(1).map(([cell = '']) => cell);

describe('README.md', () => {
	it('lists every option of the node, by the name in the editor', () => {
		const collections = new FluxImage().description.properties.filter(
			({ name }) => name === 'options',
		);
		const names = new Set(
			collections.flatMap(({ options = [] }) =>
				options.flatMap((option) => ('displayName' in option ? [option.displayName] : [])),
			),
		);
		expect(firstCells(tableHeaded(english, 'Option'))).toEqual([...names].sort());
	});

	it('lists every operation under its resource, each with a section of its own', () => {
		const rows = tableHeaded(english, 'Resource').slice(1);
		const listed = rows.map(([resource = '', name]) => `${resource.toLowerCase()} ${name}`);
		const offered = OPERATIONS.map(({ resource, name }) => `${resource} ${name}`);
		expect(listed.sort()).toEqual(offered.sort());
		const headings = english.headings.map(({ text }) => text);
		expect(headings).toEqual(expect.arrayContaining(OPERATIONS.map(({ name }) => name)));
	});

	it('names the credential and the base URL of every gateway', () => {
		const rows = tableHeaded(english, 'Gateway').slice(1);
		expect(rows.map(([, credential, , baseUrl]) => [credential, baseUrl])).toEqual(
			credentials.map(({ displayName, properties }) => [
				displayName,
				`\`${String(properties.find(({ name }) => name === 'baseUrl')?.default)}\``,
			]),
		);
		for (const { documentationUrl } of credentials) {
			expect(anchorsOf(english)).toContain(documentationUrl?.split('#')[1]);
		}
	});

	it('links every example workflow by the name that n8n shows', () => {
		const files = readdirSync(join(PROJECT, 'workflows')).filter((name) => name.endsWith('.json'));
		const links = files.map((file) => {
			const text = readFileSync(join(PROJECT, 'workflows', file), 'utf8');
			return `[${(JSON.parse(text) as { name: string }).name}](workflows/${file})`;
		});
		expect(firstCells(tableHeaded(english, 'Workflow')).sort()).toEqual(links.sort());
	});

	it('compares with the figures that the bench has found', () => {
		const { alone } = JSON.parse(
			readFileSync(join(PROJECT, 'scripts/bench/results.json'), 'utf8'),
		) as { alone: { section: { table: { rows: Array<[what: string, measured: string]> } } } };
		const leading = (text: string) => text.split(/[ ,]/)[0];
		const found = alone.section.table.rows.map(([, measured]) => leading(measured));
		const [head, ...rows] = tableHeaded(english, '');
		expect(head?.[1]).toMatch('FLUX Image');
		const told = rows.flatMap(([, own = '']) => own.split('; ').map(leading));
		// The last row is none of the bench's: a contract test keeps the key where it is.
		expect(told).toEqual([...found, 'stays']);
	});
});

describe('docs/README.ru.md', () => {
	it('has the headings of README.md, in depth and order', () => {
		const depths = (document: typeof english) => document.headings.map(({ depth }) => depth);
		expect(depths(russian)).toEqual(depths(english));
	});

	it('has the tables of README.md, in size and order', () => {
		const sizes = (document: typeof english) =>
			document.tables.map((table) => table.map((cells) => cells.length));
		expect(sizes(russian)).toEqual(sizes(english));
	});

	it('has the numbers of README.md in every row of a table', () => {
		const numbers = ({ tables }: typeof english) => tables.map((table) => table.map(numbersIn));
		expect(numbers(russian)).toEqual(numbers(english));
	});

	it('has the commands and examples of README.md', () => {
		expect(russian.blocks).toEqual(english.blocks);
	});

	it('points where README.md points', () => {
		const elsewhere = ({ path, targets }: typeof english) =>
			targets
				.filter((target) => !/^#|README(\.ru)?\.md$/.test(target))
				.map((target) => (target.includes(':') ? target : join(dirname(path), target)));
		expect(elsewhere(russian)).toEqual(elsewhere(english));
	});

	it('gives the same options, workflows and models, by the names in the editor', () => {
		for (const [head, translated] of [
			['Option', 'Параметр'],
			['Workflow', 'Воркфлоу'],
			['Model', 'Модель'],
		] as const) {
			expect(namesIn(russian, translated)).toEqual(namesIn(english, head));
		}
	});

	it('calls a workflow and a worker what people call them in Russian', () => {
		const text = readFileSync(join(PROJECT, russian.path), 'utf8');
		expect(text).not.toMatch(/схем[аеуы]|рабоч\p{L}+ процесс/iu);
	});

	it('translates the remedy of every error', () => {
		const rows = tableHeaded(russian, 'Что говорит ошибка').slice(1);
		expect(rows.map(([message]) => message)).toEqual(
			Object.values(MESSAGES).map(({ message }) => message),
		);
		for (const [, remedy] of rows) expect(remedy).toMatch(/\p{Script=Cyrillic}/u);
	});
});
