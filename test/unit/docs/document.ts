import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const PROJECT = join(__dirname, '..', '..', '..');

/** A table as its cells, the head first. */
export type Table = readonly string[][];

/** What tests ask of one of the project's Markdown files. */
export interface Document {
	readonly path: string;
	/** Depth and text of each heading, in order. */
	readonly headings: ReadonlyArray<{ readonly depth: number; readonly text: string }>;
	readonly tables: readonly Table[];
	/** The text of each fenced block. */
	readonly blocks: readonly string[];
	/** The text of each `code span`. */
	readonly spans: readonly string[];
	/** Where links and pictures point. */
	readonly targets: readonly string[];
}

/** Reads a Markdown file of the project. */
export function readDocument(path: string): Document {
	const text = readFileSync(join(PROJECT, path), 'utf8');
	const blocks = [...text.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, block = '']) => block);
	const prose = text.replace(/^```[^]*?^```$/gm, '');
	return {
		path,
		blocks,
		headings: [...prose.matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', heading = '']) => ({
			depth: marks.length,
			text: heading,
		})),
		tables: prose
			.split(/\n(?!\|)/)
			.map((part) => part.split('\n').filter((line) => line.startsWith('|')))
			.filter((lines) => lines.length > 0)
			.map((lines) => lines.filter((line) => !/^\|( --- \|)+$/.test(line)).map(cellsOf)),
		spans: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span),
		targets: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
	};
}

function cellsOf(line: string): string[] {
	return line
		.slice(1, -1)
		.split(/(?<!\\)\|/)
		.map((cell) => cell.trim());
}

/** The table below a heading. Throws where there is none of that head. */
export function tableHeaded({ path, tables }: Document, firstCell: string): Table {
	const table = tables.find(([head]) => head?.[0] === firstCell);
	if (!table) throw new Error(`${path} has no table headed "${firstCell}"`);
	return table;
}

/** The cells in a table's first column, below its head. */
export const firstCells = (table: Table): string[] => table.slice(1).map(([cell = '']) => cell);

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf({ headings }: Document): string[] {
	return headings.map(({ text }) =>
		text
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
}

/** The targets that lead nowhere: files that are not there, headings that no document has. */
export function deadTargets(document: Document): string[] {
	return document.targets.filter((target) => {
		if (/^(https?|mailto):/.test(target)) return false;
		const [file = '', anchor] = target.split('#');
		const path = file === '' ? document.path : join(dirname(document.path), file);
		if (!existsSync(join(PROJECT, path))) return true;
		return anchor !== undefined && !anchorsOf(readDocument(path)).includes(anchor);
	});
}
