import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { modelPages } from '../../../tooling/docs/modelPages';
import { PART_NAMES, partsIn } from '../../../tooling/docs/parts';
import {
	documentPaths,
	readText,
	staleFiles,
	writtenFiles,
} from '../../../tooling/docs/writtenFiles';
import { N8N_LINES } from '../../../tooling/n8n/install';
import { deadTargets, PROJECT, readDocument } from './document';

const PATHS = [
	...['CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
	...documentPaths(),
	...[...modelPages().keys()].map((name) => `docs/models/${name}`),
];

/** Options of programs that are not ours: npm, docker. */
const FOREIGN_OPTIONS = new Set(['--omit', '--name', '--no-git-tag-version', '--tag', '--access']);

const { scripts, engines, version } = JSON.parse(
	readFileSync(join(PROJECT, 'package.json'), 'utf8'),
) as {
	scripts: Record<string, string>;
	engines: { node: string };
	version: string;
};

describe('the parts that are written from the code', () => {
	it('are as `npm run docs` writes them', () => {
		expect(staleFiles(writtenFiles())).toEqual([]);
	});

	it('stand in some document each', () => {
		const present = new Set(documentPaths().flatMap((path) => partsIn(readText(path) ?? '')));
		expect(PART_NAMES.filter((name) => !present.has(name))).toEqual([]);
	});
});

describe.each(PATHS)('%s', (path) => {
	const { spans, blocks, ...document } = readDocument(path);
	const commands = [...spans, ...blocks].join('\n');

	it('links to nothing that is not there', () => {
		expect(deadTargets({ ...document, spans, blocks })).toEqual([]);
	});

	it('names no file that is not there', () => {
		const files = spans.filter((span) => /^[\w.-]+(\/[\w.-]+)*(\/|\.(ts|mjs|js|json))$/.test(span));
		const missing = files.filter((file) =>
			['', 'nodes/FluxImage', 'nodes'].every((folder) => !existsSync(join(PROJECT, folder, file))),
		);
		expect(missing).toEqual([]);
	});

	it('names no command that is not there', () => {
		const named = [...commands.matchAll(/\bnpm (?:run ([\w:]+)|(start|test)\b)/g)];
		const missing = named
			.map(([, run, short]) => run ?? short ?? '')
			.filter((name) => !scripts[name]);
		expect(missing).toEqual([]);
	});

	it('names no option that is not there', () => {
		const named = [...commands.matchAll(/(?<![\w-])--[a-z][\w-]*/gi)].map(([option]) => option);
		const missing = named.filter(
			(option) => !FOREIGN_OPTIONS.has(option) && !scriptTexts().includes(option),
		);
		expect(missing).toEqual([]);
	});
});

describe('Versions', () => {
	it.each(['README.md', 'docs/README.ru.md', 'CONTRIBUTING.md'])(
		'of Node are right in %s',
		(path) => {
			const told = [...(readText(path) ?? '').matchAll(/\bNode (\d[\d.]*)/g)].map(
				([, node]) => `>=${node}`,
			);
			expect(told).toEqual([engines.node]);
		},
	);

	it.each(['README.md', 'docs/README.ru.md', 'CONTRIBUTING.md'])(
		'of n8n are those under test in %s',
		(path) => {
			const told = [...(readText(path) ?? '').matchAll(/\bn8n (\d\.\d+)/g)].map(([, line]) => line);
			expect(told).not.toEqual([]);
			expect(told.filter((line = '') => !(line in N8N_LINES))).toEqual([]);
		},
	);

	it.each(['docs/installing.md', 'docs/ru/installing.md'])(
		'of this package are right in what %s has to paste',
		(path) => {
			const pasted = readDocument(path).blocks.join('\n');
			expect(pasted).toContain(`"version":"${version}"`);
		},
	);
});

/** What the commands run, and its sources, which declare their options. */
function scriptTexts(): string {
	const folders = ['scripts', 'sandbox', 'scripts/bench', 'test/e2e'];
	const files = folders
		.filter((folder) => existsSync(join(PROJECT, folder)))
		.flatMap((folder) =>
			readdirSync(join(PROJECT, folder), { withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map((entry) => join(PROJECT, folder, entry.name)),
		);
	const texts = files.map((file) => readFileSync(file, 'utf8'));
	return [...texts, ...Object.values(scripts), '--help'].join('\n');
}
