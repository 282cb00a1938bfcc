import type { TaskStatus } from '../core/task';

/**
 * The state for a gateway's word, in any case. A word that nobody knows means that the task still
 * runs: polling goes on until the deadline (contract: queue API).
 */
export function statusOfWord(
	words: Readonly<Record<string, TaskStatus>>,
	word: string,
): TaskStatus {
	return words[word.toUpperCase()] ?? 'running';
}
