import { Agent, interceptors, request as httpRequest } from 'undici';

import type { Gateway, GatewayReply, GatewayRequest } from '../../nodes/FluxImage/gateways/gateway';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import { multipartBody } from '../../nodes/FluxImage/client/multipart';
import { networkProblem } from '../../nodes/FluxImage/client/networkProblem';
import type { Redact } from '../../nodes/FluxImage/client/redaction';
import { readBody, readHeaders } from '../../nodes/FluxImage/client/headers';

/** How long a call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;

/** Pictures may be redirected; they are fetched without the key. */
const pictureAgent = new Agent().compose(interceptors.redirect({ maxRedirections: 3 }));

/** A gateway's API over undici: what the node's transport is in n8n. */
export class Wire {
	constructor(
		readonly gateway: Gateway,
		private readonly baseUrl: string,
		private readonly apiKey: string,
		readonly redact: Redact,
	) {}

	/**
	 * Sends a call with the key, and follows no redirect.
	 *
	 * @param apiKey another key, to see how that is refused
	 */
	async send(
		{ method, path, body, file }: GatewayRequest,
		apiKey = this.apiKey,
	): Promise<Outcome<GatewayReply>> {
		const form = file && multipartBody(file);
		try {
			const response = await httpRequest(`${this.baseUrl}${path}`, {
				method,
				headers: {
					authorization: `Bearer ${apiKey}`,
					accept: 'application/json',
					...(body ? { 'content-type': 'application/json' } : {}),
					...form?.headers,
				},
				body: form?.bytes ?? (body ? JSON.stringify(body) : null),
				signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
			});
			const text = await response.body.text();
			return {
				value: {
					statusCode: response.statusCode,
					headers: this.redact.deep(readHeaders(response.headers)) as Record<string, string>,
					body: this.redact.deep(readBody(text)),
				},
			};
		} catch (error) {
			return { problem: networkProblem(error, this.redact) };
		}
	}

	/** Fetches a picture, without the key. */
	async fetchPicture(url: string): Promise<{ statusCode: number; bytes: Buffer }> {
		const { statusCode, body } = await httpRequest(url, {
			dispatcher: pictureAgent,
			signal: AbortSignal.timeout(CALL_TIMEOUT_MS * 4),
		});
		return { statusCode, bytes: Buffer.from(await body.arrayBuffer()) };
	}
}
