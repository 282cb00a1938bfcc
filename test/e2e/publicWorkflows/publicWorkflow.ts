import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request, type FormData } from 'undici';
import { eventually } from '../../../tooling/eventually';
import type { Workflow, WorkflowNode } from '../../../tooling/n8n/workflow-files';
import type { TaskRow } from '../../../sandbox';
import { acceptedTasks } from '../../n8n/ledger';
import type { Answer } from '../../n8n/webhooks';
import { fixture } from '../fixture';
import { executionsOf, openN8n, type SavedExecution } from '../n8n';
import { startTown, type Town } from '../town';
import { post } from '../webhooks';
import { sheetsOf } from './sheets';

/** Folders of workflows: as strangers wrote them with 1.0, shorter with what 1.1 has, and others. */
export type Edition = 'as-they-are' | 'shorter' | 'more';

const WORKFLOWS = join(__dirname, 'workflows');

/** Where the files say that everything is: what the town and the bucket of a test stand in for. */
const TOWN_OF_FILES = 'http://127.0.0.1:5790';
const BUCKET_OF_FILES = /http:\/\/127\.0\.0\.1:5790\/s3\/\w+/g;

/** A published workflow, with a town around it. */
export interface PublicWorkflow {
	town: Town;
	/** Posts JSON to its webhook. */
	post(body: object): Promise<Answer>;
	/** Sends its form as a browser does, and returns the page that it ends with. */
	submit(form: FormData): Promise<string>;
	/** Its executions that have ended, once there are so many; the latest first. */
	ended(count: number): Promise<SavedExecution[]>;
	/** The tasks that the gateways accepted since it was published, the earliest first. */
	tasks(): Promise<TaskRow[]>;
}

/** The editions that there are of a workflow, for `describe.each`. */
export function editionsOf(name: string): Edition[] {
	const both: Edition[] = ['as-they-are', 'shorter'];
	return both.filter((edition) => filesOf(edition, name).length > 0);
}

/** The workflow files of an edition whose names begin so. */
function filesOf(edition: Edition, name: string): string[] {
	return readdirSync(join(WORKFLOWS, edition)).filter((file) => file.startsWith(`${name}-`));
}

const towns: Town[] = [];

/** Ends the towns of all workflows that were published here. */
export async function closeTowns(): Promise<void> {
	await Promise.all(towns.map(async (town) => await town.close()));
}

/**
 * Publishes a workflow of the files in n8n, with a town of its own.
 *
 * @param name the first letters of the file's name, e.g. `w04`, and of its webhook or form
 */
export async function publish(edition: Edition, name: string): Promise<PublicWorkflow> {
	const town = await startTown(sheetsOf);
	towns.push(town);
	const [file] = filesOf(edition, name);
	if (!file) throw new Error(`There is no workflow ${name} ${edition}`);
	const text = await readFile(join(WORKFLOWS, edition, file), 'utf8');
	// Each has an address of its own: those of earlier tests are still in n8n.
	const path = `${name}-${edition}-${towns.length}`;
	const rest = openN8n();
	await rest.saveCredential('Telegram account', 'telegramApi', town.telegram.credential());
	await rest.saveCredential('OpenAi account', 'openAiApi', town.chatModel.credential());
	const credentials = await rest.call<Array<{ id: string; name: string }>>('GET', 'credentials');
	const idOf = new Map(credentials.map(({ id, name: credential }) => [credential, id]));
	const workflow = JSON.parse(aimed(text, town)) as Workflow;
	const saved = await rest.createWorkflow({
		...workflow,
		nodes: workflow.nodes.map((node) => withCredentials(withPath(node, path), idOf)),
	});
	await rest.publish(saved);
	const before = (await acceptedTasks(fixture.sandbox.url)).length;
	return {
		town,
		post: async (body) => await post(path, body),
		submit: async (form) => await submit(path, form),
		ended: async (count) =>
			await eventually(
				`${count} ended executions of ${path}`,
				async () => await executionsOf(saved.id),
				(executions) => executions.length >= count,
			),
		tasks: async () => (await acceptedTasks(fixture.sandbox.url)).slice(before),
	};
}

/** The file's text with the addresses of this test. */
function aimed(text: string, town: Town): string {
	const { url, bucket } = fixture.receivers.s3;
	return text.replaceAll(BUCKET_OF_FILES, `${url}/${bucket}`).replaceAll(TOWN_OF_FILES, town.url);
}

/** The node with the test's address, where it has one. */
function withPath(node: WorkflowNode, path: string): WorkflowNode {
	const { parameters } = node;
	if (node.type.endsWith('.webhook')) {
		return { ...node, parameters: { ...parameters, path }, ...{ webhookId: path } };
	}
	if (node.type.endsWith('.formTrigger')) {
		const options = { ...(parameters.options as object), path };
		return { ...node, parameters: { ...parameters, options }, ...{ webhookId: path } };
	}
	return node;
}

/** The files name their credentials without an id. */
function withCredentials(node: WorkflowNode, idOf: ReadonlyMap<string, string>): WorkflowNode {
	const credentials = Object.entries(node.credentials ?? {}).map(
		([type, { name }]) => [type, { id: idOf.get(name) ?? null, name }] as const,
	);
	return { ...node, credentials: Object.fromEntries(credentials) };
}

async function submit(path: string, form: FormData): Promise<string> {
	const answer = await eventually(
		`the form ${path}`,
		async () => {
			const sent = await request(`${fixture.url}/form/${path}`, { method: 'POST', body: form });
			return { statusCode: sent.statusCode, text: await sent.body.text() };
		},
		({ statusCode }) => statusCode !== 404,
	);
	// A form that answers with its last node has no page of its own to wait for.
	const [, formWaitingUrl] = /"formWaitingUrl":"([^"]+)"/.exec(answer.text) ?? [];
	return formWaitingUrl ? await lastPage(formWaitingUrl) : answer.text;
}

/** Asks, as the page of n8n's form does, how far the execution is, and then for the page. */
async function lastPage(url: string): Promise<string> {
	const statusUrl = new URL(url);
	statusUrl.pathname += '/n8n-execution-status';
	await eventually(
		'the last page of a form',
		async () => await (await request(statusUrl)).body.text(),
		(status) => !['new', 'running', 'null'].includes(status),
	);
	return await (await request(url)).body.text();
}
