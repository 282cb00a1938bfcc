import type { Problem, ProblemKind } from '../core/problem';
import { asObject, numberOf, omitUndefined, asText } from '../core/json';
import { kindOfCodes, kindOfError, type ErrorKind } from './errorKinds';
import { codesOf, describeText, isHtml, readErrorWords, startOf } from './errorWords';
import type { GatewayReply } from './gateway';

/**
 * What an HTTP status alone says (docs/contracts/queue.md#errors, docs/contracts/vtrix.md#errors,
 * docs/contracts/toapis.md#errors).
 */
const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
	400: 'badParameters',
	401: 'badKey',
	402: 'noCredit',
	403: 'notAllowed',
	404: 'notFound',
	408: 'gatewayFault',
	409: 'badParameters',
	413: 'badParameters',
	422: 'badParameters',
	429: 'rateLimited',
};

/**
 * What proxies say of a caller that has gone, or of one that they cut (nginx 444 and 499, a load balancer's
 * 460): the request may have arrived whole.
 */
const CUT_BY_PROXY: ReadonlySet<number> = new Set([444, 460, 499]);

/** Refusals whose page may be a server's own: too slow, too large, too often. */
const STATUSES_WITH_PAGE: ReadonlySet<number> = new Set([408, 413, 429]);

/** Statuses of an API itself that are told in its own words: a text of others is not the gateway's. */
const STATUSES_OF_EDGE: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * Cloudflare's own words for a host that it could not begin to talk to: the host refused the
 * connection (521), or the handshake of TLS with it failed (525, 526). Not 520, 522, 523 and 524: there
 * the request may have arrived, or nobody says that it has not.
 */
const NEVER_REACHED: ReadonlySet<number> = new Set([521, 525, 526]);

/** A proxy's own headers, and the names that proxies and filters of companies put on their pages. */
const PROXY_HEADERS = ['proxy-authenticate', 'x-squid-error', 'x-proxy-error'] as const;
const PROXY_NAMES =
	/squid|zscaler|fortigu?a|forcepoint|blue ?coat|netskope|web gateway|web filter|proxy (server|authentication|error)|ERR_ACCESS_DENIED/i;

/** Redirects that say of a POST that it is to be sent elsewhere: nothing was made of it. */
const MADE_NOTHING: ReadonlySet<number> = new Set([301, 307, 308]);

/** The longest task id that is shown, in characters. */
const LONGEST_ID = 300;

/**
 * The refusal in a reply about a task, or nothing where the reply is a success. Whoever reads a body
 * that names a task's state asks only for `httpRefusal`.
 */
export function refusalOf(reply: GatewayReply): { problem: Problem } | undefined {
	return httpRefusal(reply) ?? envelopeRefusal(reply);
}

/** The refusal that the HTTP status says; only 2xx is none. */
export function httpRefusal(reply: GatewayReply): { problem: Problem } | undefined {
	if (reply.statusCode >= 200 && reply.statusCode < 300) return undefined;
	return { problem: readRefusal(reply) };
}

/**
 * The refusal that a body under HTTP 2xx says: `success: false`, a status of 400 to 599 in the body,
 * an error code that is known, or a state of failure with words that are known.
 */
export function envelopeRefusal(reply: GatewayReply): { problem: Problem } | undefined {
	const refused =
		asObject(reply.body)['success'] === false ||
		statusInBody(reply.body) !== undefined ||
		kindOfCodes(codesOf(reply.body)) !== undefined ||
		isRefusedInWords(reply.body);
	return refused ? { problem: readRefusal(reply) } : undefined;
}

/** `{"status": "error", "message": "too many concurrent tasks"}`; other words may be those of a task. */
function isRefusedInWords(body: unknown): boolean {
	const { status } = asObject(body);
	if (typeof status !== 'string' || !/^(error|fail|failed|failure)$/i.test(status)) return false;
	return kindOfError([], readErrorWords(body).reason) !== undefined;
}

/**
 * The refusal of a create that names no task: any error at all.
 *
 * @returns a problem of the kind that the error tells, else `badParameters`
 */
export function readRefusal(reply: GatewayReply): Problem {
	const { headers, body } = reply;
	const statusCode = statusOf(reply);
	const { code, reason } = readErrorWords(body);
	const told = kindOf({ ...reply, statusCode }, reason);
	return omitUndefined({
		kind: told.kind,
		limit: told.limit,
		reason: told.reason ?? reason ?? startOf(body) ?? `HTTP ${statusCode}`,
		code,
		httpCode: statusCode,
		gatewayRequestId: asText(asObject(body)['request_id'], headers['x-request-id']),
	});
}

/**
 * The refusal of a create by a redirect. 303 means that the POST was taken and its outcome lies
 * elsewhere, and the others are sent for either: such a task may exist.
 */
