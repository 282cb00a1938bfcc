import type {
	IAllExecuteFunctions,
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { Gateway, GatewayReply, GatewayRequest } from '../gateways/gateway';
import type { Outcome } from '../core/problem';
import { ownSignal, type Clock } from '../core/clock';
import { multipartBody } from './multipart';
import { networkProblem } from './networkProblem';
import { redactor, type Redact } from './redaction';
import { readBody, readHeaders } from './headers';

/** How long a request may take, and what ends it before. */
export interface RequestLimits {
	/** Milliseconds from the request to the last byte of the reply. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

/** A stream of bytes as n8n's binary store takes it. */
export type ByteStream = Exclude<
	Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
	Buffer
>;

/** A reply whose body is still on the wire. */
export interface Download {
	readonly statusCode: number;
	/** Header names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: ByteStream;
}

/** The one door to the network. Nothing here throws for what the network or a gateway does. */
export interface Transport {
	/** Takes the key out of a text. */
	readonly redact: Redact;
	/** Sends an API call, with the key, to the credential's base URL and nowhere else. */
	send(request: GatewayRequest, limits: RequestLimits): Promise<Outcome<GatewayReply>>;
	/**
	 * Fetches what lies at a URL, without the key, and hands its body to `consume` as it comes; the
	 * limits hold until `consume` is done.
	 */
	download<T>(
		url: string,
		limits: RequestLimits,
		consume: (download: Download) => Promise<Outcome<T>>,
	): Promise<Outcome<T>>;
}

/**
 * Opens the door to a gateway for one execution.
 *
 * @throws NodeOperationError where the node has no credential for the gateway (n8n's own error)
 */
export async function openTransport(
	context: IExecuteFunctions,
	gateway: Gateway,
	clock: Clock,
): Promise<Transport> {
	const { baseUrl, redact } = await readCredential(context, gateway);
	return {
		redact,
		send: async (request, limits) =>
			await limited(clock, limits, redact, async (signal) => {
				const response = await sendWithKey(
					context,
					gateway.credentialType,
					apiOptions(baseUrl, request, limits.timeoutMs, signal),
				);
				return { value: replyOf(response, redact) };
			}),
		download: async (url, limits, consume) =>
			await limited(clock, limits, redact, async (signal) => {
				const response = await fetchWithoutKey(context, url, limits.timeoutMs, signal);
				return await consume({
					statusCode: response.statusCode,
					headers: readHeaders(response.headers),
					body: response.body as ByteStream,
				});
			}),
	};
}

async function readCredential(context: IExecuteFunctions, gateway: Gateway) {
	const credential = await context.getCredentials<ICredentialDataDecryptedObject>(
		gateway.credentialType,
	);
	return {
		baseUrl: gateway.normalizeBaseUrl(String(credential['baseUrl'] ?? '')),
		redact: redactor(String(credential['apiKey'] ?? '')),
	};
}

/**
 * Sends with the key through n8n's own helper, so that its proxy and host rules hold. It is called on
 * a delegate that has no `getExecutionCancelSignal`: with it, n8n would put the execution's signal in
 * place of ours, and no cancel could be sent after Stop.
 */
async function sendWithKey(
	context: IExecuteFunctions,
	credentialType: string,
	options: IHttpRequestOptions,
): Promise<IN8nHttpFullResponse> {
	const delegate = {
		helpers: context.helpers,
		logger: context.logger,
		getNode: () => context.getNode(),
		getCredentials: async (type: string) => await context.getCredentials(type),
	} as unknown as IAllExecuteFunctions;
	return (await context.helpers.httpRequestWithAuthentication.call(
		delegate,
		credentialType,
		options,
	)) as IN8nHttpFullResponse;
}

/** Redirects are not followed: they could carry the key to another host. */
function apiOptions(
	baseUrl: string,
	{ method, path, body, file }: GatewayRequest,
	timeoutMs: number,
	signal: AbortSignal,
): IHttpRequestOptions {
	const multipart = file && multipartBody(file);
	return {
		method,
		url: `${baseUrl}${path}`,
		headers: { Accept: 'application/json', ...multipart?.headers },
		...(multipart ? { body: multipart.bytes } : body ? { body, json: true } : {}),
		timeout: timeoutMs,
		abortSignal: signal,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		sendCredentialsOnCrossOriginRedirect: false,
	};
}

async function fetchWithoutKey(
	context: IExecuteFunctions,
	url: string,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<IN8nHttpFullResponse> {
	return (await context.helpers.httpRequest({
		method: 'GET',
		url,
		encoding: 'stream',
		timeout: timeoutMs,
		abortSignal: signal,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	})) as IN8nHttpFullResponse;
}

function replyOf(response: IN8nHttpFullResponse, redact: Redact): GatewayReply {
	return {
		statusCode: response.statusCode,
		headers: redact.deep(readHeaders(response.headers)) as Record<string, string>,
		body: redact.deep(readBody(response.body)) as IDataObject,
	};
}

/** Why a request's timer ends before its time; one for all, since a reason of Node's own costs a stack trace. */
const DONE = new Error('the request is done');

/** Runs a request that ends with the signal or the time-out, and makes a problem of what it throws. */
async function limited<T>(
	clock: Clock,
	{ timeoutMs, signal }: RequestLimits,
	redact: Redact,
	run: (signal: AbortSignal) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
	if (signal.aborted) return { problem: { kind: 'stopped' } };
	const stop = ownSignal(signal);
	const cut = new AbortController();
	const done = new AbortController();
	const onAbort = () => cut.abort();
	stop.addEventListener('abort', onAbort, { once: true });
	let timedOut = false;
	void clock.sleep(timeoutMs, done.signal).then(() => {
		timedOut = !done.signal.aborted;
		if (timedOut) cut.abort();
	});
	try {
		return await run(cut.signal);
	} catch (error) {
		if (signal.aborted) return { problem: { kind: 'stopped' } };
		if (timedOut) return { problem: { kind: 'requestTimedOut' } };
		return { problem: networkProblem(error, redact) };
	} finally {
		done.abort(DONE);
		stop.removeEventListener('abort', onAbort);
	}
}
