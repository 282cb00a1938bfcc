import type { Problem } from '../problems/problem';
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

/** System calls that come before the first byte: an error of theirs proves that nothing was sent. */
const CALLS_BEFORE_SENDING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo']);

/** Codes of a request that took too long; the connection stood. */
const TIMED_OUT_CODES: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

interface NetworkError {
	readonly message?: string;
	readonly code?: unknown;
	readonly syscall?: unknown;
	readonly cause?: unknown;
	readonly errors?: unknown;
}

/** Reads what n8n's helper threw: n8n wraps the network's error, so the chain of causes is walked. */
export function networkProblem(error: unknown, redact: Redact): Problem {
	const chain = causesOf(error);
	const root = chain.find(({ code, syscall }) => syscall !== undefined || isNetworkCode(code));
	const code = typeof root?.code === 'string' ? root.code : undefined;
	const words = (root ?? chain[0])?.message;
	return {
		kind: kindOf(code, root?.syscall, words ?? ''),
		...(code === undefined ? {} : { code }),
		...(words ? { reason: redact.text(words) } : {}),
	};
}

function kindOf(code: string | undefined, syscall: unknown, words: string): Problem['kind'] {
	if (code !== undefined && NEVER_CONNECTED_CODES.has(code)) return 'neverConnected';
	if (typeof syscall === 'string' && CALLS_BEFORE_SENDING.has(syscall)) return 'neverConnected';
	if (code !== undefined && NEVER_CONNECTED_WORDS.test(words)) return 'neverConnected';
	if (code !== undefined && TIMED_OUT_CODES.has(code)) return 'requestTimedOut';
	return 'interrupted';
}

/** A code of the operating system or of Node, not an HTTP status that n8n put in its place. */
const isNetworkCode = (code: unknown) => typeof code === 'string' && /^E[A-Z]|_/.test(code);

/** The error and its causes, outermost first; at most ten, since a chain may bite its tail. */
function causesOf(error: unknown): NetworkError[] {
	const chain: NetworkError[] = [];
	for (let next: unknown = error; isObject(next) && chain.length < 10; ) {
		const link: NetworkError = next;
		chain.push(link);
		next = link.cause ?? (Array.isArray(link.errors) ? (link.errors as unknown[])[0] : undefined);
	}
	return chain;
}

const isObject = (value: unknown): value is NetworkError =>
	typeof value === 'object' && value !== null;
