import {
	asArray,
	asObject,
	asText,
	firstFound,
	numberOf,
	omitUndefined,
	progressOf,
	valuesAt,
} from '../core/json';
import type { Outcome, Problem } from '../core/problem';
import type { TaskFailure, TaskRef, TaskState } from '../core/task';
import { isModeration } from './errorKinds';
import { errorAmong, readFailure, UNEXPLAINED } from './errorWords';
import type { Gateway, GatewayReply } from './gateway';
import { saysNothing } from './noError';
import { isPathPart } from './pathPart';
import { hasPicturePlace } from './pictures';
import {
	doubtfulRedirect,
	envelopeRefusal,
	httpRefusal,
	readRefusal,
	unreadableReply,
	unusableId,
} from './refusals';
import { isEnvelopeWord, normalized, tellsReason } from './taskWords';
import { tellings, type Call, type ReplySpelling, type Told } from './told';

/** The state of a task without what names it. */
type Judged = Partial<TaskState> & Pick<TaskState, 'status'>;

const QUEUED: Judged = { status: 'queued' };

/** A failure that counts only where it stays. */
const MAY_CHANGE = { mayChange: true } as const;

/** Readers of all replies about tasks: any reply gives a state or a problem, none throws. */
export function taskReaders(
	spelling: ReplySpelling,
): Pick<Gateway, 'readCreate' | 'readStatus' | 'readResult'> {
	return {
		readCreate: (reply, modelId) => readCreate(spelling, reply, modelId),
		readStatus: (reply, task) => readTask(spelling, 'status', reply, task),
		readResult: (reply, task) => readTask(spelling, 'result', reply, task),
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
	const { id, error, word, pictures } = told;
	if (id === undefined) {
		// Pictures and no id: the create has done all there was to do.
		const isFinished = pictures.length > 0 && ['completed', 'unknown'].includes(told.meaning);
		const nameless = { requestId: '', modelId };
		if (isFinished) return { value: stateOf(spelling, told, nameless, finished(told)) };
		const isRefused = error !== undefined || !saysNothing(asObject(reply.body)['detail']);
		const problem = isRefused ? readRefusal(reply) : envelopeRefusal(reply)?.problem;
		return { problem: problem ?? unreadableReply(reply) };
	}
	if (!isPathPart(id)) return { problem: unusableId(reply, id) };
	// "success" without a picture is said of the call: the task has been taken.
	const isOfCall = word === '' || (isEnvelopeWord(word) && pictures.length === 0);
	const judged = isOfCall ? QUEUED : judge(spelling, told);
	const state = 'status' in judged ? judged : QUEUED;
	return { value: stateOf(spelling, told, { requestId: id, modelId }, state) };
}

function readTask(
	spelling: ReplySpelling,
	call: Call,
	reply: GatewayReply,
	task: TaskRef,
): Outcome<TaskState> {
	const refused = httpRefusal(reply);
	const told = tellings(spelling, call, reply, task.requestId);
	if (refused && !endedUnder(refused.problem, told)) return refused;
	if (told.word === '' && told.pictures.length === 0 && !tellsOfFailure(told)) {
		const refusedInBody = envelopeRefusal(reply);
		if (refusedInBody) return refusedInBody;
	}
	const judged = judge(spelling, told);
	if ('problem' in judged) return judged;
	return { value: { ...stateOf(spelling, told, task, judged), ...(refused && MAY_CHANGE) } };
}

/** Words that a refused call has as well (JSend), so that they alone do not tell of a task. */
const WORDS_OF_CALL: ReadonlySet<string> = new Set(['FAIL', 'ERROR']);

/**
 * Whether a refusal by HTTP tells how the task ended: some put its failure under 400, 422 or 500. Without
 * an id it may be the failure of the call.
 */
function endedUnder({ kind }: Problem, { id, isNamed, meaning, word }: Told): boolean {
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
	const { call, reply, layers, word, meaning, pictures, error } = told;
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
	if (error && word === '' && (told.isNamed || tellsOfFailure(told))) return badEnd(told, 'failed');
	// The error of a word that nobody knows may be that of one try among several.
	if (error && (word !== '' || (call === 'result' && error.code !== UNEXPLAINED.code))) {
		return { ...badEnd(told, 'failed'), ...MAY_CHANGE };
	}
	if (word !== '' || reply.statusCode === 202) return { status: 'running' };
	const isEmptyResult =
		call === 'result' && layers.some((fields) => hasPicturePlace(fields, spelling.pictures));
	return isEmptyResult ? { status: 'completed', images: [] } : { problem: unreadableReply(reply) };
}

/** Pictures are the result; an error beside them, of one that is missing perhaps, is a hint. */
function finished({ pictures, error, layers }: Told): Judged {
	const lists = layers.flatMap((fields) => Object.values(fields).map(asArray));
	const warning = error ?? firstFound(lists, errorAmong);
	const isFiltered = warning && isModeration({ code: warning.code, reason: warning.message });
	const images = isFiltered ? pictures.map((one) => ({ ...one, flagged: true })) : pictures;
	return { status: 'completed', images, ...omitUndefined({ warning }) };
}

/** A word of success and no picture: an error decides, else the pictures are still to come. */
function withoutPicture(
	{ pictures, successMayHaveFailed, resultApart }: ReplySpelling,
	{ call, error, layers }: Told,
): Judged {
	const lists = layers.flatMap((fields) => valuesAt(fields, pictures).map(asArray));
	const failure = error ?? firstFound(lists, errorAmong);
	if (failure) return { ...endedBy(failure), ...(successMayHaveFailed ? {} : MAY_CHANGE) };
	const comesLater = resultApart && call !== 'result';
	return { status: 'completed', ...(comesLater ? {} : { images: [] }) };
}

/** A task that failed, or was cancelled, by its own word or by an error. */
function badEnd({ word, bodies }: Told, status: 'failed' | 'cancelled'): Judged {
	const { code, reason } = readFailure(bodies);
	const telling = tellsReason(word) ? word : undefined;
	const message = reason ?? telling;
	if (status === 'failed') {
		const { code: noCode, message: noReason } = UNEXPLAINED;
		return endedBy({ code: code ?? telling ?? noCode, message: message ?? noReason });
	}
	if (message === undefined) return { status };
	return { status, failure: { code: code ?? word.toUpperCase(), message } };
}

/** Error types of a cancelled task (docs/contracts/queue.md#status; both spellings occur). */
const CANCELLED_TYPES: ReadonlySet<string> = new Set(['CANCELED', 'CANCELLED']);

function endedBy(failure: TaskFailure): Judged {
	const cancelled = CANCELLED_TYPES.has(failure.code.toUpperCase());
	return { status: cancelled ? 'cancelled' : 'failed', failure };
}

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
			word: word || undefined,
			queuePosition: numberOf(task['queue_position']),
			progress: progressOf(task['progress'], fullProgress),
		}),
		...alsoTold(task),
		...judged,
		raw: reply.body,
	};
}
