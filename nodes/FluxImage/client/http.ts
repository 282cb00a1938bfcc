import { createHash } from 'node:crypto';
import type {
	IAllExecuteFunctions,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	JsonObject,
} from 'n8n-workflow';

import { LONGEST_TIMER_MS, onAbort, type Clock } from '../core/clock';
import { STOPPED, type Outcome } from '../core/problem';
import type { Gateway, GatewayReply, GatewayRequest } from '../gateways/gateway';
import type { GatewayCredential } from './credential';
import { readBody, readHeaders } from './headers';
import { multipartBody } from './multipart';
import { networkProblem } from './networkProblem';
import { redactor, type Redact } from './redaction';
import { TimeLimits } from './timeLimits';

/** How long a request may take, and what ends it before. */
export interface RequestLimits {
	/** Milliseconds from the request to the last byte of the reply. */
	readonly timeoutMs: number;
	/** Absent: nothing ends it before. */
	readonly signal?: AbortSignal;
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
export interface Http {
	/** The digest of gateway, host and API key: what tells accounts apart, without the key. */
	readonly account: string;
	/** The host of the credential's base URL, with its port. */
	readonly host: string;
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

/** Opens the door to a gateway with one credential. */
export function openHttp(
	context: IExecuteFunctions,
	gateway: Gateway,
	credential: GatewayCredential,
	clock: Clock,
): Http {
	const { baseUrl, apiKey } = credential;
	const redact = redactor(apiKey);
	const timeLimits = new TimeLimits(clock);
	const name = JSON.stringify([gateway.id, baseUrl, apiKey]);
	const sendWithKey = keySender(context, gateway, credential);
	return {
		account: createHash('sha256').update(name).digest('hex'),
		host: new URL(baseUrl).host,
		redact,
		send: async (request, limits) =>
			await limited(timeLimits, limits, redact, async (signal) => {
				const options = apiOptions(baseUrl, request, ended(limits, signal));
				return await replyOf(await sendWithKey(options), redact);
			}),
		download: async (url, limits, consume) =>
			await limited(timeLimits, limits, redact, async (signal) => {
				const { statusCode, headers, body } = (await context.helpers.httpRequest({
					method: 'GET',
					url,
					// A packed picture would have a length that tells nothing of its bytes.
					headers: { 'Accept-Encoding': 'identity' },
					...ended(limits, signal),
				})) as IN8nHttpFullResponse;
				return await consume({
					statusCode,
					headers: readHeaders(headers),
					body: body as ByteStream,
				});
			}),
	};
}

/**
 * Sends with the key through n8n's own helper, so that its proxy and host rules hold. It is called on
 * a delegate that has no `getExecutionCancelSignal`: with it, n8n would put the execution's signal in
 * place of ours, and no cancel could be sent after Stop. The delegate's credential is the one that was
 * read when the item began.
 */
function keySender(context: IExecuteFunctions, gateway: Gateway, { data }: GatewayCredential) {
	const delegate = {
		helpers: context.helpers,
		logger: context.logger,
		getNode: () => context.getNode(),
		getCredentials: async () => data,
	} as unknown as IAllExecuteFunctions;
	return async (options: IHttpRequestOptions) =>
		(await context.helpers.httpRequestWithAuthentication.call(
			delegate,
			gateway.credentialType,
			options,
		)) as IN8nHttpFullResponse;
}

/**
 * How far n8n's own timer stands above ours, in milliseconds. Ours lets a reply in that has already
 * come; n8n's would cut it.
 */
const N8N_TIMEOUT_MARGIN_MS = 10_000;

/** How every request is sent and ends; no reply throws, whatever its status. */
const ended = ({ timeoutMs }: RequestLimits, signal: AbortSignal) =>
	({
		abortSignal: signal,
		// Above what a timer can be set for, it would fire at once.
		timeout: Math.min(timeoutMs + N8N_TIMEOUT_MARGIN_MS, LONGEST_TIMER_MS),
		// n8n sets no limit to what it holds of a reply, so each is read here, as it comes.
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	}) as const;

/**
 * JSON as bytes: of an object, n8n would leave out an empty one, and axios a field that is named
 * `__proto__`.
 */
const jsonBody = (body: JsonObject) => ({
	headers: { 'Content-Type': 'application/json' },
	bytes: Buffer.from(JSON.stringify(body)),
});

/**
 * The longest reply of an API that is held. A reply may have its pictures in it as base64: four of
 * 4 megapixels, as large as these models draw, are 85 MB even where nothing is packed.
 */
const LONGEST_REPLY_BYTES = 100_000_000;

const isStream = (body: unknown): body is ByteStream =>
	typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/**
 * The bytes of a reply; nothing where there are more than are held, and the connection is cut then. By
 * events: a loop over the stream costs a poll more.
 *
 * @throws the stream's error; an Error where it closes before its end
 */
async function wholeBody(body: ByteStream): Promise<Buffer | undefined> {
	return await new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let bytes = 0;
		const onClose = () => {
			if (!body.readableEnded) reject(new Error('the reply broke off'));
		};
		body
			.on('data', (chunk: Buffer) => {
				bytes += chunk.length;
				chunks.push(chunk);
				if (bytes <= LONGEST_REPLY_BYTES) return;
				resolve(undefined);
				body.destroy();
			})
			.on('end', () => resolve(Buffer.concat(chunks)))
			.on('error', reject)
			.on('close', onClose);
		// It has closed before anybody listened.
		if (body.destroyed) onClose();
	});
}

