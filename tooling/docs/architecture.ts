import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const NODE_FOLDER = 'nodes/FluxImage/';

/** What dependency-cruiser tells of a layer. */
interface CruisedLayer {
	readonly source: string;
	readonly dependencies: ReadonlyArray<{ readonly resolved: string }>;
}

/**
 * A diagram of the layers from the top down, and which of them uses which when it runs. Imports of types are gone
 * by then; that they go down too is a rule in `.dependency-cruiser.cjs`.
 *
 * @throws where a folder of the node is missing in `tooling/layers.json`
 */
export function architectureDiagram(): string {
	const purposes = layerPurposes();
	const imports = readLayerImports();
	const used = [...purposes].filter(([layer]) => imports.has(layer));
	const order = [...purposes.keys()];
	const boxes = used.map(
		([layer, purpose]) => `  ${idOf(layer)}["<b>${layer}</b><br/>${purpose}"]`,
	);
	const arrows = used.flatMap(([layer]) =>
		[...(imports.get(layer) ?? [])]
			.sort((one, other) => order.indexOf(one) - order.indexOf(other))
			.map((other) => `  ${idOf(layer)} --> ${idOf(other)}`),
	);
	const unknown = [...imports.keys()].filter((layer) => !purposes.has(layer));
	if (unknown.length > 0) throw new Error(`Missing in tooling/layers.json: ${unknown.join(', ')}`);
	return ['```mermaid', 'flowchart TD', ...boxes, ...arrows, '```'].join('\n');
}

function layerPurposes(): Map<string, string> {
	const file = join(PROJECT, 'tooling', 'layers.json');
	const rows = JSON.parse(readFileSync(file, 'utf8')) as Array<Record<string, string>>;
	return new Map(rows.flatMap((row) => Object.entries(row)));
}

/** The layers that each layer imports from, without itself. */
function readLayerImports(): Map<string, Set<string>> {
	// In a process of its own: it is an ES module, which jest cannot load.
	const { stdout, stderr } = spawnSync(
		process.execPath,
		[
			...[join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), NODE_FOLDER],
			...['--no-config', '--include-only', `^${NODE_FOLDER}`, '--output-type', 'json'],
			...['--collapse', `^${NODE_FOLDER}[^/]+`],
		],
		{ cwd: PROJECT, encoding: 'utf8' },
	);
	if (!stdout) throw new Error(`dependency-cruiser: ${stderr}`);
	const { modules } = JSON.parse(stdout) as { modules: CruisedLayer[] };
	const layerOf = (path: string) => path.slice(NODE_FOLDER.length);
	return new Map(
		modules.map(({ source, dependencies }) => {
			const others = dependencies.map(({ resolved }) => layerOf(resolved));
			return [layerOf(source), new Set(others.filter((other) => other !== layerOf(source)))];
		}),
	);
}

const idOf = (layer: string) => layer.replace(/\W/g, '');
