import { FormData } from 'undici';

/** A file that a person chooses. */
interface ChosenFile {
	name: string;
	bytes: Buffer;
}

/** A form as a browser sends it: texts and files, several of one name too. */
export function browserForm(
	fields: ReadonlyArray<readonly [field: string, value: string | ChosenFile]>,
): FormData {
	const form = new FormData();
	for (const [field, value] of fields) {
		if (typeof value === 'string') form.append(field, value);
		else form.append(field, blobOf(value), value.name);
	}
	return form;
}

function blobOf({ name, bytes }: ChosenFile): Blob {
	const type = name.endsWith('.png') ? 'image/png' : 'image/jpeg';
	return new Blob([new Uint8Array(bytes)], { type });
}