/** Redirects are not followed: they could carry the key to another host. */
function apiOptions(
	baseUrl: string,
	{ method, path, body, file }: GatewayRequest,
	ending: ReturnType<typeof ended>,
): IHttpRequestOptions {
	const content = file ? multipartBody(file) : body && jsonBody(body);
	return {
		method,
		url: `${baseUrl}${path}`,
		headers: { Accept: 'application/json', ...content?.headers },
		...(content ? { body: content.bytes } : {}),
		disableFollowRedirect: true,
		sendCredentialsOnCrossOriginRedirect: false,
		...ending,
	};
}

/** @returns `unreadable` where more came than is held */
async function replyOf(
	{ statusCode, headers, body }: IN8nHttpFullResponse,
	redact: Redact,
): Promise<Outcome<GatewayReply>> {
	// Where n8n makes the answer up itself, as its evaluations do, it is no stream.
	const whole = isStream(body) ? await wholeBody(body) : (body ?? '');
	if (whole === undefined) {
		const reason = `its answer was larger than ${LONGEST_REPLY_BYTES / 1_000_000} MB`;
		return { problem: { kind: 'unreadable', httpCode: statusCode, reason } };
	}
	return {
		value: {
			statusCode,
			headers: redact.deep(readHeaders(headers)) as Record<string, string>,
			body: redact.deep(readBody(whole)) as IDataObject,
		},
	};
}

/** Runs a request that ends with the signal or the time-out, and makes a problem of what it throws. */
async function limited<T>(
	timeLimits: TimeLimits,
	{ timeoutMs, signal }: RequestLimits,
	redact: Redact,
	run: (signal: AbortSignal) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
	if (signal?.aborted) return { problem: STOPPED };
	const cut = new AbortController();
	const stopListening = signal && onAbort(signal, () => cut.abort());
	let timedOut = false;
	const endTime = timeLimits.begin(timeoutMs, () => {
		timedOut = true;
		cut.abort();
	});
	try {
		return await run(cut.signal);
	} catch (error) {
		if (signal?.aborted) return { problem: STOPPED };
		if (timedOut) {
			const reason = `no whole answer came within ${Math.round(timeoutMs / 100) / 10} s`;
			return { problem: { kind: 'requestTimedOut', reason } };
		}
		return { problem: networkProblem(error, redact) };
	} finally {
		endTime();
		stopListening?.();
	}
}
