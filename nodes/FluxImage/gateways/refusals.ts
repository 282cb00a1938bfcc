import { asObject, asText, numberOf, omitUndefined } from '../core/json';
import type { Problem, ProblemKind } from '../core/problem';
import { isOfLimit, kindOfCodes, kindOfError, type ErrorKind } from './errorKinds';
import { codesOf, readErrorWords } from './errorWords';
import type { GatewayReply } from './gateway';
import { describeText, isHtml, startOf } from './shownBody';

/**
 * What an HTTP status alone says (docs/contracts/queue.md#errors, docs/contracts/vtrix.md#errors,
 * docs/contracts/toapis.md#errors).
 */
const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
	401: 'badKey',
	402: 'noCredit',
	403: 'notAllowed',
	404: 'notFound',
	408: 'gatewayFault',
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
const PROXY_HEADERS = ['proxy-authenticate', 'x-squid-error', 'x-proxy-error'];
const PROXY_NAMES =
	/squid|zscaler|fortigu?a|forcepoint|blue ?coat|netskope|web gateway|web filter|proxy (server|authentication|error)|ERR_ACCESS_DENIED/i;

/** Redirects that say of a POST that it is to be sent elsewhere: nothing was made of it. */
const MADE_NOTHING: ReadonlySet<number> = new Set([301, 307, 308]);

/** The longest task id that is shown, in characters. */
const LONGEST_ID = 300;

/** What, asked about a task that never was, says that key and host are good. */
const GOOD_ANSWERS: ReadonlySet<ProblemKind> = new Set(['notFound', 'badParameters']);

interface Refusal {
	readonly problem: Problem;
}

/**
 * The refusal in a reply, or nothing where the reply is a success. Whoever reads a body that names a
 * task's state asks only for `httpRefusal`.
 */
export function refusalOf(reply: GatewayReply): Refusal | undefined {
	return httpRefusal(reply) ?? envelopeRefusal(reply);
}

/** The refusal that the HTTP status says; only 2xx is none. */
export function httpRefusal(reply: GatewayReply): Refusal | undefined {
	return classOf(reply) === 2 ? undefined : { problem: readRefusal(reply) };
}

/**
 * The refusal that a body under HTTP 2xx says: `success: false`, a status of 400 to 599 in the body,
 * an error code that is known, or a state of failure with words that are known.
 */
export function envelopeRefusal(reply: GatewayReply): Refusal | undefined {
	const refused =
		asObject(reply.body)['success'] === false ||
		statusInBody(reply.body) !== undefined ||
		kindOfCodes(codesOf(reply.body)) !== undefined ||
		isRefusedInWords(reply.body);
	return refused ? { problem: readRefusal(reply) } : undefined;
}

