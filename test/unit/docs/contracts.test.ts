import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { anchorsOf, deadTargets, PROJECT, readDocument } from './document';

const CODE_FOLDERS = ['nodes', 'credentials', 'sandbox', 'tooling', 'scripts', 'test'];

/** A reference to a contract page in code: file and heading, or the file alone, which is too little. */
const REFERENCE = /docs\/contracts\/([\w-]*\.md)?(?:#([\w-]+))?/g;

/** What speaks of a contract page without naming file and heading; "the contracts: ..." is prose. */
const VAGUE = /(?<!\bthe )\bcontracts?:|(?<!docs\/)\bcontracts\//i;

interface Comment {
	/** File and line, as an editor opens them. */
	readonly place: string;
	readonly text: string;
}

describe('A comment that leans on a contract', () => {
	const comments = codeFiles().flatMap((path) =>
		commentsOf(path, readFileSync(join(PROJECT, path), 'utf8')),
	);

	it('is found in the code', () => {
		expect(comments.flatMap(({ text }) => referencesIn(text))).not.toEqual([]);
	});

	it('links to a heading that exists', () => {
		expect(comments.filter(({ text }) => deadReferences(text).length > 0)).toEqual([]);
	});

	it('does not speak of it without such a link', () => {
		expect(comments.filter(({ text }) => VAGUE.test(text))).toEqual([]);
	});
});

describe('A document', () => {
	it.each(documents())('%s links to nothing that is not there', (path) => {
		expect(deadTargets(readDocument(path))).toEqual([]);
	});

	it.each(['contracts', 'decisions'])('of docs/%s stands in the overview there', (folder) => {
		const overview = readDocument(`docs/${folder}/README.md`);
		const pages = readdirSync(join(PROJECT, 'docs', folder)).filter((name) => name !== 'README.md');
		expect(pages.filter((name) => !overview.targets.includes(name))).toEqual([]);
	});

	it.each(contractPages())('%s has no heading twice, so that an anchor means one place', (path) => {
		const anchors = anchorsOf(readDocument(path));
		expect(anchors).toEqual([...new Set(anchors)]);
	});
});

describe('What looks for such links', () => {
	it.each([
		['a page that is not there', 'see docs/contracts/nobody.md#errors'],
		['a heading that is not there', 'see docs/contracts/queue.md#nothing'],
		['a page without a heading', 'see docs/contracts/queue.md.'],
		['the folder alone', 'see docs/contracts/'],
	])('finds %s', (_, text) => {
		expect(deadReferences(text)).toHaveLength(1);
	});

	it('takes a heading at the end of a sentence, and one in brackets', () => {
		const text = 'see docs/contracts/queue.md#errors. (docs/contracts/toapis.md#images-in)';
		expect(referencesIn(text)).toHaveLength(2);
		expect(deadReferences(text)).toEqual([]);
	});

	it.each([
		'(contract: queue API)',
		'Contract: a word that only a person understands',
		'contracts/queue.md, the section on errors',
		'../contracts/queue.md#errors',
		'(contracts: all four)',
	])('is not content with "%s"', (text) => {
		expect(text).toMatch(VAGUE);
	});

	it('bears a sentence about the contracts', () => {
		expect('in every shape of the contracts: rows with a URL').not.toMatch(VAGUE);
	});

	it('reads comments and neither strings nor code', () => {
		const code = [
			'const contract: Contract = { path: "contracts/a" }; // one',
			"const url = 'https://example.com'; /* two */",
			'const pattern = /\\/\\*/; const text = `// ${url /* three */} no`;',
		].join('\n');
		expect(commentsOf('a.ts', code)).toEqual([
			{ place: 'a.ts:1', text: '// one' },
			{ place: 'a.ts:2', text: '/* two */' },
			{ place: 'a.ts:3', text: '/* three */' },
		]);
	});
});

/** All references to contract pages, as they are written. */
function referencesIn(text: string): string[] {
	return [...text.matchAll(REFERENCE)].map(([reference]) => reference);
}

/** The references that lead to no heading. */
function deadReferences(text: string): string[] {
	return [...text.matchAll(REFERENCE)].flatMap(([reference, page, anchor]) => {
		const path = `docs/contracts/${page}`;
		const exists = contractPages().includes(path);
		const leads = exists && anchor && anchorsOf(readDocument(path)).includes(anchor);
		return leads ? [] : [reference];
	});
}

function contractPages(): string[] {
	return filesUnder('docs/contracts', '.md');
}

/** README.md and all Markdown below docs/. */
function documents(): string[] {
	return ['README.md', ...filesUnder('docs', '.md')];
}

function codeFiles(): string[] {
	return CODE_FOLDERS.flatMap((folder) => filesUnder(folder, '.ts'));
}

function filesUnder(folder: string, extension: string): string[] {
	return readdirSync(join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory())
			return entry.name === 'node_modules' ? [] : filesUnder(path, extension);
		return path.endsWith(extension) ? [path] : [];
	});
}

/**
 * The comments of a TypeScript file, by the compiler's own reading of it, in order. A file
 * without the word is not read, since reading is slow.
 */
function commentsOf(path: string, code: string): Comment[] {
	if (!/contract/i.test(code)) return [];
	const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
	const starts = new Map<number, number>();
	const visit = (node: ts.Node): void => {
		if (node.getChildCount(source) > 0) return node.getChildren(source).forEach(visit);
		const around = [
			...(ts.getLeadingCommentRanges(code, node.getFullStart()) ?? []),
			...(ts.getTrailingCommentRanges(code, node.getEnd()) ?? []),
		];
		for (const { pos, end } of around) starts.set(pos, end);
	};
	visit(source);
	return [...starts]
		.sort(([one], [other]) => one - other)
		.map(([start, end]) => ({
			place: `${path}:${source.getLineAndCharacterOfPosition(start).line + 1}`,
			text: code.slice(start, end),
		}));
}