export function doubtfulRedirect(reply: GatewayReply): { problem: Problem } | undefined {
	const { statusCode } = reply;
	if (statusCode < 300 || statusCode >= 400 || MADE_NOTHING.has(statusCode)) return undefined;
	const reason = `it answered with a redirect (HTTP ${statusCode}), perhaps to the task`;
	return { problem: { ...unreadableReply(reply), reason } };
}

/** A reply that should have been JSON of a known shape, and is not. */
export function unreadableReply(reply: GatewayReply): Problem {
	const { statusCode, headers, body } = reply;
	return {
		kind: 'unreadable',
		httpCode: statusCode,
		...omitUndefined({
			reason: describeText(body) ?? startOf(body) ?? `HTTP ${statusCode}`,
			gatewayRequestId: asText(headers['x-request-id']),
		}),
	};
}

/**
 * A task was made, but its id cannot stand in a URL: it is told, so that the person can look the task
 * up at the gateway.
 */
export function unusableId(reply: GatewayReply, requestId: string): Problem {
	const shown = JSON.stringify(requestId.slice(0, LONGEST_ID));
	return { ...unreadableReply(reply), reason: `its task ID cannot stand in an address: ${shown}` };
}

/**
 * The status that counts: that of HTTP, unless a body under it names one itself. A 5xx of HTTP stands
 * whatever the body says, since a task may have been made before it.
 */
function statusOf({ statusCode, body }: GatewayReply): number {
	if (statusCode >= 500 || (statusCode >= 300 && statusCode < 400)) return statusCode;
	const inBody = statusInBody(body);
	if (inBody !== undefined) return inBody;
	return statusCode >= 200 && statusCode < 300 ? 400 : statusCode;
}

/** `{"status": {"code": 402}}` and `{"code": 402}` may come under HTTP 200. */
function statusInBody(body: unknown): number | undefined {
	const { status, code, error } = asObject(body);
	const places = [
		asObject(status)['code'],
		code,
		asObject(error)['code'],
		asObject(error)['status'],
	];
	return places.map(numberOf).find((number) => number !== undefined && isRefusal(number));
}

/** Only these refuse: a 10000 or 20000 is a gateway's own code of success, or unknown. */
const isRefusal = (status: number) => status >= 400 && status < 600;

function kindOf(reply: GatewayReply, reason: string | undefined): ErrorKind & { reason?: string } {
	const { statusCode, body } = reply;
	if (CUT_BY_PROXY.has(statusCode)) return FAULT;
	const before = byWhoeverStandsBefore(reply);
	if (before) return before;
	if (statusCode >= 300 && statusCode < 400) return { kind: 'redirected' };
	if (statusCode < 200 || statusCode >= 600) return { kind: 'unreadable' };
	const told = kindOfError(codesOf(body), reason);
	if (statusCode >= 500) return told?.limit === 'busy' && isSaidFirst(body) ? told : FAULT;
	if (told && (statusCode !== 429 || told.kind === 'noCredit' || told.limit)) return told;
	return { kind: KIND_OF_STATUS[statusCode] ?? 'badParameters' };
}

const FAULT: ErrorKind = { kind: 'gatewayFault' };

/**
 * A 5xx that is said before a task is made (docs/contracts/toapis.md#limits); the words of others prove
 * nothing.
 */
const isSaidFirst = (body: unknown) =>
	codesOf(body).some((code) => code.toUpperCase() === 'RATE_LIMIT_UNAVAILABLE');

/** Who between n8n and the gateway has answered in its place, if anybody has. */
function byWhoeverStandsBefore({
	statusCode,
	headers,
	body,
}: GatewayReply): (ErrorKind & { reason?: string }) | undefined {
	const refused = statusCode >= 400 && statusCode < 500;
	const proxy =
		PROXY_HEADERS.some((name) => headers[name] !== undefined) ||
		(typeof body === 'string' && isHtml(body) && PROXY_NAMES.test(body.slice(0, 5_000)));
	if (statusCode === 407 || (refused && proxy)) return { kind: 'refusedByProxy' };
	const cloudflare = /^cloudflare/i.test(headers['server'] ?? '');
	if (cloudflare && NEVER_REACHED.has(statusCode)) {
		const reason = `Cloudflare, before it, did not reach it (HTTP ${statusCode})`;
		return { kind: 'neverConnected', reason };
	}
	const challenged = headers['cf-mitigated'] !== undefined;
	const isPage = refused && isHtml(body) && !STATUSES_WITH_PAGE.has(statusCode);
	const isText =
		STATUSES_OF_EDGE.has(statusCode) && typeof body === 'string' && isForeignText(body);
	const edge = (challenged && refused) || isPage || isText;
	return edge && statusCode !== 429 ? { kind: 'blockedByEdge' } : undefined;
}

/** A text that is no API's own short word for the status, such as `Unauthorized` or `Invalid key`. */
function isForeignText(body: string): boolean {
	const text = body.slice(0, 2_000).trim();
	if (text === '') return false;
	return !kindOfError([], text) && !/^(\d{3} )?(forbidden|not found|no such \w+)\.?$/i.test(text);
}
