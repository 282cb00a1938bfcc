import type { Outcome, Problem } from '../core/problem';
import type { GeneratedImage, TaskFailure, TaskRef, TaskState, TaskStatus } from '../core/task';
import { asObject, numberOf, omitUndefined, progressOf, asText, saysNothing } from '../core/json';
import { isModeration } from './errorKinds';
import { errorAmong, errorIn, readFailure, UNEXPLAINED } from './errorWords';
import type { Gateway, GatewayReply } from './gateway';
import { isPathPart } from './pathPart';
import { hasPicturePlace, holdsPicture, readPictures } from './pictures';
import {
	doubtfulRedirect,
	envelopeRefusal,
	httpRefusal,
	readRefusal,
	unreadableReply,
	unusableId,
} from './refusals';
import { isEnvelopeWord, meaningOf, normalized, tellsReason, type WordMeaning } from './taskWords';

type Fields = Readonly<Record<string, unknown>>;

/** What one gateway's replies have of their own; all else is read alike everywhere. */
export interface ReplySpelling {
	/** States by the gateway's words, in the spelling of `normalized` (taskWords). */
	readonly words: Readonly<Record<string, TaskStatus>>;
	/** The fields that may hold the task's id, best first. */
	readonly ids: readonly string[];
	/** The fields that may hold pictures, best first. */
	readonly pictures: readonly string[];
	/** The progress of a finished task. */
	readonly fullProgress: number;
	/** Whether the word of success is said of failed tasks as well, with an error beside it. */
	readonly successMayHaveFailed?: boolean;
	/** Whether the pictures come by a call of their own, and not with the status. */
	readonly resultApart?: boolean;
	/** What this gateway tells beside what all of them do; what is undefined is left out. */
	readonly alsoTold?: (task: Fields) => Pick<TaskState, 'usage' | 'expiresAt' | 'metrics'>;
}

/** What a reply is to. */
type Call = 'create' | 'status' | 'result';

/** What a reply tells of a task, before it is judged. */
interface Told {
	readonly reply: GatewayReply;
	readonly call: Call;
	/** The fields of the task, and then of the envelope around it where there is one. */
	readonly layers: readonly [Fields, ...Fields[]];
	readonly id: string | undefined;
	/** Whether the reply names the task that was asked for. */
	readonly isNamed: boolean;
	readonly word: string | undefined;
	readonly meaning: WordMeaning | undefined;
	readonly pictures: readonly GeneratedImage[];
	readonly error: TaskFailure | undefined;
}

/** The state of a task without what names it. */
type Judged = Partial<TaskState> & Pick<TaskState, 'status'>;

/** Readers of all replies about tasks: any reply gives a state or a problem, none throws. */
export function taskReaders(
	spelling: ReplySpelling,
): Pick<Gateway, 'readCreate' | 'readStatus' | 'readResult'> {
	const read = (call: 'status' | 'result') => (reply: GatewayReply, task: TaskRef) =>
		readTask(spelling, call, reply, task);
	return {
		readCreate: (reply, modelId) => readCreate(spelling, reply, modelId),
		readStatus: read('status'),
		readResult: read('result'),
	};
}

/**
 * A create is refused by an HTTP status or an error that comes without an id. With an id there is a
 * task, whatever else is said: its next status reply tells, and costs nothing.
 */
function readCreate(
	spelling: ReplySpelling,
	reply: GatewayReply,
	modelId: string,
): Outcome<TaskState> {
	const refused = doubtfulRedirect(reply) ?? httpRefusal(reply);
	if (refused) return refused;
	const told = tellings(spelling, 'create', reply);
	const { id, error, word = '', pictures } = told;
	const isRefused = error !== undefined || !saysNothing(asObject(reply.body)['detail']);
	if (id === undefined && isFinished(told)) {
		return { value: stateOf(spelling, told, { requestId: '', modelId }, finished(told)) };
	}
	if (id === undefined) {
		const problem = isRefused ? readRefusal(reply) : envelopeRefusal(reply)?.problem;
		return { problem: problem ?? unreadableReply(reply) };
	}
	if (!isPathPart(id)) return { problem: unusableId(reply, id) };
	// "success" without a picture is said of the call: the task has been taken.
	const isOfCall = word === '' || (isEnvelopeWord(word) && pictures.length === 0);
	const judged = isOfCall ? undefined : judge(spelling, told);
	const state = judged && 'status' in judged ? judged : { status: 'queued' as const };
	return { value: stateOf(spelling, told, { requestId: id, modelId }, state) };
}

/** Pictures and no id: the create has done all there was to do. */
const isFinished = ({ pictures, meaning }: Told) =>
	pictures.length > 0 && (meaning === undefined || ['completed', 'unknown'].includes(meaning));

