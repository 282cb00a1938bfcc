import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program } from 'commander';

import { staleFiles, writtenFiles } from '../tooling/docs/writtenFiles';

const { check } = program
	.name('npm run docs --')
	.description(
		'Writes docs/models from the code, and the parts of the other documents that are made from it.',
	)
	.option('--check', 'write nothing; exit with 1 where a document is stale')
	.parse()
	.opts<{ check?: true }>();

const files = writtenFiles();
const stale = staleFiles(files);
if (check && stale.length > 0) {
	console.error(`Stale: ${stale.join(', ')}. Run "npm run docs".`);
	process.exitCode = 1;
} else {
	for (const path of stale) write(path, files.get(path));
	console.log(`${files.size} documents, ${stale.length} written`);
}

function write(path: string, text: string | undefined): void {
	const file = join(__dirname, '..', path);
	mkdirSync(dirname(file), { recursive: true });
	if (text === undefined) rmSync(file);
	else writeFileSync(file, text);
}
