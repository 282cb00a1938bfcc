import { readFile } from 'node:fs/promises';
import { queryPostgres } from '../../tooling/services/postgres';
import { acceptedTasks } from '../n8n/ledger';
import type { TaskRow } from '../../sandbox';
import { fixture } from './fixture';

/** An execution, with n8n's word for its state. */
export interface Execution {
	id: string;
	status: string;
}

/** The gateway's tasks whose prompt holds the words. */
export async function tasksWith(words: string): Promise<TaskRow[]> {
	return (await acceptedTasks(fixture.sandbox.url)).filter(({ prompt }) => prompt.includes(words));
}

/** The executions that a worker has begun, as its log tells. */
export async function begunBy(worker: { logFile: string }): Promise<string[]> {
	const log = await readFile(worker.logFile, 'utf8');
	return [...log.matchAll(/Worker started execution (\d+)/g)].map(([, id]) => String(id));
}

/** The tasks that a worker's log tells of, with the execution that made each. */
export async function createdBy(worker: {
	logFile: string;
}): Promise<Array<{ executionId: string; requestId: string }>> {
	const log = await readFile(worker.logFile, 'utf8');
	const lines = log.matchAll(/in execution (\d+): Task (\S+) of item \d+ was created/g);
	return [...lines].map(([, executionId = '', requestId = '']) => ({ executionId, requestId }));
}

/**
 * A workflow's executions in the order of their start. Those of the claims of its Pay Once Keys are
 * deleted by the time that they end.
 */
export async function executionsOf(workflow: { id: string }): Promise<Execution[]> {
	const rows = await queryPostgres(
		fixture.database,
		`SELECT id, status FROM execution_entity WHERE "workflowId" = '${workflow.id}' AND "deletedAt" IS NULL ORDER BY id`,
	);
	return rows.map(([id = '', status = '']) => ({ id, status }));
}

/** All that n8n has saved of an execution's run, as it is stored. */
export async function savedData(executionId: string): Promise<string> {
	const rows = await queryPostgres(
		fixture.database,
		`SELECT data FROM execution_data WHERE "executionId" = ${Number(executionId)}`,
	);
	return rows.flat().join();
}

/** How many executions made a task, took that of another, or were told that there is one. */
export interface Endings {
	paid: number;
	reused: number;
	alreadyOrdered: number;
}

/** What the successful executions of a workflow have come to. */
export async function endingsOf(workflow: { id: string }): Promise<Endings> {
	const rows = await queryPostgres(
		fixture.database,
		`SELECT CASE WHEN data LIKE '%"alreadyOrdered"%' THEN 'alreadyOrdered'
			WHEN data LIKE '%"reused"%' THEN 'reused' WHEN data LIKE '%"requestId"%' THEN 'paid' END, count(*)
		FROM execution_entity JOIN execution_data ON "executionId" = id
		WHERE "workflowId" = '${workflow.id}' AND "deletedAt" IS NULL AND status = 'success' GROUP BY 1`,
	);
	const counts = rows.map(([ending, count]) => [ending, Number(count)] as const);
	return { ...{ paid: 0, reused: 0, alreadyOrdered: 0 }, ...Object.fromEntries(counts) };
}

/** How many Pay Once Keys of a workflow are claimed in the database. */
export async function claimedKeys(workflow: { id: string }): Promise<number> {
	const [row] = await queryPostgres(
		fixture.database,
		`SELECT count(*) FROM processed_data WHERE "workflowId" = '${workflow.id}' AND context LIKE '%fluxImage/key/%'`,
	);
	return Number(row?.[0]);
}

/** What the workers have warned of Pay Once Keys. */
export async function keyWarnings(): Promise<string[]> {
	const logs = await Promise.all(
		fixture.workers.map(async ({ logFile }) => await readFile(logFile, 'utf8')),
	);
	return logs.flatMap((log) => log.match(/A Pay Once Key could not.*/g) ?? []);
}

/** SHA-256 of every file that n8n keeps in the database. */
export async function storedDigests(): Promise<string[]> {
	const rows = await queryPostgres(
		fixture.database,
		"SELECT encode(sha256(data), 'hex') FROM binary_data",
	);
	return rows.flat();
}
