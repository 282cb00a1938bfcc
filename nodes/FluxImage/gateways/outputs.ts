import type { GeneratedImage } from '../core/task';
import { fieldsOf, numberOf, present, rowsOf, textOf } from '../core/json';

/**
 * The images of a list of outputs, in every shape of the contracts: rows with a `url` of their own,
 * and rows with a `content` list of such rows.
 */
export function readImages(outputs: unknown): readonly GeneratedImage[] {
	return rowsOf(outputs)
		.flatMap((output) => {
			const content = rowsOf(fieldsOf(output)['content']);
			return content.length > 0 ? content : [output];
		})
		.flatMap(readImage);
}

function readImage(row: unknown): GeneratedImage[] {
	const fields = fieldsOf(row);
	const url = typeof fields['url'] === 'string' ? textOf(fields['url']) : undefined;
	if (url === undefined) return [];
	return [
		{
			url,
			...present({
				fileName: textOf(fields['file_name']),
				contentType: textOf(fields['content_type']),
				width: numberOf(fields['width']),
				height: numberOf(fields['height']),
			}),
		},
	];
}
