import type { Outcome } from '../core/problem';
import type { GeneratedImage, TaskRef, TaskState, TaskStatus } from '../core/task';
import type { GatewayReply } from './gateway';
import { isPathPart } from './pathPart';
import { readFailure, refusalOf, unreadableReply, unusableId } from './errors';
import { fieldsOf, present, progressOf, textOf } from '../core/json';
import { statusOfWord } from './states';

type Fields = Readonly<Record<string, unknown>>;

/** How a gateway spells a task in its replies, where create, status and result have one shape. */
export interface TaskSpelling {
	/** States by the gateway's words, upper case. */
	readonly statusOfWord: Readonly<Record<string, TaskStatus>>;
	/** The fields that may hold the task's id, best first. */
	readonly idFields: readonly string[];
	/** The progress of a finished task. */
	readonly fullProgress: number;
	readonly imagesOf: (fields: Fields) => readonly GeneratedImage[];
	/** What this gateway tells beside what all of them do; what is undefined is left out. */
	readonly alsoTold: (fields: Fields) => Pick<TaskState, 'usage' | 'expiresAt'>;
}

/**
 * A reader of such replies.
 *
 * @returns a function of the reply and the task that it is about; of a create, with an empty id
 */
export function taskReader(
	spelling: TaskSpelling,
): (reply: GatewayReply, task: TaskRef) => Outcome<TaskState> {
	return (reply, task) => {
		const refused = refusalOf(reply);
		if (refused) return refused;
		const fields = fieldsOf(reply.body);
		const ids = spelling.idFields.map((name) => fields[name]);
		const requestId = textOf(task.requestId, ...ids);
		const images = spelling.imagesOf(fields);
		const word = textOf(fields['status']);
		const status =
			word === undefined ? impliedStatus(task, images) : statusOfWord(spelling.statusOfWord, word);
		if (!requestId || status === undefined) return { problem: unreadableReply(reply) };
		if (!isPathPart(requestId)) return { problem: unusableId(reply, requestId) };
		return {
			value: {
				requestId,
				modelId: task.modelId || (textOf(fields['model']) ?? ''),
				status,
				...present({
					progress: progressOf(fields['progress'], spelling.fullProgress),
					failure: status === 'failed' ? readFailure(reply.body) : undefined,
					images: status === 'completed' ? images : undefined,
				}),
				...spelling.alsoTold(fields),
				raw: reply.body,
			},
		};
	};
}

/** A reply without a state: images say that it is finished; a create's id, that it is queued. */
function impliedStatus(
	{ requestId }: TaskRef,
	images: readonly GeneratedImage[],
): TaskStatus | undefined {
	if (images.length > 0) return 'completed';
	return requestId === '' ? 'queued' : undefined;
}
