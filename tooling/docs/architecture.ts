import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

import { fillPart } from './markdown';

const NODE_FOLDER = join(__dirname, '..', '..', 'nodes', 'FluxImage');

/** The node's own file stands for a layer of its own, above the folders. */
const NODE_LAYER = 'FluxImage.node.ts';

/** Time lies beside the tasks, but is below all that wait: it knows none of them. */
const CLOCK_LAYER = 'tasks/clock';

/** What each layer is for, in the words of the diagram, from the top down. */
const LAYERS: Readonly<Record<string, string>> = {
	[NODE_LAYER]: 'description and execute',
	operations: 'one file an operation',
	images: 'pictures in and out',
	tasks: 'the life of a task',
	transport: 'the one door to the network',
	models: 'one table a model',
	gateways: 'one protocol a file, no I/O',
	problems: 'what can go wrong, in words',
	[CLOCK_LAYER]: 'time, as it is passed in',
};

/** That a layer imports another: values, or nothing but types. */
export interface LayerImport {
	readonly from: string;
	readonly to: string;
	readonly typesOnly: boolean;
}

/** The page of the architecture with its diagram as the imports are. */
export function fillArchitecture(text: string): string {
	return fillPart(text, 'diagram', `\`\`\`mermaid\n${diagram(readLayerImports())}\n\`\`\``);
}

/** Every import between two layers of the node, read from the sources. */
export function readLayerImports(): LayerImport[] {
	const imports = new Map<string, LayerImport>();
	for (const file of readdirSync(NODE_FOLDER, { recursive: true, encoding: 'utf8' })) {
		if (!file.endsWith('.ts')) continue;
		for (const found of importsOf(file.replaceAll('\\', '/'))) {
			const key = `${found.from} ${found.to}`;
			const typesOnly = found.typesOnly && (imports.get(key)?.typesOnly ?? true);
			if (found.from !== found.to) imports.set(key, { ...found, typesOnly });
		}
	}
	return [...imports.values()].sort(
		(one, other) => place(one.from) - place(other.from) || place(one.to) - place(other.to),
	);
}

const place = (layer: string) => Object.keys(LAYERS).indexOf(layer);

function importsOf(file: string): LayerImport[] {
	const text = readFileSync(join(NODE_FOLDER, file), 'utf8');
	const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
	return source.statements.flatMap((statement) => {
		if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
		const specifier = statement.moduleSpecifier;
		if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return [];
		const target = posix.join(posix.dirname(file), specifier.text);
		return [{ from: layerOf(file), to: layerOf(target), typesOnly: isOfTypes(statement) }];
	});
}

function layerOf(path: string): string {
	const [folder = ''] = path.split('/');
	const layer = path.replace(/\.ts$/, '') === CLOCK_LAYER ? CLOCK_LAYER : folder;
	if (!(layer in LAYERS)) throw new Error(`${path} lies in no layer of the diagram`);
	return layer;
}

function isOfTypes(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
	if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
	const clause = statement.importClause;
	if (!clause) return false;
	const named = clause.namedBindings;
	const each = named && ts.isNamedImports(named) ? named.elements : undefined;
	return clause.isTypeOnly || (each?.every(({ isTypeOnly }) => isTypeOnly) ?? false);
}

/** Only what a layer uses when it runs: imports of types are gone by then, and may point anywhere. */
function diagram(imports: readonly LayerImport[]): string {
	const boxes = Object.entries(LAYERS).map(
		([layer, purpose]) => `  ${idOf(layer)}["<b>${layer}</b><br/>${purpose}"]`,
	);
	const arrows = imports
		.filter(({ typesOnly }) => !typesOnly)
		.map(({ from, to }) => `  ${idOf(from)} --> ${idOf(to)}`);
	return ['flowchart TD', ...boxes, ...arrows].join('\n');
}

const idOf = (layer: string) => layer.replace(/\W/g, '');
