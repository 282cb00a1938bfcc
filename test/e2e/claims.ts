import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fixture } from './fixture';

/** Prints the rows of a query as JSON. */
const READER = `
const { DatabaseSync } = require('node:sqlite');
const [file, sql, ...values] = process.argv.slice(1);
const rows = new DatabaseSync(file, { readOnly: true }).prepare(sql).all(...values);
console.log(JSON.stringify(rows));
`;

/** What n8n's database holds of the Pay Once Keys of a workflow. */
export interface SavedClaims {
	/** Keys that are begun or paid. */
	keys: string[];
	/** Tasks after whose failure or cancel a key was given back. */
	givenBack: string[];
}

/** Reads the claims in n8n's own table of what Remove Duplicates has seen. */
export async function claimsOf(workflowId: string): Promise<SavedClaims> {
	const contexts = (await query(
		"SELECT context FROM processed_data WHERE workflowId = ? AND context LIKE '%fluxImage/%'",
		workflowId,
	)) as Array<{ context: string }>;
	const names = contexts.map(({ context }) => context.slice(context.indexOf('fluxImage/')));
	const isTask = (name: string) => name.split('/').length > NAME_PARTS;
	return { keys: names.filter((name) => !isTask(name)), givenBack: names.filter(isTask) };
}

/** `fluxImage/key/<node>/<key>`, and the task's id behind it. */
const NAME_PARTS = 4;

/** What a workflow's static data holds of our nodes: by node and by name, the task's id first. */
interface KeptOrders {
	global?: { fluxImageOrders?: Record<string, Record<string, [requestId: string, ...unknown[]]>> };
}

/** The tasks that n8n's database keeps for the Pay Once Keys of a workflow, in its static data. */
export async function keptTasksOf(workflowId: string): Promise<string[]> {
	const [row] = (await query(
		'SELECT staticData FROM workflow_entity WHERE id = ?',
		workflowId,
	)) as Array<{ staticData: string | null }>;
	const { global = {} } = JSON.parse(row?.staticData ?? '{}') as KeptOrders;
	const nodes = Object.values(global.fluxImageOrders ?? {});
	return nodes.flatMap((rows) => Object.values(rows).map(([requestId]) => requestId)).sort();
}

async function query(sql: string, ...values: string[]): Promise<unknown[]> {
	const { file, node } = fixture.database;
	const { stdout } = await promisify(execFile)(node, ['-e', READER, file, sql, ...values]);
	return JSON.parse(stdout) as unknown[];
}
