import type { Problem } from '../core/problem';
import type { Redact } from './redaction';

/** Error codes that say that no connection was made, whenever they come. */
const NEVER_CONNECTED_CODES: ReadonlySet<string> = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'ERR_INVALID_URL',
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_SSL_PACKET_LENGTH_TOO_LONG',
	'ERR_SSL_UNSUPPORTED_PROTOCOL',
	'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
]);

/** Words of Node and OpenSSL for a handshake that failed: nothing is sent before it is done. */
const NEVER_CONNECTED_WORDS =
	/before secure TLS connection was established|wrong version number|packet length too long|unsupported protocol|alert protocol version/i;

/** n8n's own words where its rules for hosts (SSRF protection) forbid a call, before it is sent. */
const FORBIDDEN_BY_N8N = /^The request was blocked because/i;

/** System calls that come before the first byte: an error of theirs proves that nothing was sent. */
const CALLS_BEFORE_SENDING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** Codes of a request that took too long; the connection stood. */
const TIMED_OUT_CODES: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/**
 * A link of the chain. n8n 1.x drops the cause of what it wraps, and leaves the code in `httpCode` and
 * the words in `messages`; its own message is a stock phrase.
 */
interface NetworkError {
	readonly message?: string;
	readonly messages?: unknown;
	readonly code?: unknown;
	readonly httpCode?: unknown;
	readonly syscall?: unknown;
	readonly cause?: unknown;
	/** Where n8n keeps what it wraps and does not take for an Error. */
	readonly errorResponse?: unknown;
	/** What an AggregateError holds: one failure for each address of a host. */
	readonly errors?: unknown;
}

/** Reads what n8n's helper threw: n8n wraps the network's error, so the chain of causes is walked. */
export function networkProblem(error: unknown, redact: Redact): Problem {
	const chain = causesOf(error);
	const root =
		chain.find(({ code, syscall }) => syscall !== undefined || isNetworkCode(code)) ??
		chain.find(({ httpCode }) => isNetworkCode(httpCode));
	const code = [root?.code, root?.httpCode].find(isNetworkCode);
	const words = wordsOf(root ?? chain[0]);
	return {
		kind: kindOf(code, root?.syscall ?? syscallIn(words), words ?? ''),
		...(code === undefined ? {} : { code }),
		...(words ? { reason: redact.text(words) } : {}),
	};
}

function kindOf(code: string | undefined, syscall: unknown, words: string): Problem['kind'] {
	if (code === undefined && FORBIDDEN_BY_N8N.test(words)) return 'neverConnected';
	if (code !== undefined && NEVER_CONNECTED_CODES.has(code)) return 'neverConnected';
	if (typeof syscall === 'string' && CALLS_BEFORE_SENDING.has(syscall)) return 'neverConnected';
	if (code !== undefined && NEVER_CONNECTED_WORDS.test(words)) return 'neverConnected';
	if (code !== undefined && TIMED_OUT_CODES.has(code)) return 'requestTimedOut';
	return 'interrupted';
}

/** A code of the operating system or of Node, not an HTTP status that n8n put in its place. */
const isNetworkCode = (code: unknown): code is string =>
	typeof code === 'string' && /^E[A-Z]|_/.test(code);

/** The network's own words, which n8n may have set aside for a stock phrase. */
function wordsOf(link: NetworkError | undefined): string | undefined {
	const [aside] = Array.isArray(link?.messages) ? (link.messages as unknown[]) : [];
	return typeof aside === 'string' && aside !== '' ? aside : link?.message;
}

/** Node writes the system call first: `connect ECONNREFUSED 127.0.0.1:1`. */
const syscallIn = (words: string | undefined) => /^([a-z]+) E[A-Z]+\b/.exec(words ?? '')?.[1];

/** The error and its causes, outermost first; at most ten, since a chain may bite its tail. */
function causesOf(error: unknown): NetworkError[] {
	const chain: NetworkError[] = [];
	for (let next: unknown = error; isObject(next) && chain.length < 10; ) {
		const link: NetworkError = next;
		chain.push(link);
		const together = Array.isArray(link.errors) ? (link.errors as unknown[])[0] : undefined;
		next = link.cause ?? link.errorResponse ?? together;
	}
	return chain;
}

const isObject = (value: unknown): value is NetworkError =>
	typeof value === 'object' && value !== null;
