import { cpus, totalmem } from 'node:os';

import type { Goal, Section, Table } from './section';

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
		tableText(table),
		...(goals.length > 0 ? [tableText(goalTable(goals))] : []),
	].join('\n\n');
}

function goalTable(goals: readonly Goal[]): Table {
	return {
		head: ['Goal', 'Measured', 'Aim', ''],
		rows: goals.map(({ what, measured, goal, met }) => [
			what,
			measured,
			goal,
			met ? 'met' : '**behind**',
		]),
	};
}

/** Columns as wide as their widest cell, as prettier leaves them. */
function tableText({ head, rows }: Table): string {
	const widths = head.map((cell, column) =>
		Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
	return [line(head), rule, ...rows.map(line)].join('\n');
}
