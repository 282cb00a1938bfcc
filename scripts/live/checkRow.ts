import type { Outcome } from '../../nodes/FluxImage/core/problem';

/** One thing that was compared with the contract. */
export interface CheckRow {
	readonly name: string;
	/** What the contract says. */
	readonly expected: string;
	/** What came. */
	readonly came: string;
	readonly matched: boolean;
}

/** The longest text in a cell, in characters. */
const LONGEST_CELL = 70;

/** What came of a call, in a few words. */
export function told<T>(outcome: Outcome<T>, words: (value: T) => string = () => 'done'): string {
	const { problem } = outcome;
	if (!problem) return words(outcome.value);
	const { kind, httpCode, code, reason } = problem;
	const status = httpCode === undefined ? (code ?? 'no reply') : `HTTP ${httpCode}`;
	return [`${status}: ${kind}`, reason && `"${reason}"`].filter(Boolean).join(' ');
}

/** The rows as a table of text, and below it how many matched. */
export function tableOf(rows: readonly CheckRow[]): string {
	const cells = rows.map(({ name, expected, came, matched }) =>
		[matched ? '✓' : '✗', name, expected, came].map(shorten),
	);
	const all = [['', 'Check', 'The contract says', 'What came'], ...cells];
	const widths = [0, 1, 2, 3].map((column) =>
		Math.max(...all.map((row) => row[column]?.length ?? 0)),
	);
	const lines = all.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join('  ')
			.trimEnd(),
	);
	const matched = rows.filter((row) => row.matched).length;
	return [...lines, '', `${matched} of ${rows.length} matched the contract.`].join('\n');
}

function shorten(cell: string): string {
	const line = cell.replace(/\s+/g, ' ');
	return line.length > LONGEST_CELL ? `${line.slice(0, LONGEST_CELL - 1)}…` : line;
}
