/** Pieces of Markdown for the documents that are written from the code. */

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

/**
 * A text whose part between the comments `begin` and `end` of that name is replaced; the rest of it
 * is written by hand.
 *
 * @throws where the comments are missing
 */
export function fillPart(text: string, name: string, content: string): string {
	const place = new RegExp(`(<!-- begin ${name}:[^>]*-->\n)[^]*?(<!-- end ${name} -->)`);
	if (!place.test(text)) throw new Error(`No comments mark the place of "${name}"`);
	return text.replace(place, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