function readTask(
	spelling: ReplySpelling,
	call: Call,
	reply: GatewayReply,
	task: TaskRef,
): Outcome<TaskState> {
	const refused = httpRefusal(reply);
	const told = tellings(spelling, call, reply, task.requestId);
	if (refused && !endedUnder(refused.problem, told)) return refused;
	if (!isPathPart(task.requestId)) return { problem: unusableId(reply, task.requestId) };
	if (told.word === undefined && told.pictures.length === 0) {
		const refusedInBody = envelopeRefusal(reply);
		if (refusedInBody && !tellsOfFailure(told)) return refusedInBody;
	}
	const judged = judge(spelling, told);
	if ('problem' in judged) return judged;
	return { value: { ...stateOf(spelling, told, task, judged), ...(refused && MAY_CHANGE) } };
}

/** A failure that counts only where it stays. */
const MAY_CHANGE = { mayChange: true } as const;

/** Words that a refused call has as well (JSend), so that they alone do not tell of a task. */
const WORDS_OF_CALL: ReadonlySet<string> = new Set(['FAIL', 'ERROR']);

/**
 * Whether a refusal by HTTP tells how the task ended: some put its failure under 400, 422 or 500. Without
 * an id it may be the failure of the call.
 */
function endedUnder({ kind }: Problem, { id, isNamed, meaning, word = '' }: Told): boolean {
	if (meaning !== 'failed' && meaning !== 'cancelled') return false;
	if (isNamed) return true;
	if (id === undefined || WORDS_OF_CALL.has(normalized(word))) return false;
	return ['badParameters', 'moderated', 'gatewayFault'].includes(kind);
}

/** Whether an error without a word for the state is the task's own, and not the call's. */
const tellsOfFailure = ({ layers, error }: Told) =>
	error !== undefined &&
	layers.some((fields) => ['error_type', 'errorType', 'fail_reason'].some((name) => fields[name]));

/**
 * What a reply means, in the order of the rule: an end word of failure; a known word for queued or
 * running, which wins over pictures; an end word of success; pictures; a reason of failure; else wait.
 */
function judge(spelling: ReplySpelling, told: Told): Judged | { readonly problem: Problem } {
	const { call, reply, word = '', meaning, pictures, error } = told;
	switch (meaning) {
		case 'failed':
		case 'cancelled':
			return badEnd(told, meaning);
		case 'queued':
		case 'running':
			return { status: meaning, ...(pictures.length > 0 ? { partialImages: pictures } : {}) };
		case 'completed':
			return pictures.length > 0 ? finished(told) : withoutPicture(spelling, told);
		default:
	}
	if (pictures.length > 0 && call !== 'create') return finished(told);
	if (meaning === 'lag') {
		return { problem: { ...unreadableReply(reply), kind: 'notFound', reason: word } };
	}
	if (error && word !== '') {
		// The error of a word that nobody knows may be that of one try among several.
		return { ...badEnd(told, 'failed'), ...MAY_CHANGE };
	}
	if (error && (tellsOfFailure(told) || told.isNamed)) return badEnd(told, 'failed');
	if (error && call === 'result' && error.code !== UNEXPLAINED.code) {
		return { ...badEnd(told, 'failed'), ...MAY_CHANGE };
	}
	if (meaning === 'unknown' || reply.statusCode === 202) return { status: 'running' };
	const isEmptyResult =
		call === 'result' && told.layers.some((fields) => hasPicturePlace(fields, spelling.pictures));
	return isEmptyResult ? { status: 'completed', images: [] } : { problem: unreadableReply(reply) };
}

/** Pictures are the result; an error beside them, of one that is missing perhaps, is a hint. */
function finished({ pictures, error, layers }: Told): Judged {
	const places = layers.flatMap((fields) => Object.values(fields).filter(Array.isArray));
	const warning = error ?? places.map(errorAmong).find((found) => found !== undefined);
	const moderated = warning !== undefined && isModeration(asWords(warning));
	const images = moderated ? pictures.map((one) => ({ ...one, flagged: true })) : pictures;
	return { status: 'completed', images, ...omitUndefined({ warning }) };
}

/** A word of success and no picture: an error decides, else the pictures are still to come. */
function withoutPicture(spelling: ReplySpelling, told: Told): Judged {
	const rows = told.layers.flatMap((fields) => spelling.pictures.map((name) => fields[name]));
	const error = told.error ?? rows.map(errorAmong).find((found) => found !== undefined);
	if (error) {
		const mayChange = spelling.successMayHaveFailed ? {} : MAY_CHANGE;
		return { ...endedBy(error), ...mayChange };
	}
	const comesLater = spelling.resultApart && told.call !== 'result';
	return { status: 'completed', ...(comesLater ? {} : { images: [] }) };
}

