import {
	asArray,
	asObject,
	asText,
	type Fields,
	firstFound,
	isBlank,
	isObject,
	omitUndefined,
	valuesAt,
} from '../core/json';
import { NO_REASON } from '../core/messages';
import type { TaskFailure } from '../core/task';
import { saysNothing } from './noError';
import { describeText, LONGEST_REASON, startOf } from './shownBody';

const LONGEST_CODE = 100;

/** How deep, and how many rows, words are looked for. */
const DEEPEST = 5;
const MOST_ROWS = 20;

/** Names in both of their spellings: `fail_reason` is `failReason` as well. */
const spelledBoth = (names: readonly string[]): readonly string[] =>
	names.flatMap((name) => {
		const inCamelCase = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
		return inCamelCase === name ? [name] : [name, inCamelCase];
	});

/** Names of texts about an error, best first. */
const TEXTS_OF_ERROR = spelledBoth([
	...['error_message', 'error_msg', 'err_msg', 'err_message', 'error_description', 'error_info'],
	...['error_detail', 'error_details', 'fail_reason', 'failure_reason', 'failed_reason'],
	...['fail_msg', 'fail_message', 'failed_message', 'failure_message'],
]);

/** Fields whose values are codes, and stand for an error by being there. */
const CODES_OF_ERROR = spelledBoth(['error_type', 'error_code']);

/** Fields that tell of an error, best first. */
const ERROR_FIELDS = ['error', 'errors', ...TEXTS_OF_ERROR, 'err', 'failure', 'provider_error'];

/** Where the words of a call or of one step may stand: they count where nothing better is told. */
const PLACES_OF_STEPS = ['output', 'outputs', 'result', 'results', 'images', 'metadata', 'logs'];

/** Fields of a body that is known to be about an error, best first. */
const REASON_FIELDS = [
	...ERROR_FIELDS,
	...['detail', 'details', 'status', 'reason', 'message', 'msg', 'description', 'data'],
	...spelledBoth(['task_status_msg', 'status_message', 'status_msg']),
	...['remark', 'warnings', ...PLACES_OF_STEPS],
];

/** Where the words stand within an error that is an object, best first. */
const WORD_FIELDS = [
	...['message', 'msg', ...TEXTS_OF_ERROR, 'reason', 'detail', 'details', 'description'],
	...['cause', 'text', 'title', 'error', 'errors'],
];

/** Where a row of outputs tells that it was not made. */
const ROW_FIELDS = [...ERROR_FIELDS, 'reason', 'message', 'msg', ...CODES_OF_ERROR];

const CODE_FIELDS = ['code', 'error_code', 'errorCode', 'err_code', 'type', 'error_type'];

/** What stands for a failure that the gateway does not explain. */
export const UNEXPLAINED: TaskFailure = { code: 'FAILED', message: NO_REASON };

/** The code and the words of an error, shortened, wherever in the body they stand. */
export interface ErrorWords {
	readonly code?: string;
	readonly reason?: string;
}

/** Reads the words of a body that is known to be about an error. */
export const readErrorWords = (body: unknown): ErrorWords => errorWords(body, hasMore);

/** The same of a failed task: an error that tells no more than its code is no reason. */
const failureWords = (body: unknown): ErrorWords => errorWords(body, tellsMore);

/** @param isShown whether an error of unknown shape is worth showing */
function errorWords(body: unknown, isShown: (error: object) => boolean): ErrorWords {
	const fields = asObject(body);
	const reason =
		firstWords(REASON_FIELDS.map((name) => reasonAt(fields, name))) ??
		(Array.isArray(body) ? wordsIn(body) : describeText(body)) ??
		startOfError(fields, isShown);
	return omitUndefined({
		code: codesOf(body)[0],
		reason: withDetail(reason, fields['provider_error'])?.slice(0, LONGEST_REASON),
	});
}

/**
 * What may tell a reason at this place. A `status` is a word for the task's state, but for the envelope
 * `{"status": {"code", "message"}}`; among outputs only a row with an error tells one.
 */
function reasonAt(fields: Fields, name: string): unknown {
	const value = fields[name];
	if (name === 'status') return asObject(value);
	if (!PLACES_OF_STEPS.includes(name)) return value;
	const rows = Array.isArray(value) ? value.slice(-MOST_ROWS).reverse() : [value];
	return firstFound(rows.map(asObject), (row) => firstWords(valuesAt(row, ROW_FIELDS), 1));
}

