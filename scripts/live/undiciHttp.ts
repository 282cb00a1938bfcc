import { Agent, interceptors, request as httpRequest } from 'undici';

import type { Http, RequestLimits } from '../../nodes/FluxImage/client/http';
import { readBody, readHeaders } from '../../nodes/FluxImage/client/headers';
import { multipartBody } from '../../nodes/FluxImage/client/multipart';
import { networkProblem } from '../../nodes/FluxImage/client/networkProblem';
import type { Redact } from '../../nodes/FluxImage/client/redaction';
import type { Outcome } from '../../nodes/FluxImage/core/problem';
import type { GatewayReply, GatewayRequest } from '../../nodes/FluxImage/gateways/gateway';

/** Pictures may be redirected; they are fetched without the key. */
const pictureAgent = new Agent().compose(interceptors.redirect({ maxRedirections: 3 }));

/** A gateway's address and key, outside n8n. */
export interface LiveAccount {
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly redact: Redact;
	/** Sees each reply to a call with the key. */
	readonly onReply?: (reply: GatewayReply) => void;
}

/** The door that the node's client goes through, over undici where n8n's helpers are not. */
export function undiciHttp({ baseUrl, apiKey, redact, onReply }: LiveAccount): Http {
	return {
		host: new URL(baseUrl).host,
		account: baseUrl,
		redact,
		send: async (request, limits) => {
			try {
				const value = await send(`${baseUrl}${request.path}`, request, apiKey, redact, limits);
				onReply?.(value);
				return { value };
			} catch (error) {
				return { problem: networkProblem(error, redact) };
			}
		},
		download: async (url, limits, consume) => {
			try {
				const { statusCode, headers, body } = await httpRequest(url, {
					dispatcher: pictureAgent,
					signal: signalOf(limits),
				});
				return await consume({ statusCode, headers: readHeaders(headers), body });
			} catch (error) {
				return { problem: networkProblem(error, redact) };
			}
		},
	};
}

/** A call with the key; no redirect is followed. */
async function send(
	url: string,
	{ method, body, file }: GatewayRequest,
	apiKey: string,
	redact: Redact,
	limits: RequestLimits,
): Promise<GatewayReply> {
	const form = file && multipartBody(file);
	const response = await httpRequest(url, {
		method,
		headers: {
			authorization: `Bearer ${apiKey}`,
			accept: 'application/json',
			...(body ? { 'content-type': 'application/json' } : {}),
			...form?.headers,
		},
		body: form?.bytes ?? (body ? JSON.stringify(body) : null),
		signal: signalOf(limits),
	});
	const text = await response.body.text();
	return {
		statusCode: response.statusCode,
		headers: redact.deep(readHeaders(response.headers)) as Record<string, string>,
		body: redact.deep(readBody(text)),
	};
}

function signalOf({ timeoutMs, signal }: RequestLimits): AbortSignal {
	const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
	return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

/** The bytes of a picture, once they are all there. */
export async function bytesOf(body: AsyncIterable<Buffer>): Promise<Outcome<Buffer>> {
	const chunks: Buffer[] = [];
	for await (const chunk of body) chunks.push(chunk);
	return { value: Buffer.concat(chunks) };
}
