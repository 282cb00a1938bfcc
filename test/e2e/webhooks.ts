import { request, type Dispatcher, type FormData } from 'undici';
import { eventually } from './eventually';
import { stage } from './stage';

/** What a workflow answered to a call. */
export interface Answer {
	statusCode: number;
	contentType: string;
	bytes: Buffer;
	/** The body as JSON. */
	json<Body = Record<string, unknown>>(): Body;
}

type CallOptions = Pick<Dispatcher.RequestOptions, 'query' | 'headers'> & {
	method: 'GET' | 'POST';
	body?: string | FormData;
};

/** A GET at the webhook of an example workflow, e.g. `flux-image`. */
export async function get(path: string, query: Record<string, string> = {}): Promise<Answer> {
	return await call(path, { method: 'GET', query });
}

/** A POST of JSON. */
export async function post(path: string, body: object): Promise<Answer> {
	const headers = { 'content-type': 'application/json' };
	return await call(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** A POST of a form, files among its fields. */
export async function postForm(path: string, form: FormData): Promise<Answer> {
	return await call(path, { method: 'POST', body: form });
}

/**
 * n8n 2 registers a webhook some time after it has confirmed that the workflow is published: until
 * then it answers 404, which no example workflow does, and starts nothing.
 */
async function call(path: string, options: CallOptions): Promise<Answer> {
	return await eventually(
		`the webhook ${path}`,
		async () => await read(await request(`${stage.url}/webhook/${path}`, options)),
		({ statusCode }) => statusCode !== 404,
	);
}

async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
	const bytes = Buffer.from(await body.arrayBuffer());
	return {
		statusCode,
		contentType: String(headers['content-type']),
		bytes,
		json: <Body>() => JSON.parse(bytes.toString()) as Body,
	};
}
