import { cpus, totalmem } from 'node:os';

import { table as markdownTable } from '../../tooling/docs/markdown';
import type { Goal, Section } from './section';

/** The machine as far as it explains numbers; nothing that would name it. */
export function machine(): string {
	const [first] = cpus();
	const gigabytes = Math.round(totalmem() / 2 ** 30);
	const model = first?.model.trim() ?? 'unknown processor';
	return `${cpus().length} cores (${model}), ${gigabytes} GiB of memory, ${process.platform}, Node ${process.version}`;
}

/** The sections as Markdown, under one heading each. */
export function sectionText({ title, method, table, goals }: Section): string {
	return [
		`## ${title}`,
		method,
		markdownTable(table.head, table.rows),
		...(goals.length > 0 ? [goalTable(goals)] : []),
	].join('\n\n');
}

function goalTable(goals: readonly Goal[]): string {
	return markdownTable(
		['Goal', 'Measured', 'Aim', ''],
		goals.map(({ what, measured, goal, met }) => [
			what,
			measured,
			goal,
			met ? 'met' : '**behind**',
		]),
	);
}
