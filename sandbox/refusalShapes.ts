import { randomUUID } from 'node:crypto';
import type { Answer, Refusal, RefusalKind } from './protocol';
import type { Quirks } from './quirks';

type ShapeName = Exclude<Quirks['refusalShape'], 'documented'>;

/** Codes in capitals, as in the queue API's documented errors. */
const codes: Record<RefusalKind, string> = {
	badKey: 'UNAUTHORIZED',
	noCredit: 'INSUFFICIENT_BALANCE',
	forbidden: 'FORBIDDEN',
	unknownModel: 'MODEL_NOT_FOUND',
	unknownTask: 'NOT_FOUND',
	unknownPath: 'NOT_FOUND',
	invalid: 'INVALID_REQUEST',
	webhook: 'INVALID_REQUEST',
	moderated: 'CONTENT_BLOCKED',
	rateLimited: 'RATE_LIMIT_EXCEEDED',
	limiterDown: 'SERVICE_UNAVAILABLE',
	broken: 'INTERNAL_SERVER_ERROR',
};

/** Every shape of an error body that the contracts list (docs/contracts/queue.md#errors, docs/contracts/toapis.md#errors). */
const shapes: Record<ShapeName, (refusal: Refusal, statusCode: number) => unknown> = {
	object: ({ kind, message }) => ({
		error: { code: codes[kind], message },
		request_id: randomUUID(),
	}),
	numericCode: ({ message, path }, statusCode) => ({
		error: { code: statusCode, message, type: 'invalid_request_error', param: path?.[0] ?? null },
	}),
	text: ({ message }) => ({ error: message }),
	detail: ({ message }) => ({ detail: message }),
	detailList: ({ message, path = [] }) => ({
		detail: [{ loc: ['body', ...path], msg: message, type: 'value_error' }],
	}),
	statusObject: ({ message }, statusCode) => ({
		status: { code: statusCode, message, error_code: statusCode * 100 + 1 },
		data: null,
	}),
	success: ({ message }) => ({ success: false, message }),
};

/** How one gateway refuses: a status and a shape for each reason. */
export type RefusalTable = Readonly<
	Record<RefusalKind, { statusCode: number; shape: ShapeName | ((refusal: Refusal) => unknown) }>
>;

/** Puts a refusal into the gateway's words, or into the shape that the quirk asks for. */
export function refusalAnswer(
	table: RefusalTable,
	refusal: Refusal,
	wanted: Quirks['refusalShape'],
): Answer {
	const { statusCode, shape } = table[refusal.kind];
	const chosen = wanted === 'documented' ? shape : wanted;
	const build = typeof chosen === 'function' ? chosen : shapes[chosen];
	return { statusCode, body: build(refusal, statusCode) };
}
