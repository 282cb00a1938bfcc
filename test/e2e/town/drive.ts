import type { FastifyInstance } from 'fastify';
import { formOf, type Form } from './form';
import { Refusal } from './refusal';

/** Longest name and value of an app property together, in bytes. */
const LONGEST_PROPERTY = 124;

/** A file as the drive keeps it. */
export interface DriveFile {
	id: string;
	name: string;
	/** As it was declared: the drive takes files of any kind and reads none. */
	mimeType: string;
	bytes: Buffer;
	/** Texts that an app put onto the file. */
	appProperties: Record<string, string>;
	/** All texts of the form that the file came in. */
	texts: Record<string, string>;
}

/** A drive, with the files that were put into it, in order. */
export interface Drive {
	files: DriveFile[];
	/** The file that a link of the drive leads to. */
	fileAt(link: unknown): DriveFile | undefined;
}

/**
 * A drive: `POST /drive/upload` takes a form with one file and, as Google Drive's files do,
 * `appProperties` (JSON). `webContentLink` gives the file's bytes; `webViewLink` is a page about it.
 */
export function addDrive(server: FastifyInstance, origin: () => string): Drive {
	const files: DriveFile[] = [];
	server.post('/drive/upload', (request) => {
		const file = fileOf(formOf(request.body), `drv${files.length + 1}`);
		files.push(file);
		return describe(file, origin());
	});
	server.get<{ Params: { id: string } }>('/drive/file/:id/view', async (request, reply) => {
		const file = files.find(({ id }) => id === request.params.id);
		if (!file) return await reply.code(404).type('text/html').send('<h1>Not found</h1>');
		return await reply.type('text/html').send(`<html><title>${file.name} - Drive</title></html>`);
	});
	server.get<{ Querystring: { id: string } }>('/drive/uc', async (request, reply) => {
		const file = files.find(({ id }) => id === request.query.id);
		if (!file) return await reply.code(404).type('text/html').send('<h1>Not found</h1>');
		return await reply.type(file.mimeType).send(file.bytes);
	});
	return { files, fileAt: (link) => files.find((file) => linksOf(file, origin()).includes(link)) };
}

function fileOf(form: Form, id: string): DriveFile {
	const [file] = form.files ?? [];
	if (!file || file.bytes.length === 0) throw refusal(400, 'The request has no file');
	const { texts } = form;
	const appProperties = propertiesOf(texts.appProperties ?? '{}');
	const { fileName: name, type: mimeType, bytes } = file;
	return { id, name, mimeType, bytes, appProperties, texts };
}

function propertiesOf(json: string): Record<string, string> {
	const given = Object.entries(JSON.parse(json) as Record<string, unknown>);
	const properties = given.map(([name, value]) => [name, String(value)] as const);
	if (properties.some(([name, value]) => Buffer.byteLength(name + value) > LONGEST_PROPERTY)) {
		throw refusal(403, 'The property is too long: at most 124 bytes with its name');
	}
	return Object.fromEntries(properties);
}

function linksOf({ id }: DriveFile, origin: string): unknown[] {
	return [`${origin}/drive/file/${id}/view`, `${origin}/drive/uc?id=${id}&export=download`];
}

function describe(file: DriveFile, origin: string): object {
	const { id, name, mimeType, appProperties, bytes } = file;
	const [webViewLink, webContentLink] = linksOf(file, origin);
	const size = String(bytes.length);
	return {
		kind: 'drive#file',
		id,
		name,
		mimeType,
		size,
		appProperties,
		webViewLink,
		webContentLink,
	};
}

const refusal = (code: number, message: string): Refusal =>
	new Refusal(code, { error: { code, message, errors: [{ domain: 'global', message }] } });
