import { acceptedTasks } from '../n8n/ledger';
import type { TaskRow, TaskState } from '../../sandbox';
import { settled } from '../../tooling/editor/browserWait';
import { fixture } from './fixture';

/** The sandbox's tasks whose prompt holds these words, in the order of their creation. */
export async function tasksAbout(words: string): Promise<TaskRow[]> {
	return (await acceptedTasks(fixture.sandbox.url)).filter(({ prompt }) => prompt.includes(words));
}

/** The same tasks once there are `count` of them in that state, or as they stand in the end. */
export async function tasksBecome(
	words: string,
	state: TaskState,
	count: number,
): Promise<TaskRow[]> {
	return await settled(
		async () => await tasksAbout(words),
		(tasks) => tasks.filter((task) => task.state === state).length === count,
	);
}