/** Every code and type that an error bears, the most telling first. */
export function codesOf(body: unknown): readonly string[] {
	const fields = asObject(body);
	const [error, errors, status, provider] = valuesAt(fields, [
		...['error', 'errors', 'status', 'provider_error'],
	]);
	const rows = [error, asArray(errors)[0], asArray(error)[0]].map(asObject);
	const found = [
		...valuesAt(fields, CODES_OF_ERROR),
		...rows.flatMap((row) => valuesAt(row, CODE_FIELDS)),
		...valuesAt(asObject(status), ['error_code', 'code']),
		fields['code'],
		asObject(provider)['code'],
	];
	return found.flatMap((code) =>
		saysNothing(code) ? [] : (asText(code)?.slice(0, LONGEST_CODE) ?? []),
	);
}

/**
 * The error that stands in a body among what else it tells, or nothing where none does, or what does
 * says nothing: blank, 0, a word of success, an address.
 */
export function errorIn(body: unknown): TaskFailure | undefined {
	const fields = Object.entries(asObject(body));
	// What else the body says, its `message` perhaps, is not about the error.
	const told = fields.filter(([name, value]) => isOfError(name) && !saysNothing(value));
	if (told.length === 0) return undefined;
	const { code, reason } = failureWords(Object.fromEntries(told));
	return { code: code ?? UNEXPLAINED.code, message: reason ?? UNEXPLAINED.message };
}

const isOfError = (name: string) => ERROR_FIELDS.includes(name) || CODES_OF_ERROR.includes(name);

/** Why a task failed, in the words of bodies that say that it did; the first that tells counts. */
export function readFailure(bodies: readonly unknown[]): ErrorWords {
	const told = bodies.map(failureWords);
	return omitUndefined({
		code: firstFound(told, ({ code }) => code),
		reason: firstFound(told, ({ reason }) => reason),
	});
}

/** An error in a list of outputs: one of several pictures was not made. */
export const errorAmong = (rows: readonly unknown[]): TaskFailure | undefined =>
	firstFound(rows.slice(0, MOST_ROWS), errorIn);

/** The provider behind the gateway may tell more; what both say is said once. */
function withDetail(reason: string | undefined, providerError: unknown): string | undefined {
	const detail = wordsIn(providerError);
	if (reason === undefined || detail === undefined) return reason ?? detail;
	if (reason.includes(detail)) return reason;
	return detail.includes(reason) ? detail : `${reason} (${detail})`;
}

const firstWords = (values: readonly unknown[], depth = 0): string | undefined =>
	firstFound(values, (value) => wordsIn(value, depth));

/** The words in an error's place: a text, the rows of a list, or an object's telling field. */
function wordsIn(value: unknown, depth = 0): string | undefined {
	// Looking into what is absent would ask for every field of it, and for every field of those.
	if (depth > DEEPEST || isBlank(value)) return undefined;
	if (typeof value === 'string') {
		const start = value.slice(0, LONGEST_REASON * 4).trim();
		return saysNothing(start) ? undefined : describeText(start);
	}
	if (Array.isArray(value)) {
		const rows = value.slice(0, MOST_ROWS).map((row) => wordsIn(row, depth + 1));
		return [...new Set(rows)].filter((row) => row !== undefined).join('; ') || undefined;
	}
	if (!isObject(value)) return undefined;
	const words = firstWords(valuesAt(value, WORD_FIELDS), depth + 1);
	const place = placeOf(value);
	return words === undefined || place === '' || words.startsWith(`${place}:`)
		? words
		: `${place}: ${words}`;
}

/** Where in the request a row of FastAPI's `detail` found its fault: `image.url`. */
const placeOf = ({ loc }: Fields) =>
	asArray(loc)
		.slice(0, MOST_ROWS)
		.map((part) => asText(part))
		.filter((part) => part !== 'body')
		.join('.');

/** An error of a shape that nobody knows, as JSON; nothing where it is not worth it. */
const startOfError = (fields: Fields, isShown: (error: object) => boolean): string | undefined =>
	firstFound(valuesAt(fields, ['error', 'errors', 'failure', 'detail']), (value) => {
		if (typeof value !== 'object' || value === null || saysNothing(value)) return undefined;
		return isShown(value) ? startOf(value) : undefined;
	});

/** Whether an error has more than codes: a list has. */
const hasMore = (error: object) => Object.keys(error).some((name) => !CODE_FIELDS.includes(name));

/** Whether an error, or a row of it, says something beside its codes: a message of "NULL" does not. */
const tellsMore = (error: object) =>
	(Array.isArray(error) ? error.slice(0, MOST_ROWS) : [error])
		.flatMap((row) => Object.entries(asObject(row)))
		.some(([name, value]) => !CODE_FIELDS.includes(name) && !saysNothing(value));
