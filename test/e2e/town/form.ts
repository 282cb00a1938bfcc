import type { FastifyInstance } from 'fastify';
import { Response } from 'undici';

/** A file among the fields of a form. */
export interface FormFile {
	/** Name of the field. */
	field: string;
	fileName: string;
	/** As the sender declares it. */
	type: string;
	bytes: Buffer;
}

/** A form as it was sent (multipart/form-data). */
export interface Form {
	texts: Record<string, string>;
	files: FormFile[];
}

/** Has a server hand on forms as `Form`, and whatever is no JSON as bytes. */
export function takeFormsAndFiles(server: FastifyInstance): void {
	server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	server.addContentTypeParser(
		'multipart/form-data',
		{ parseAs: 'buffer' },
		(request, body, done) => {
			const type = String(request.headers['content-type']);
			readForm(type, body as Buffer).then(
				(form) => done(null, form),
				(error: Error) => done(error),
			);
		},
	);
}

/** The form of a request; an empty one where something else was sent. */
export function formOf(body: unknown): Form {
	const isForm = typeof body === 'object' && body !== null && 'texts' in body && 'files' in body;
	return isForm ? (body as Form) : { texts: {}, files: [] };
}

async function readForm(type: string, body: Buffer): Promise<Form> {
	const headers = { 'content-type': type };
	const data = await new Response(new Uint8Array(body), { headers }).formData();
	const form: Form = { texts: {}, files: [] };
	for (const [field, value] of data) {
		if (typeof value === 'string') form.texts[field] = value;
		else form.files.push(await fileOf(field, value));
	}
	return form;
}

async function fileOf(
	field: string,
	file: Pick<File, 'name' | 'type' | 'arrayBuffer'>,
): Promise<FormFile> {
	const bytes = Buffer.from(await file.arrayBuffer());
	return { field, fileName: file.name, type: file.type, bytes };
}
