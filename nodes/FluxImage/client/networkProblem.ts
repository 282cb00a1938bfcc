import { asArray, isObject } from '../core/json';
import type { Problem } from '../core/problem';
import type { Redact } from './redaction';

/** Error codes that say that no connection was made, or that the request itself could not be written. */
const NEVER_CONNECTED_CODES: ReadonlySet<string> = new Set([
	...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_INVALID_URL', 'ERR_INVALID_PROTOCOL'],
	...['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN', 'ERR_UNESCAPED_CHARACTERS'],
	...['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
	...['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
]);

/** Codes of a certificate that was refused here (Node's list of X509 errors): the handshake is not done then. */
const CERTIFICATE_CODE =
	/^(CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_C|INVALID_(CA|PURPOSE)$|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

/**
 * Words of Node and OpenSSL for a handshake that failed, its alerts among them: nothing is sent before
 * it is done. Alerts about a certificate of ours, or an internal error, may come later.
 */
const NEVER_CONNECTED_WORDS = new RegExp(
	[
		'before secure TLS connection was established|wrong version number|packet length too long',
		'unsupported protocol|no protocols available|unsafe legacy renegotiation|key too small',
		'alert (protocol version|handshake failure|insufficient security|no application protocol)',
		'(alert )?unrecognized name',
	].join('|'),
	'i',
);

/** n8n's own refusals, before it sends: its rule against SSRF, and the hosts that a credential is held to. */
const REFUSED_BY_N8N = /^(The request was blocked because|Domain not allowed)/;

/** System calls that come before the first byte: an error of theirs proves that nothing was sent. */
const CALLS_BEFORE_SENDING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

/** Codes of a request that took too long; the connection stood. */
const TIMED_OUT_CODES: ReadonlySet<string> = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/** An error, or what n8n has put in its place: its fields, whichever it has. */
type Link = Readonly<Record<string, unknown>>;

/** Reads what n8n's helper threw: n8n wraps the network's error, so the chain of causes is walked. */
export function networkProblem(error: unknown, redact: Redact): Problem {
	const chain = causesOf(error);
	const refusal = chain.find(isRefusalOfN8n);
	if (refusal) {
		const words = [wordsOf(refusal), refusal['description']].filter(Boolean).join('. ');
		return { kind: 'neverConnected', reason: redact.text(`n8n did not let it out. ${words}`) };
	}
	const root =
		chain.find(({ code, syscall }) => syscall !== undefined || isNetworkCode(code)) ??
		chain.find(({ httpCode }) => isNetworkCode(httpCode));
	const code = [root?.['code'], root?.['httpCode']].find(isNetworkCode);
	const words = wordsOf(root ?? chain[0] ?? {});
	return {
		kind: kindOf(code, root?.['syscall'] ?? syscallIn(words), words),
		...(code === undefined ? {} : { code }),
		...(words === '' ? {} : { reason: redact.text(words) }),
	};
}

const isRefusalOfN8n = (link: Link) =>
	/^Ssrf/.test(String(link['name'])) ||
	(!isNetworkCode(link['code']) && REFUSED_BY_N8N.test(wordsOf(link)));

function kindOf(code = '', syscall: unknown, words: string): Problem['kind'] {
	const isProof =
		NEVER_CONNECTED_CODES.has(code) ||
		CERTIFICATE_CODE.test(code) ||
		CALLS_BEFORE_SENDING.has(syscall) ||
		(code !== '' && NEVER_CONNECTED_WORDS.test(words));
	if (isProof) return 'neverConnected';
	return TIMED_OUT_CODES.has(code) ? 'requestTimedOut' : 'interrupted';
}

/** A code of the operating system or of Node, not an HTTP status that n8n put in its place. */
const isNetworkCode = (code: unknown): code is string =>
	typeof code === 'string' && /^E[A-Z]|_/.test(code);

/** The network's own words, which n8n 1.x sets aside in `messages` for a stock phrase. */
const wordsOf = ({ message, messages }: Link) => [asArray(messages)[0], message].find(isText) ?? '';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Node writes the system call first: `connect ECONNREFUSED 127.0.0.1:1`. */
const syscallIn = (words: string) => /^([a-z]+) E[A-Z]+\b/.exec(words)?.[1];

/**
 * The error and its causes, outermost first; at most ten, since a chain may bite its tail. n8n 1.x drops
 * the cause of what it wraps, and leaves its code in `httpCode`; what it does not take for an Error it
 * keeps in `errorResponse`. An AggregateError holds one failure for each address of a host.
 */
function causesOf(error: unknown): Link[] {
	const chain: Link[] = [];
	for (let next = error; isObject(next) && chain.length < 10; ) {
		chain.push(next);
		next = next['cause'] ?? next['errorResponse'] ?? asArray(next['errors'])[0];
	}
	return chain;
}
