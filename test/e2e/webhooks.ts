import { FormData, request, type Dispatcher } from 'undici';
import { stage } from './stage';

/** What a workflow answered to a call. */
export interface Answer {
	statusCode: number;
	contentType: string;
	bytes: Buffer;
	/** The body as JSON. */
	json<Body = Record<string, unknown>>(): Body;
}

/** A GET at the webhook of an example workflow, e.g. `flux-image`. */
export async function get(path: string, query: Record<string, string> = {}): Promise<Answer> {
	return await read(await request(addressOf(path), { query }));
}

/** A POST of JSON. */
export async function post(path: string, body: object): Promise<Answer> {
	const headers = { 'content-type': 'application/json' };
	return await read(
		await request(addressOf(path), { method: 'POST', headers, body: JSON.stringify(body) }),
	);
}

/** A POST of a form, files among its fields. */
export async function postForm(path: string, form: FormData): Promise<Answer> {
	return await read(await request(addressOf(path), { method: 'POST', body: form }));
}

const addressOf = (path: string): string => `${stage.url}/webhook/${path}`;

async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
	const bytes = Buffer.from(await body.arrayBuffer());
	return {
		statusCode,
		contentType: String(headers['content-type']),
		bytes,
		json: <Body>() => JSON.parse(bytes.toString()) as Body,
	};
}
