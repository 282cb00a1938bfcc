import { request } from 'undici';
import type { RequestRow, TaskRow } from '../../sandbox';

/** The tasks that a sandbox in another process has accepted, the earliest first. */
export async function acceptedTasks(sandboxUrl: string): Promise<TaskRow[]> {
	return (await ledgerOf(sandboxUrl)).tasks;
}

/** The requests that have reached it, in the order of their arrival. */
export async function arrivedRequests(sandboxUrl: string): Promise<RequestRow[]> {
	return (await ledgerOf(sandboxUrl)).requests;
}

async function ledgerOf(sandboxUrl: string): Promise<{ tasks: TaskRow[]; requests: RequestRow[] }> {
	const { body } = await request(`${sandboxUrl}/sandbox/ledger`);
	return (await body.json()) as { tasks: TaskRow[]; requests: RequestRow[] };
}