/** `{"status": "error", "message": "too many concurrent tasks"}`; other words may be those of a task. */
function isRefusedInWords(body: unknown): boolean {
	const status = asText(asObject(body)['status']) ?? '';
	if (!/^(error|fail|failed|failure)$/i.test(status)) return false;
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
export function doubtfulRedirect(reply: GatewayReply): Refusal | undefined {
	const { statusCode } = reply;
	if (classOf(reply) !== 3 || MADE_NOTHING.has(statusCode)) return undefined;
	const reason = `it answered with a redirect (HTTP ${statusCode}), perhaps to the task`;
	return { problem: { ...unreadableReply(reply), reason } };
}

/** A reply that should have been JSON of a known shape, and is not. */
export function unreadableReply({ statusCode, headers, body }: GatewayReply): Problem {
	return omitUndefined({
		kind: 'unreadable' as const,
		httpCode: statusCode,
		reason: describeText(body) ?? startOf(body) ?? `HTTP ${statusCode}`,
		gatewayRequestId: asText(headers['x-request-id']),
	});
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
 * Judges a credential by a read of a task that does not exist: "no such task" is the answer of a
 * gateway that took the key. It bills nothing.
 */
export function probeByUnknownTask(reply: GatewayReply): Problem | undefined {
	const refused = refusalOf(reply);
	if (refused && !GOOD_ANSWERS.has(refused.problem.kind)) return refused.problem;
	const isJson = typeof reply.body === 'object' && reply.body !== null;
	return isJson ? undefined : unreadableReply(reply);
}

/** 2 of a success, 3 of a redirect, 4 of a refusal, 5 of a fault. */
const classOf = ({ statusCode }: Pick<GatewayReply, 'statusCode'>) => Math.floor(statusCode / 100);

/**
 * The status that counts: that of HTTP, unless a body under it names one itself. A 5xx of HTTP stands
 * whatever the body says, since a task may have been made before it.
 */
function statusOf(reply: GatewayReply): number {
	const { statusCode, body } = reply;
	if (classOf(reply) !== 2 && classOf(reply) !== 4) return statusCode;
	return statusInBody(body) ?? (classOf(reply) === 2 ? 400 : statusCode);
}

/**
 * `{"status": {"code": 402}}` and `{"code": 402}` may come under HTTP 200. A 10000 or 20000 refuses
 * nothing: it is a gateway's own code of success, or unknown.
 */
function statusInBody(body: unknown): number | undefined {
	const { status, code, error } = asObject(body);
	const places = [
		asObject(status)['code'],
		code,
		asObject(error)['code'],
		asObject(error)['status'],
	];
	return places
		.map((place) => numberOf(place) ?? 0)
		.find((statusCode) => [4, 5].includes(classOf({ statusCode })));
}

/** A kind, and the reason where another than the gateway gives it. */
type ToldKind = ErrorKind & Pick<Problem, 'reason'>;

function kindOf(reply: GatewayReply, reason: string | undefined): ToldKind {
	const { statusCode, body } = reply;
	if (CUT_BY_PROXY.has(statusCode)) return FAULT;
	const before = byWhoeverStandsBefore(reply);
	if (before) return before;
	const told = kindOfError(codesOf(body), reason);
	switch (classOf(reply)) {
		case 3:
			return { kind: 'redirected' };
		case 4:
			// Whatever type it bears, a 429 is about a limit.
			if (told && (statusCode !== 429 || isOfLimit(told))) return told;
			return { kind: KIND_OF_STATUS[statusCode] ?? 'badParameters' };
		case 5:
			return told?.limit === 'busy' && isSaidFirst(body) ? told : FAULT;
		default:
			return { kind: 'unreadable' };
	}
}

const FAULT: ErrorKind = { kind: 'gatewayFault' };

/**
 * A 5xx that is said before a task is made (docs/contracts/toapis.md#limits); the words of others prove
 * nothing.
 */
const isSaidFirst = (body: unknown) =>
	codesOf(body).some((code) => code.toUpperCase() === 'RATE_LIMIT_UNAVAILABLE');

/** Who between n8n and the gateway has answered in its place, if anybody has. */
function byWhoeverStandsBefore(reply: GatewayReply): ToldKind | undefined {
	const { statusCode, headers, body } = reply;
	const isRefusal = classOf(reply) === 4;
	const isPage = isHtml(body);
	const namesProxy =
		PROXY_HEADERS.some((name) => name in headers) ||
		(isPage && PROXY_NAMES.test(String(body).slice(0, 5_000)));
	if (statusCode === 407 || (isRefusal && namesProxy)) return { kind: 'refusedByProxy' };
	const isCloudflare = /^cloudflare/i.test(headers['server'] ?? '');
	if (isCloudflare && NEVER_REACHED.has(statusCode)) {
		const reason = `Cloudflare, before it, did not reach it (HTTP ${statusCode})`;
		return { kind: 'neverConnected', reason };
	}
	const isOfEdge =
		(headers['cf-mitigated'] !== undefined && statusCode !== 429) ||
		(isPage && !STATUSES_WITH_PAGE.has(statusCode)) ||
		(STATUSES_OF_EDGE.has(statusCode) && isForeignText(body));
	return isRefusal && isOfEdge ? { kind: 'blockedByEdge' } : undefined;
}

/** A text that is no API's own short word for the status, such as `Unauthorized` or `Invalid key`. */
function isForeignText(body: unknown): boolean {
	const text = typeof body === 'string' ? body.slice(0, 2_000).trim() : '';
	if (text === '' || kindOfError([], text)) return false;
	return !/^(\d{3} )?(forbidden|not found|no such \w+)\.?$/i.test(text);
}
