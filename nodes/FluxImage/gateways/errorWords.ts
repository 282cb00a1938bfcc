import { NO_REASON } from '../core/messages';
import type { TaskFailure } from '../core/task';
import { asObject, isBlank, omitUndefined, asArray, saysNothing, asText } from '../core/json';

type Fields = Readonly<Record<string, unknown>>;

/** The longest reason and code that are shown, in characters: longer ones bury the message. */
export const LONGEST_REASON = 500;
const LONGEST_CODE = 100;

/** A text within shown JSON is cut here, so that one picture in it does not hide the rest. */
const LONGEST_SHOWN_TEXT = 120;

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

/** Fields that stand for an error by being there, best first. */
const ERROR_FIELDS = [
	...['error', 'errors', ...TEXTS_OF_ERROR, 'err', 'failure', 'provider_error'],
	...spelledBoth(['error_type', 'error_code']),
] as const;

/** Where the words of a call or of one step may stand: they count where nothing better is told. */
const PLACES_OF_STEPS = [
	...['output', 'outputs', 'result', 'results', 'images', 'metadata', 'logs'],
] as const;

/** Fields of a body that is known to be about an error, best first. */
const REASON_FIELDS = [
	...ERROR_FIELDS.filter((name) => !/type|code/i.test(name)),
	...['detail', 'details', 'status', 'reason', 'message', 'msg', 'description', 'data'],
	...spelledBoth(['task_status_msg', 'status_message', 'status_msg']),
	...['remark', 'warnings', ...PLACES_OF_STEPS],
] as const;

/** Where the words stand within an error that is an object, best first. */
const WORD_FIELDS = [
	...['message', 'msg', ...TEXTS_OF_ERROR, 'reason', 'detail', 'details', 'description'],
	...['cause', 'text', 'title', 'error', 'errors'],
] as const;

const CODE_FIELDS = ['code', 'error_code', 'errorCode', 'err_code', 'type', 'error_type'] as const;

/** What stands for a failure that the gateway does not explain. */
export const UNEXPLAINED: TaskFailure = { code: 'FAILED', message: NO_REASON };

/** The code and the words of an error, shortened, wherever in the body they stand. */
export interface ErrorWords {
	readonly code?: string;
	readonly reason?: string;
}

/** Reads the words of a body that is known to be about an error. */
export function readErrorWords(body: unknown): ErrorWords {
	const fields = asObject(body);
	const reason =
		firstWords(REASON_FIELDS.map((name) => reasonAt(fields, name))) ??
		(Array.isArray(body) ? wordsIn(body) : describeText(body)) ??
		startOfError(fields);
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
	if (!(PLACES_OF_STEPS as readonly string[]).includes(name)) return value;
	const rows = Array.isArray(value) ? value.slice(-MOST_ROWS).reverse() : [value];
	for (const row of rows.map(asObject)) {
		const told = firstWords(
			[...ERROR_FIELDS, 'reason', 'message', 'msg'].map((at) => row[at]),
			1,
		);
		if (told !== undefined) return told;
	}
	return undefined;
}

