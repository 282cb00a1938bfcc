import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { queryPostgres } from '../../scripts/services/postgres';
import type { TaskRow } from '../sandbox';
import { stage } from './stage';

const POLL_MS = 250;
const PATIENCE_MS = 180_000;

/** An execution, with n8n's word for its state. */
export interface Execution {
	id: string;
	status: string;
}

/** What a webhook answered. */
export interface Answer {
	statusCode: number;
	bytes: Buffer;
}

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

/** The tasks that a worker's log tells of, with the execution that made each. */
export async function createdBy(worker: {
	logFile: string;
}): Promise<Array<{ executionId: string; requestId: string }>> {
	const log = await readFile(worker.logFile, 'utf8');
	const lines = log.matchAll(/in execution (\d+): Task (\S+) of item \d+ was created/g);
	return [...lines].map(([, executionId = '', requestId = '']) => ({ executionId, requestId }));
}

/** A workflow's executions in the order of their start. */
export async function executionsOf(workflow: { id: string }): Promise<Execution[]> {
	const rows = await queryPostgres(
		stage.database,
		`SELECT id, status FROM execution_entity WHERE "workflowId" = '${workflow.id}' ORDER BY id`,
	);
	return rows.map(([id = '', status = '']) => ({ id, status }));
}

/** The paths of a workflow's webhooks that n8n listens to. */
export async function webhooksOf(workflow: { id: string }): Promise<string[]> {
	const rows = await queryPostgres(
		stage.database,
		`SELECT "webhookPath" FROM webhook_entity WHERE "workflowId" = '${workflow.id}'`,
	);
	return rows.flat();
}

/** Calls a webhook of the main n8n with a JSON body. */
export async function post(path: string, body: object): Promise<Answer> {
	const response = await request(`${stage.url}/webhook/${path}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	const { statusCode } = response;
	return { statusCode, bytes: Buffer.from(await response.body.arrayBuffer()) };
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
