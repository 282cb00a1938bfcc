import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from 'commander';

import { modelPages } from './modelPages';

const folder = join(__dirname, '..', 'docs', 'models');

/** The pages that are missing, differ from the tables, or belong to a model that is gone. */
function stalePages(pages: ReadonlyMap<string, string>): string[] {
	const present = new Set(readdirSync(folder));
	const changed = [...pages].filter(
		([name, text]) => !present.has(name) || readFileSync(join(folder, name), 'utf8') !== text,
	);
	const left = [...present].filter((name) => !pages.has(name));
	return [...changed.map(([name]) => name), ...left];
}

function write(pages: ReadonlyMap<string, string>, names: readonly string[]): void {
	for (const name of names) {
		const text = pages.get(name);
		if (text === undefined) rmSync(join(folder, name));
		else writeFileSync(join(folder, name), text);
	}
}

const { check } = program
	.description('Writes docs/models from the tables of the models.')
	.option('--check', 'write nothing; exit with 1 where a page is stale')
	.parse()
	.opts<{ check?: true }>();

mkdirSync(folder, { recursive: true });
const pages = modelPages();
const stale = stalePages(pages);
if (check && stale.length > 0) {
	console.error(`Stale in docs/models: ${stale.join(', ')}. Run "npm run docs".`);
	process.exitCode = 1;
} else if (!check) {
	write(pages, stale);
}
if (!process.exitCode) console.log(`docs/models: ${pages.size} pages, ${stale.length} written`);