/** Every code and type that an error bears, the most telling first. */
export function codesOf(body: unknown): readonly string[] {
	const fields = asObject(body);
	const [error, status, provider] = ['error', 'status', 'provider_error'].map((name) =>
		asObject(fields[name]),
	);
	const rows = [fields['errors'], fields['error']].map((list) => asObject(asArray(list)[0]));
	const found = [
		...['error_type', 'errorType', 'error_code', 'errorCode'].map((name) => fields[name]),
		...[error, ...rows].flatMap((row) => CODE_FIELDS.map((name) => row?.[name])),
		...['error_code', 'code'].map((name) => status?.[name]),
		fields['code'],
		provider?.['code'],
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
	const fields = asObject(body);
	const told = ERROR_FIELDS.filter((name) => !saysNothing(fields[name]));
	if (told.length === 0) return undefined;
	// What else the body says, its `message` perhaps, is not about the error.
	const about: Record<string, unknown> = {};
	for (const name of told) about[name] = fields[name];
	const { code, reason } = readErrorWords(about);
	return { code: code ?? UNEXPLAINED.code, message: reason ?? UNEXPLAINED.message };
}

/** Why a task failed, in the words of bodies that say that it did; the first that tells counts. */
export function readFailure(bodies: readonly unknown[]): ErrorWords {
	const told = bodies.map(readErrorWords);
	return omitUndefined({
		code: told.find(({ code }) => code !== undefined)?.code,
		reason: told.find(({ reason }) => reason !== undefined)?.reason,
	});
}

/** An error in a list of outputs: one of several pictures was not made. */
export function errorAmong(rows: unknown): TaskFailure | undefined {
	for (const row of asArray(rows).slice(0, MOST_ROWS)) {
		const error = errorIn(row);
		if (error) return error;
	}
	return undefined;
}

function withDetail(reason: string | undefined, providerError: unknown): string | undefined {
	const detail = wordsIn(providerError);
	if (reason === undefined || detail === undefined || reason.includes(detail)) {
		return reason ?? detail;
	}
	if (detail.includes(reason)) return detail;
	return `${reason} (${detail})`;
}

function firstWords(values: readonly unknown[], depth = 0): string | undefined {
	for (const value of values) {
		const words = wordsIn(value, depth);
		if (words !== undefined) return words;
	}
	return undefined;
}

/** The words in an error's place: a text, the rows of a list, or an object's telling field. */
function wordsIn(value: unknown, depth = 0): string | undefined {
	// Looking into what is absent would ask for every field of it, and for every field of those.
	if (depth > DEEPEST || isBlank(value)) return undefined;
	if (typeof value === 'string') {
		const start = value.slice(0, LONGEST_REASON * 4).trim();
		return saysNothing(start) ? undefined : (describeText(start) ?? start);
	}
	if (Array.isArray(value)) {
		const rows = value.slice(0, MOST_ROWS).map((row) => wordsIn(row, depth + 1));
		return [...new Set(rows)].filter((row) => row !== undefined).join('; ') || undefined;
	}
	const fields = asObject(value);
	if (Object.keys(fields).length === 0) return undefined;
	const words = firstWords(
		WORD_FIELDS.map((name) => fields[name]),
		depth + 1,
	);
	if (words === undefined) return undefined;
	const place = placeOf(fields);
	return place === '' || words.startsWith(`${place}:`) ? words : `${place}: ${words}`;
}

/** Where in the request a row of FastAPI's `detail` found its fault: `image.url`. */
const placeOf = ({ loc }: Fields) =>
	asArray(loc)
		.slice(0, MOST_ROWS)
		.map((part) => asText(part))
		.filter((part) => part !== 'body')
		.join('.');

/** An error of a shape that nobody knows, as JSON; nothing where it has no more than a code. */
function startOfError(fields: Fields): string | undefined {
	for (const name of ['error', 'errors', 'failure', 'detail']) {
		const value = fields[name];
		if (typeof value !== 'object' || saysNothing(value)) continue;
		const named = Object.keys(value ?? {}).some(
			(field) => !(CODE_FIELDS as readonly string[]).includes(field),
		);
		if (named) return startOf(value);
	}
	return undefined;
}

/**
 * The start of a value of unknown shape as JSON, its long texts cut: whatever it tells of a task, its
 * id perhaps, is not lost. Nothing where it is too deep to be written.
 */
export function startOf(body: unknown): string | undefined {
	if (isBlank(body)) return undefined;
	try {
		return JSON.stringify(shown(body)).slice(0, LONGEST_REASON);
	} catch {
		return undefined;
	}
}

/** A copy of a value with its long texts and lists cut, so that writing it takes no time. */
function shown(value: unknown, depth = 0): unknown {
	if (typeof value === 'string' && value.length > LONGEST_SHOWN_TEXT) {
		return `${value.slice(0, LONGEST_SHOWN_TEXT)}…`;
	}
	if (typeof value !== 'object' || value === null) return value;
	if (depth > DEEPEST * 2) return '…';
	if (Array.isArray(value)) return value.slice(0, MOST_ROWS).map((row) => shown(row, depth + 1));
	return Object.fromEntries(
		Object.entries(value)
			.slice(0, MOST_ROWS * 2)
			.map(([name, field]) => [name.slice(0, LONGEST_SHOWN_TEXT), shown(field, depth + 1)]),
	);
}

/** Whether a body is an HTML page. */
export function isHtml(body: unknown): boolean {
	return typeof body === 'string' && /<(!doctype|html|head|body|title)/i.test(body.slice(0, 2_000));
}

/** A word on a body that is no JSON: a page's title, or the start of a text. */
export function describeText(body: unknown): string | undefined {
	if (typeof body !== 'string') return undefined;
	if (!isHtml(body)) return asText(body.slice(0, LONGEST_REASON));
	const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body.slice(0, 2_000))?.[1]?.trim();
	return `an HTML page${title ? ` titled "${title}"` : ''}`;
}
