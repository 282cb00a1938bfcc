import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { queryPostgres } from '../../scripts/services/postgres';
import type { TaskRow } from '../sandbox';
import { stage } from './stage';

const POLL_MS = 250;
const PATIENCE_MS = 180_000;

/** Asks until the answer is as it should be; after three minutes the last one is given as it is. */
export async function eventually<Answer>(
	ask: () => Promise<Answer>,
	isRight: (answer: Answer) => boolean,
): Promise<Answer> {
	const deadlineMs = Date.now() + PATIENCE_MS;
	for (;;) {
		const answer = await ask();
		if (isRight(answer) || Date.now() > deadlineMs) return answer;
		await sleep(POLL_MS);
	}
}

/** The gateway's tasks whose prompt holds the words. */
export async function tasksWith(words: string): Promise<TaskRow[]> {
	const { body } = await request(`${stage.sandbox.url}/sandbox/ledger`);
	const { tasks } = (await body.json()) as { tasks: TaskRow[] };
	return tasks.filter(({ prompt }) => prompt.includes(words));
}

/** The executions that a worker has begun, as its log tells. */
export async function begunBy(worker: { logFile: string }): Promise<string[]> {
	const log = await readFile(worker.logFile, 'utf8');
	return [...log.matchAll(/Worker started execution (\d+)/g)].map(([, id]) => String(id));
}

/** A workflow's executions in the order of their start, with n8n's word for their state. */
export async function executionsOf(workflow: {
	id: string;
}): Promise<Array<{ id: string; status: string }>> {
	const rows = await queryPostgres(
		stage.database,
		`SELECT id, status FROM execution_entity WHERE "workflowId" = '${workflow.id}' ORDER BY id`,
	);
	return rows.map(([id = '', status = '']) => ({ id, status }));
}

/** All that n8n has saved of an execution's run, as it is stored. */
export async function savedData(executionId: string): Promise<string> {
	const rows = await queryPostgres(
		stage.database,
		`SELECT data FROM execution_data WHERE "executionId" = ${Number(executionId)}`,
	);
	return rows.flat().join();
}

/** SHA-256 of every file that n8n keeps in the database. */
export async function storedDigests(): Promise<string[]> {
	const rows = await queryPostgres(
		stage.database,
		"SELECT encode(sha256(data), 'hex') FROM binary_data",
	);
	return rows.flat();
}
