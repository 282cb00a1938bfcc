import type { Task, TaskState } from './jobs';
import type { Quirks } from './quirks';

export type StateWords = Readonly<Record<TaskState, string>>;

/** The word for a state as one gateway has it, bent by the task's quirks. */
export function stateWord(
	task: Task,
	state: TaskState,
	words: { documented: StateWords; alternative: StateWords },
): string {
	const { stateWords, unknownWordReads } = task.order.quirks;
	if (state === 'running' && ++task.runningReads <= unknownWordReads) return 'WARMING_UP';
	return wordIn(stateWords, state, words);
}

function wordIn(
	wanted: Quirks['stateWords'],
	state: TaskState,
	{ documented, alternative }: { documented: StateWords; alternative: StateWords },
): string {
	if (typeof wanted === 'object') return wanted[state] ?? documented[state];
	if (wanted === 'lowerCase') return documented[state].toLowerCase();
	if (wanted === 'upperCase') return documented[state].toUpperCase();
	return (wanted === 'alternative' ? alternative : documented)[state];
}
