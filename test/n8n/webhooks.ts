import { request, type Dispatcher, type FormData } from 'undici';
import { eventually } from '../../tooling/eventually';

/** What a workflow answered to a call. */
export interface Answer {
	statusCode: number;
	contentType: string;
	bytes: Buffer;
	/** The body as JSON. */
	json<Body = Record<string, unknown>>(): Body;
}

/** The webhooks of an n8n; `path` is what stands in the Webhook node, e.g. `flux-image`. */
export interface Webhooks {
	/** A GET. */
	get(path: string, query?: Record<string, string>): Promise<Answer>;
	/** A POST of JSON. */
	post(path: string, body: object): Promise<Answer>;
	/** A POST of a form, files among its fields. */
	postForm(path: string, form: FormData): Promise<Answer>;
}

type CallOptions = Pick<Dispatcher.RequestOptions, 'query' | 'headers'> & {
	method: 'GET' | 'POST';
	body?: string | FormData;
};

/** @param url address of n8n, without a slash at the end */
export function webhooksAt(url: string): Webhooks {
	// n8n 2 registers a webhook some time after it has confirmed that the workflow is published:
	// until then it answers 404, which no workflow of the tests does, and starts nothing.
	const call = async (path: string, options: CallOptions) =>
		await eventually(
			`the webhook ${path}`,
			async () => await read(await request(`${url}/webhook/${path}`, options)),
			({ statusCode }) => statusCode !== 404,
		);
	const headers = { 'content-type': 'application/json' };
	return {
		get: async (path, query = {}) => await call(path, { method: 'GET', query }),
		post: async (path, body) =>
			await call(path, { method: 'POST', headers, body: JSON.stringify(body) }),
		postForm: async (path, form) => await call(path, { method: 'POST', body: form }),
	};
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
