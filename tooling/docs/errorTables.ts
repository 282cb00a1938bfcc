import { MESSAGES, remedyFor } from '../../nodes/FluxImage/core/messages';
import type { ProblemKind } from '../../nodes/FluxImage/core/problem';
import { paidOf } from '../../nodes/FluxImage/operations/failureFacts';
import type { Paid } from '../../nodes/FluxImage/tasks/order';
import { code, table, type Language } from './markdown';

/** The words of the table, by language. The messages are the node's own, in English. */
const WORDS = {
	en: {
		head: ['`failure.problem`', 'What happened', '`failure.paid`'],
		ofTask: 'about a task',
		taskOperation: 'in Task operations',
		invalidInput: 'A field is wrong, and the message names it',
		unexpected: 'A fault of n8n, or of the node itself',
		asKnown: 'as the node knows of the item',
	},
	ru: {
		head: ['`failure.problem`', 'Что случилось', '`failure.paid`'],
		ofTask: 'о задаче',
		taskOperation: 'в операциях Task',
		invalidInput: 'Поле заполнено неверно, сообщение его называет',
		unexpected: 'Сбой n8n или самого узла',
		asKnown: 'что узел знает об элементе',
	},
} as const;

const kinds = Object.keys(MESSAGES) as ProblemKind[];

/** What every error says, and what to do. */
export function errorTable(): string {
	return table(
		['What the error says', 'What to do'],
		kinds.map((kind) => {
			const [remedy, remedyOfTask] = [false, true].map((isOfTask) => remedyFor(kind, isOfTask));
			const ofTask = remedyOfTask === remedy ? '' : ` Where a task exists: ${remedyOfTask}`;
			return [MESSAGES[kind].message, `${remedy}${ofTask}`];
		}),
	);
}

/** Every word of `failure.problem`, with what `failure.paid` is then. */
export function problemTable(language: Language): string {
	const { head, invalidInput, unexpected, asKnown } = WORDS[language];
	return table(head, [
		...kinds.map((kind) => [code(kind), MESSAGES[kind].message, paidCell(kind, language)]),
		[code('invalidInput'), invalidInput, code('no')],
		[code('unexpected'), unexpected, asKnown],
	]);
}

/** What a create that has the problem is, then what a task that has it is. */
function paidCell(kind: ProblemKind, language: Language): string {
	const { ofTask, taskOperation } = WORDS[language];
	const isOfTask = MESSAGES[kind].message.includes('{id}');
	const [alone, paid] = [false, true].map((hasTask) => paidIn('image', kind, hasTask));
	const inTask = paidIn('task', kind, true);
	if (!isOfBoth(kind)) return code(isOfTask ? paid! : alone!);
	return [
		code(alone!),
		`${ofTask} ${code(paid!)}`,
		...(inTask === paid ? [] : [`${taskOperation} ${code(inTask)}`]),
	].join(', ');
}

const paidIn = (resource: 'image' | 'task', kind: ProblemKind, hasTask: boolean): Paid =>
	paidOf({ resource }, kind, hasTask, 'no');

/** Whether a create may have the problem, and a task too. */
const isOfBoth = (kind: ProblemKind): boolean =>
	MESSAGES[kind].remedyOfTask !== undefined || kind === 'stopped';
