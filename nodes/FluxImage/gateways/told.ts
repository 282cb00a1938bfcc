import { asObject, asText, firstFound, valuesAt, type Fields } from '../core/json';
import type { GeneratedImage, TaskFailure, TaskState } from '../core/task';
import { errorIn } from './errorWords';
import type { GatewayReply } from './gateway';
import { holdsPicture, readPictures } from './pictures';
import { isEnvelopeWord, meaningOf, type WordMeaning } from './taskWords';

/** What one gateway's replies have of their own; all else is read alike everywhere. */
export interface ReplySpelling {
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
	readonly alsoTold: (task: Fields) => Pick<TaskState, 'usage' | 'expiresAt' | 'metrics'>;
}

/** What a reply is to. */
export type Call = 'create' | 'status' | 'result';

/** What a reply tells of a task, before it is judged. */
export interface Told {
	readonly reply: GatewayReply;
	readonly call: Call;
	/** The fields of the task, and then of the envelope around it where there is one. */
	readonly layers: Layers;
	/** The same, and what an envelope holds that is no task: an error may stand there. */
	readonly bodies: readonly Fields[];
	readonly id: string | undefined;
	/** Whether the reply names the task that was asked for. */
	readonly isNamed: boolean;
	/** The gateway's own word for the state; empty where there is none. */
	readonly word: string;
	readonly meaning: WordMeaning;
	readonly pictures: readonly GeneratedImage[];
	readonly error: TaskFailure | undefined;
}

type Layers = readonly [Fields, ...Fields[]];

/** Fields that may hold the word for a task's state, and what may hold a task within an envelope. */
const WORD_FIELDS = ['status', 'state', 'task_status', 'task_state', 'taskStatus'];
const TASK_PLACES = ['data', 'task'];

/**
 * What a reply tells of a task.
 *
 * @param askedId the task that was asked for; undefined of a create
 */
export function tellings(
	spelling: ReplySpelling,
	call: Call,
	reply: GatewayReply,
	askedId?: string,
): Told {
	const layers = layersOf(spelling, reply.body, askedId);
	const bodies = [...layers, ...valuesAt(asObject(reply.body), TASK_PLACES).map(asObject)];
	const word = wordIn(layers, call);
	const id = asText(...layers.flatMap((fields) => valuesAt(fields, spelling.ids)));
	return {
		reply,
		call,
		layers,
		bodies,
		id,
		isNamed: id !== undefined && id === askedId,
		word,
		meaning: meaningOf(word),
		pictures: readPictures(layers, spelling.pictures, spelling.resultApart && call === 'status'),
		error: firstFound(bodies, errorIn),
	};
}

/**
 * The task's fields, and those of an envelope around them. The envelope of
 * `{"status": "success", "data": {"task_id", "status"}}` is none; but a word that can be no envelope's
 * is the task's own, and what stands below it is a step of it, or one of its pictures, unless that
 * bears the id that was asked for.
 */
function layersOf({ ids }: ReplySpelling, body: unknown, askedId: string | undefined): Layers {
	const outer = asObject(body);
	const idsOf = (fields: Fields) => valuesAt(fields, ids).map((id) => asText(id));
	const hasId = (fields: Fields) => idsOf(fields).some((id) => id !== undefined);
	const isAsked = (fields: Fields) => idsOf(fields).includes(askedId);
	const inner = valuesAt(outer, TASK_PLACES)
		.map(taskIn)
		.find((fields) => hasId(fields) || ownWord(fields) !== '');
	if (!inner) return [outer];
	const word = ownWord(outer);
	const tellsOfTask = word !== '' && !isEnvelopeWord(word);
	const isTask = askedId === undefined ? hasId(outer) : isAsked(outer) || !isAsked(inner);
	return tellsOfTask && isTask ? [outer] : [inner, outer];
}

/** The task in an envelope's field: an object, or the first row of a list that holds no picture. */
function taskIn(value: unknown): Fields {
	if (!Array.isArray(value)) return asObject(value);
	return holdsPicture(value) ? {} : asObject(value[0]);
}

/** The task's own word; the envelope's only where it can be about the task. */
function wordIn([task, envelope = {}]: Layers, call: Call): string {
	const around = call === 'create' ? '' : ownWord(envelope);
	return ownWord(task) || (isEnvelopeWord(around) ? '' : around);
}

const ownWord = (fields: Fields): string =>
	asText(...valuesAt(fields, WORD_FIELDS).filter((word) => typeof word === 'string')) ?? '';
