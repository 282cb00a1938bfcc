/** Rows of text for a terminal: each column as wide as its widest cell, two spaces between them. */
export function textTable(rows: ReadonlyArray<readonly string[]>): string {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [column, { length }] of row.entries()) {
			widths[column] = Math.max(widths[column] ?? 0, length);
		}
	}
	const line = (row: readonly string[]) =>
		row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
	return rows.map((row) => line(row).trimEnd()).join('\n');
}
