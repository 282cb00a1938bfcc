/** A line break, or the tab between two cells of a sheet. */
const LINE = /\r\n|[\r\n\t]/;

/**
 * What a text holds one a line, or between separators of its field.
 *
 * What is empty beside a separator stays: two expressions with a comma between, of which one came to
 * nothing. So does an empty line that an expression gives, as a list does that is joined by lines; one
 * that a person typed says nothing, and is passed over.
 *
 * @param separator without flags but `i`
 */
export function partsOfText(
	text: string,
	separator: RegExp,
	isExpression: boolean,
): readonly string[] {
	if (!isExpression) return text.split(separator).flatMap(linesOf);
	// A separator, with a line break behind it or without, or a line break.
	const either = `${separator.source}[^\\S\\r\\n]*(?:\\r\\n|\\r|\\n)?|${LINE.source}`;
	return text.split(new RegExp(either, separator.flags));
}

function linesOf(text: string): readonly string[] {
	const lines = text.split(LINE).filter((line) => line.trim() !== '');
	return lines.length === 0 ? [''] : lines;
}
