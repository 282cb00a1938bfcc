import type { Problem, ProblemKind } from '../core/problem';
import { NO_REASON } from '../core/messages';
import type { TaskFailure } from '../core/task';
import type { GatewayReply } from './gateway';
import { fieldsOf, isBlank, numberOf, present, rowsOf, textOf } from '../core/json';

/** What an HTTP status alone says (contracts: queue, VTrix, ToAPIs). */
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
 * Words in an error's code or message that say more than the HTTP status does; the first row that
 * fits wins. Gateways answer "insufficient balance" with 400, 402 and 403 alike.
 */
const KIND_OF_WORDS: ReadonlyArray<readonly [RegExp, ProblemKind]> = [
	[/task_not_exist|task not (exist|found)/i, 'notFound'],
	[
		/insufficient.{1,20}(funds|credit|quota)|\bbalance\b|no credit|quota exceeded|40201/i,
		'noCredit',
	],
	[/unauthorized|authentication_error|invalid (api )?key/i, 'badKey'],
	[/rate.?limit/i, 'rateLimited'],
];

/** Statuses whose words may overrule them: a 5xx stays the gateway's fault whatever it says. */
const wordsMayOverrule = (statusCode: number) => statusCode < 500 && statusCode !== 429;

/**
 * The longest reason that is shown, in characters. Longer ones are whole pages, and bury the
 * message in the editor's panel.
 */
const LONGEST_REASON = 500;

/** The longest code and task id that are shown, in characters. */
const LONGEST_CODE = 100;
const LONGEST_ID = 300;

/** Whether a body is an error reply even under HTTP 200 (contracts: ToAPIs, the status envelope). */
function isErrorBody(body: unknown): boolean {
	const fields = fieldsOf(body);
	const envelope = numberOf(fieldsOf(fields['status'])['code']);
	return fields['success'] === false || (envelope !== undefined && envelope >= 400);
}

/** The refusal in a reply, or nothing where the reply is a success. */
export function refusalOf(reply: GatewayReply): { problem: Problem } | undefined {
	const refused = reply.statusCode < 200 || reply.statusCode >= 300 || isErrorBody(reply.body);
	return refused ? { problem: readRefusal(reply) } : undefined;
}

/** Reads a reply that is no success into a problem, whichever of the gateways' shapes it has. */
export function readRefusal(reply: GatewayReply): Problem {
	const { statusCode, body } = withEnvelopeStatus(reply);
	const { code, reason } = readErrorWords(body);
	return present({
		kind: kindOf(statusCode, `${code ?? ''} ${reason ?? ''}`),
		reason: reason ?? startOf(body),
		code,
		httpCode: statusCode,
		gatewayRequestId: textOf(fieldsOf(body)['request_id'], reply.headers['x-request-id']),
	});
}

/** A reply that should have been JSON of a known shape, and is not. */
export function unreadableReply(reply: GatewayReply): Problem {
	return {
		kind: 'unreadable',
		httpCode: reply.statusCode,
		...present({ reason: describeText(reply.body) ?? startOf(reply.body) }),
	};
}

/** `{"status": {"code": 402, …}}` may come under HTTP 200: its code is the one that counts. */
function withEnvelopeStatus({ statusCode, body }: GatewayReply) {
	const envelope = numberOf(fieldsOf(fieldsOf(body)['status'])['code']);
	if (envelope !== undefined && envelope >= 400 && envelope < 600) {
		return { statusCode: envelope, body };
	}
	return { statusCode: statusCode < 400 && isErrorBody(body) ? 400 : statusCode, body };
}

function kindOf(statusCode: number, words: string): ProblemKind {
	if (wordsMayOverrule(statusCode)) {
		for (const [pattern, kind] of KIND_OF_WORDS) if (pattern.test(words)) return kind;
	}
	if (statusCode >= 300 && statusCode < 400) return 'redirected';
	return KIND_OF_STATUS[statusCode] ?? (statusCode >= 500 ? 'gatewayFault' : 'badParameters');
}

/**
 * A task was made, but its id cannot stand in a URL: it is told, so that the person can look the task
 * up at the gateway.
 */
export function unusableId(reply: GatewayReply, requestId: string): Problem {
	const shown = JSON.stringify(requestId.slice(0, LONGEST_ID));
	return { ...unreadableReply(reply), reason: `its task ID cannot stand in an address: ${shown}` };
}

/** What stands for a failure that the gateway does not explain. */
export const UNEXPLAINED: TaskFailure = { code: 'FAILED', message: NO_REASON };

/** Why a task failed, in the words of a body that says that it did. */
export function readFailure(body: unknown): TaskFailure {
	const { code, reason } = readErrorWords(body);
	return { code: code ?? UNEXPLAINED.code, message: reason ?? UNEXPLAINED.message };
}

/** The code and the words of an error, shortened, out of every shape in the contracts. */
export function readErrorWords(body: unknown): { code?: string; reason?: string } {
	const fields = fieldsOf(body);
	const error = fieldsOf(fields['error']);
	const status = fieldsOf(fields['status']);
	const code = textOf(
		fields['error_type'],
		error['code'],
		error['type'],
		status['error_code'],
		status['code'],
		fields['code'],
	);
	const reason = textOf(
		error['message'],
		error['error_message'],
		fields['error'],
		fields['fail_reason'],
		detailOf(fields['detail']),
		status['message'],
		fields['message'],
		describeText(body),
	);
	return present({ code: code?.slice(0, LONGEST_CODE), reason: reason?.slice(0, LONGEST_REASON) });
}

/** FastAPI's `detail`: a text, or rows of `{loc, msg}`. */
function detailOf(detail: unknown): string | undefined {
	const rows = rowsOf(detail).map((row) => {
		const { loc, msg } = fieldsOf(row);
		const place = rowsOf(loc)
			.map((part) => textOf(part))
			.filter((part) => part !== 'body')
			.join('.');
		return [place, textOf(msg)].filter(Boolean).join(': ');
	});
	return textOf(detail, rows.filter(Boolean).join('; '));
}

/**
 * The start of a body of unknown shape: whatever it tells of a task, its id perhaps, is not lost.
 * Nothing where it is too deep to be written.
 */
function startOf(body: unknown): string | undefined {
	if (isBlank(body)) return undefined;
	try {
		return JSON.stringify(body).slice(0, LONGEST_REASON);
	} catch {
		return undefined;
	}
}

/** A word on a body that is no JSON: a page's title, or the start of a text. */
function describeText(body: unknown): string | undefined {
	if (typeof body !== 'string') return undefined;
	const start = body.slice(0, 2000);
	if (!/<(!doctype|html|head|body|title)/i.test(start)) {
		return textOf(start.slice(0, LONGEST_REASON));
	}
	const title = /<title>([^<]*)<\/title>/i.exec(start)?.[1];
	return textOf(`an HTML page${title ? ` titled "${title.trim()}"` : ''}`);
}
