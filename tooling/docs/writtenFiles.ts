import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

import { fillBugForm, fillCodex } from './gatewayLists';
import { modelPages } from './modelPages';
import { fillParts, partsIn } from './parts';

const PROJECT = join(__dirname, '..', '..');

/** A folder in which every file is written from the code. */
const MODELS_FOLDER = 'docs/models';

/** Other files with lists that are written from the code, and what writes them. */
const FILLED_FILES: Readonly<Record<string, (text: string) => string>> = {
	'.github/ISSUE_TEMPLATE/bug.yml': fillBugForm,
	'nodes/FluxImage/FluxImage.node.json': fillCodex,
};

/** The files that are written from the code, whole or in part, by path: the text that each should have. */
export function writtenFiles(): Map<string, string> {
	const documents = documentPaths()
		.map((path) => [path, readText(path) ?? ''] as const)
		.filter(([, text]) => partsIn(text).length > 0)
		.map(([path, text]) => [path, fillParts(path, text)] as const);
	const filled = Object.entries(FILLED_FILES).map(
		([path, fill]) => [path, fill(readText(path) ?? '')] as const,
	);
	const pages = [...modelPages()].map(
		([name, text]) => [`${MODELS_FOLDER}/${name}`, text] as const,
	);
	return new Map([...documents, ...filled, ...pages]);
}

/** Paths of those that are missing or differ from the code, and of pages whose model is gone. */
export function staleFiles(files: ReadonlyMap<string, string>): string[] {
	const changed = [...files].filter(([path, text]) => readText(path) !== text);
	const present = existsSync(join(PROJECT, MODELS_FOLDER))
		? readdirSync(join(PROJECT, MODELS_FOLDER)).map((name) => `${MODELS_FOLDER}/${name}`)
		: [];
	return [...changed.map(([path]) => path), ...present.filter((path) => !files.has(path))];
}

/** The text of a file of the project; nothing where there is none. */
export function readText(path: string): string | undefined {
	const file = join(PROJECT, path);
	return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** README.md and all Markdown below docs/, but for the pages that are written whole. */
export function documentPaths(): string[] {
	const inDocs = readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
		.map((name) => `docs/${name.replaceAll(sep, '/')}`)
		.filter((path) => path.endsWith('.md') && !path.startsWith(`${MODELS_FOLDER}/`));
	return ['README.md', ...inDocs.sort()];
}
