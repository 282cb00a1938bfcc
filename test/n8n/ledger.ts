import { request } from 'undici';
import type { TaskRow } from '../../sandbox';

/** The tasks that a sandbox in another process has accepted, the earliest first. */
export async function acceptedTasks(sandboxUrl: string): Promise<TaskRow[]> {
	const { body } = await request(`${sandboxUrl}/sandbox/ledger`);
	const { tasks } = (await body.json()) as { tasks: TaskRow[] };
	return tasks;
}