/** A task that failed, or was cancelled, by its own word or by an error. */
function badEnd({ word = '', layers, error }: Told, status: 'failed' | 'cancelled'): Judged {
	const ownWord = word !== '' && tellsReason(word) ? word : undefined;
	const { code, reason } = readFailure(layers);
	const isTold = code !== undefined || reason !== undefined;
	if (status === 'cancelled') {
		const message = reason ?? ownWord;
		return message === undefined
			? { status }
			: { status, failure: { code: code ?? word.toUpperCase(), message } };
	}
	return endedBy({
		code: (isTold ? code : undefined) ?? ownWord ?? error?.code ?? UNEXPLAINED.code,
		message: reason ?? ownWord ?? UNEXPLAINED.message,
	});
}

/** Error types of a cancelled task (docs/contracts/queue.md#status; both spellings occur). */
const CANCELLED_TYPES = new Set(['CANCELED', 'CANCELLED']);

function endedBy(failure: TaskFailure): Judged {
	const cancelled = CANCELLED_TYPES.has(failure.code.toUpperCase());
	return { status: cancelled ? 'cancelled' : 'failed', failure };
}

const asWords = ({ code, message }: TaskFailure) => ({ code, reason: message });

function stateOf(
	{ fullProgress, alsoTold }: ReplySpelling,
	{ reply, word, layers: [task] }: Told,
	{ requestId, modelId }: TaskRef,
	judged: Judged,
): TaskState {
	return {
		requestId,
		modelId: modelId || (asText(task['model']) ?? ''),
		...omitUndefined({
			word,
			queuePosition: numberOf(task['queue_position']),
			progress: progressOf(task['progress'], fullProgress),
		}),
		...alsoTold?.(task),
		...judged,
		raw: reply.body,
	};
}

function tellings(
	spelling: ReplySpelling,
	call: Call,
	reply: GatewayReply,
	askedId?: string,
): Told {
	const layers = layersOf(spelling, reply.body, askedId);
	const word = wordIn(layers, call);
	const ids = layers.flatMap((fields) => spelling.ids.map((name) => fields[name]));
	const id = asText(...ids);
	return {
		reply,
		call,
		layers,
		id,
		isNamed: id !== undefined && id === askedId,
		word,
		meaning: word === undefined ? undefined : meaningOf(word, spelling.words),
		pictures: readPictures(layers, spelling.pictures, spelling.resultApart && call === 'status'),
		error: [...layers, ...enclosed(reply.body)].map(errorIn).find((error) => error !== undefined),
	};
}

/** What an envelope holds, be it no task: an error may stand there. */
const enclosed = (body: unknown) => TASK_PLACES.map((name) => asObject(asObject(body)[name]));

/** Fields that may hold the word for a task's state, and what may hold a task within an envelope. */
const WORD_FIELDS = ['status', 'state', 'task_status', 'task_state', 'taskStatus'] as const;
const TASK_PLACES = ['data', 'task'] as const;

const ownWord = (fields: Fields) =>
	WORD_FIELDS.map((name) => fields[name]).find(
		(word) => typeof word === 'string' && word.trim() !== '',
	) as string | undefined;

/**
 * The task's fields, and those of an envelope around them. The envelope of
 * `{"status": "success", "data": {"task_id", "status"}}` is none; but a word that can be no envelope's
 * is the task's own, and what stands below it is a step of it, or one of its pictures, unless that
 * bears the id that was asked for.
 */
function layersOf(
	{ ids }: ReplySpelling,
	body: unknown,
	askedId: string | undefined,
): readonly [Fields, ...Fields[]] {
	const outer = asObject(body);
	const idsOf = (fields: Fields) => ids.flatMap((name) => asText(fields[name]) ?? []);
	const hasId = (fields: Fields) => idsOf(fields).length > 0;
	const isAsked = (fields: Fields) => askedId !== undefined && idsOf(fields).includes(askedId);
	const inner = TASK_PLACES.map((name) => taskIn(outer[name])).find(
		(fields) => fields !== undefined && (hasId(fields) || ownWord(fields) !== undefined),
	);
	if (!inner) return [outer];
	const word = ownWord(outer);
	const tellsOfTask = word !== undefined && !isEnvelopeWord(word);
	const isTask = askedId === undefined ? hasId(outer) : isAsked(outer) || !isAsked(inner);
	return tellsOfTask && isTask ? [outer] : [inner, outer];
}

/** The task in an envelope's field: an object, or the first row of a list that holds no picture. */
function taskIn(value: unknown): Fields | undefined {
	if (!Array.isArray(value)) return asObject(value);
	return holdsPicture(value) ? undefined : asObject(value[0]);
}

/** The task's own word; the envelope's only where it can be about the task. */
function wordIn([task, envelope]: readonly Fields[], call: Call): string | undefined {
	const own = task && ownWord(task);
	if (own !== undefined || !envelope) return own?.trim();
	const word = ownWord(envelope)?.trim();
	return word === undefined || isEnvelopeWord(word) || call === 'create' ? undefined : word;
}
