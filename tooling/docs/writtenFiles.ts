import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { fillArchitecture } from './architecture';
import { fillBugForm, fillCodex } from './gatewayLists';
import { fillPart } from './markdown';
import { modelPages } from './modelPages';
import { fillPublicWorkflows } from './publicWorkflows';
import { fillReadme } from './readmeTables';
import { toolTable } from './toolPage';

const PROJECT = join(__dirname, '..', '..');

/** A folder in which every file is written from the code. */
const MODELS_FOLDER = 'docs/models';

/** Files with parts that are written from the code, and what writes them. */
const FILLED_FILES: Readonly<Record<string, (text: string) => string>> = {
	'README.md': (text) => fillReadme(text, 'en'),
	'docs/README.ru.md': (text) => fillReadme(text, 'ru'),
	'docs/architecture.md': fillArchitecture,
	'docs/tool.md': (text) => fillPart(text, 'expressions', toolTable()),
	'docs/workflows.md': fillPublicWorkflows,
	'.github/ISSUE_TEMPLATE/bug.yml': fillBugForm,
	'nodes/FluxImage/FluxImage.node.json': fillCodex,
};

/** The documents that are written from the code, by path: the text that each should have. */
export function writtenFiles(): Map<string, string> {
	const filled = Object.entries(FILLED_FILES).map(
		([path, fill]) => [path, fill(readText(path) ?? '')] as const,
	);
	const pages = [...modelPages()].map(
		([name, text]) => [`${MODELS_FOLDER}/${name}`, text] as const,
	);
	return new Map([...filled, ...pages]);
}

/** Paths of those that are missing or differ from the code, and of pages whose model is gone. */
export function staleFiles(files: ReadonlyMap<string, string>): string[] {
	const changed = [...files].filter(([path, text]) => readText(path) !== text);
	const present = existsSync(join(PROJECT, MODELS_FOLDER))
		? readdirSync(join(PROJECT, MODELS_FOLDER)).map((name) => `${MODELS_FOLDER}/${name}`)
		: [];
	return [...changed.map(([path]) => path), ...present.filter((path) => !files.has(path))];
}

function readText(path: string): string | undefined {
	const file = join(PROJECT, path);
	return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
