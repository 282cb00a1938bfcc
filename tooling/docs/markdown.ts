/** Pieces of Markdown for the documents that are written from the code. */

/** The languages of the documents. */
export type Language = 'en' | 'ru';

/** A table; bars in its cells are escaped. */
export function table(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
	return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const escapeCell = (text: string) => text.replaceAll('|', String.raw`\|`);

export const code = (text: string) => `\`${text}\``;

/** A text with brackets in it, such as `FLUX.2 [pro]`, as a link. */
export const link = (text: string, address: string) =>
	`[${text.replaceAll(/[[\]]/g, String.raw`\$&`)}](${address})`;
