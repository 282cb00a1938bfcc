import { readFile } from 'node:fs/promises';
import { textTable } from '../tooling/textTable';

/** One example workflow that was run to its end and found right. */
interface WorkflowOutput {
	workflow: string;
	/** Digest of what came out: bytes of pictures, and JSON without ids and times. */
	digest: string;
}

/** What the example workflows put out in one n8n line, by workflow. */
export type LineOutputs = ReadonlyMap<string, string>;

/** Reads what the tests of one line wrote; no file: nothing was run. */
export async function readOutputs(file: string): Promise<LineOutputs> {
	const text = await readFile(file, 'utf8').catch(() => '');
	const rows = text.split('\n').filter(Boolean);
	return new Map(
		rows.map((row) => {
			const { workflow, digest } = JSON.parse(row) as WorkflowOutput;
			return [workflow, digest];
		}),
	);
}

/** The table of example workflows by n8n lines, and whether it is as it must be. */
export interface Matrix {
	text: string;
	/** Every workflow ran in every line, with the same output in all. */
	complete: boolean;
}

/**
 * Holds the lines beside each other.
 *
 * @param workflows names of all example workflows
 * @param lines what came out, by n8n line
 */
export function matrixOf(
	workflows: readonly string[],
	lines: ReadonlyMap<string, LineOutputs>,
): Matrix {
	const rows = workflows.map((workflow) => {
		const digests = [...lines.values()].map((outputs) => outputs.get(workflow));
		return { workflow, digests, same: new Set(digests).size === 1 };
	});
	const complete = rows.every(({ digests, same }) => same && !digests.includes(undefined));
	const cells = (digests: Array<string | undefined>) =>
		digests.map((digest) => (digest ? `✓ ${digest.slice(0, 8)}` : '✗ not run'));
	const table = textTable([
		['Example workflow', ...[...lines.keys()].map((line) => `n8n ${line}`)],
		...rows.map(({ workflow, digests, same }) => [
			workflow,
			...cells(digests),
			same ? '' : 'differs',
		]),
	]);
	const note = '✓ with the digest of its output: the same digest is the same output.';
	return { text: `${table}\n${note}`, complete };
}
