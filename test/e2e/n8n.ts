import { request } from 'undici';
import { N8nRest } from '../../tooling/n8n/rest';
import { eventually } from '../../tooling/eventually';
import { fixture } from './fixture';

/** An item of a node's output, as n8n saves it. */
export interface SavedItem {
	json: Record<string, unknown>;
	binary?: Record<string, { id?: string; mimeType: string; fileName?: string }>;
}

/** An execution as n8n's public API gives it, as far as it is read here. */
export interface SavedExecution {
	id: string;
	status: string;
	mode: string;
	workflowId: string;
	retrySuccessId?: string | null;
	data?: { resultData: { runData: Record<string, NodeRun[]>; error?: { message: string } } };
}

interface NodeRun {
	data?: { main: Array<SavedItem[] | null> };
}

/** What an execution is while it has not ended. */
const UNDER_WAY = new Set(['new', 'running', 'waiting']);

/** n8n, logged in as the owner. */
export function openN8n(): N8nRest {
	return new N8nRest(fixture.url, fixture.session);
}

/** The id of an example workflow. */
export function workflowId(name: string): string {
	const id = fixture.workflowUrls[name]?.split('/').pop();
	if (!id) throw new Error(`n8n holds no workflow "${name}"`);
	return id;
}

/** Presses Execute workflow, and waits until the execution has ended. */
export async function runManually(rest: N8nRest, name: string): Promise<SavedExecution> {
	const id = workflowId(name);
	// n8n 1 runs what is sent, n8n 2 what is saved.
	const workflowData = await rest.call<object>('GET', `workflows/${id}`);
	const start = { workflowData, triggerToStartFrom: { name: 'When clicking Execute workflow' } };
	const { executionId } = await rest.call<{ executionId: string }>(
		'POST',
		`workflows/${id}/run`,
		start,
	);
	return await endedExecution(executionId);
}

/** Waits until an execution has ended. */
export async function endedExecution(id: string): Promise<SavedExecution> {
	return await eventually(
		`the end of execution ${id}`,
		async () => await executionOf(id),
		({ status }) => !UNDER_WAY.has(status),
	);
}

/** An execution as it stands, with as much data as n8n has saved. */
export async function executionOf(id: string): Promise<SavedExecution> {
	return await ask<SavedExecution>(`executions/${id}?includeData=true`);
}

/**
 * The executions of a workflow, the latest first, with as much data as n8n has saved.
 *
 * @param status absent: all that have ended
 */
export async function executionsOf(id: string, status?: 'running'): Promise<SavedExecution[]> {
	const query = new URLSearchParams({ workflowId: id, includeData: 'true' });
	if (status) query.set('status', status);
	const { data } = await ask<{ data: SavedExecution[] }>(`executions?${query.toString()}`);
	// n8n 1 lists some that are under way among those that have ended.
	return data.filter((execution) => UNDER_WAY.has(execution.status) === (status !== undefined));
}

/** What a node has put out in its last run: the items of one of its outputs, by default the first. */
export function itemsOf({ data }: SavedExecution, node: string, output = 0): SavedItem[] {
	return data?.resultData.runData[node]?.at(-1)?.data?.main[output] ?? [];
}

/** How an execution ended, with the words of its error. */
export function outcomeOf({ status, data }: SavedExecution): { status: string; error?: string } {
	const message = data?.resultData.error?.message;
	return { status, ...(message ? { error: message } : {}) };
}

/**
 * Ends n8n, and starts it again with its database.
 *
 * @param environment settings beside those that it has always
 */
export async function restartN8n(
	signal: 'SIGKILL' | 'SIGTERM',
	environment: Record<string, string> = {},
): Promise<void> {
	const { statusCode, body } = await request(`${fixture.crashUrl}/${signal}`, {
		method: 'POST',
		body: JSON.stringify(environment),
		headersTimeout: 0,
	});
	const answer = `${statusCode}: ${await body.text()}`;
	if (answer !== '200: n8n was killed and runs again') throw new Error(`No restart: ${answer}`);
}

/** The bytes of an item's picture. */
export async function pictureOf(rest: N8nRest, item: SavedItem | undefined): Promise<Buffer> {
	const id = item?.binary?.data?.id;
	if (!id) throw new Error('The item has no picture');
	return await rest.download(id);
}

/** A read through n8n's public API. */
async function ask<Answer>(path: string): Promise<Answer> {
	const { statusCode, body } = await request(`${fixture.url}/api/v1/${path}`, {
		headers: { 'x-n8n-api-key': fixture.apiKey },
	});
	const text = await body.text();
	if (statusCode !== 200) throw new Error(`n8n answered ${path} with ${statusCode}: ${text}`);
	return JSON.parse(text) as Answer;
}
