import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '../n8n/workflow-files';
import { table } from './markdown';

const FOLDER = join(__dirname, '..', '..', 'test', 'e2e', 'publicWorkflows', 'workflows');

/**
 * Nodes that the public originals have around the image API (requests, waits, status checks, downloads,
 * conversions, image hosts, loops), by the first letters of the file. They were counted in the originals,
 * which are not here.
 */
const AROUND_THE_API: Readonly<Record<string, number>> = {
	w01: 5,
	w02: 5,
	w03: 9,
	w04: 6,
	w05: 6,
	w07: 1,
	w08: 8,
	w09: 2,
	w10: 6,
	w14: 6,
	w16: 6,
};

const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const FLUX_IMAGE = 'n8n-nodes-flux-image.fluxImage';

/** What is counted in a workflow. */
interface Counts {
	/** Names of all nodes but the notes. */
	nodes: string[];
	/** How many of them are FLUX Image. */
	fluxImages: number;
	/** How often an expression goes back to a node by its name. */
	references: number;
}

/** The table of the public workflows: nodes and references to nodes, before and after. */
export function publicWorkflowTable(): string {
	const rows = readdirSync(join(FOLDER, 'as-they-are')).sort().map(rowOf);
	const sums = [1, 2, 3, 4, 5, 6].map((column) =>
		rows.reduce((sum, row) => sum + Number(row[column]), 0),
	);
	const header = [
		'Workflow',
		'Around the image API in the original',
		'FLUX Image in its place',
		'Nodes with 1.0',
		'Nodes with 1.1',
		"`$('…')` with 1.0",
		"`$('…')` with 1.1",
		'Falls away with 1.1',
	];
	return table(header, [...rows, ['All', ...sums.map(String), '']]);
}

function rowOf(file: string): string[] {
	const [number = ''] = file.split('-');
	const workflow = readWorkflow('as-they-are', file);
	const before = countsOf(workflow);
	const isShortened = existsSync(join(FOLDER, 'shorter', file));
	const after = isShortened ? countsOf(readWorkflow('shorter', file)) : before;
	const gone = before.nodes.filter((name) => !after.nodes.includes(name));
	return [
		workflow.name,
		String(AROUND_THE_API[number]),
		String(before.fluxImages),
		String(before.nodes.length),
		String(after.nodes.length),
		String(before.references),
		String(after.references),
		gone.join(', '),
	];
}

function readWorkflow(edition: string, file: string): Workflow {
	return JSON.parse(readFileSync(join(FOLDER, edition, file), 'utf8')) as Workflow;
}

function countsOf({ nodes }: Workflow): Counts {
	const counted = nodes.filter(({ type }) => type !== STICKY_NOTE);
	const expressions = counted.flatMap(({ parameters }) => textsOf(parameters));
	return {
		nodes: counted.map(({ name }) => name),
		fluxImages: counted.filter(({ type }) => type === FLUX_IMAGE).length,
		references: expressions.flatMap((text) => text.match(/\$\((?=['"])/g) ?? []).length,
	};
}

/** All texts in a parameter, however deep. */
function textsOf(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(textsOf);
}
