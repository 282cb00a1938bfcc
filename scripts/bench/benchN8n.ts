import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INode, INodeParameters } from 'n8n-workflow';
import { request } from 'undici';

import { eventually } from '../../tooling/eventually';
import { installCommunityPackage } from '../../tooling/n8n/community-package';
import { ensureN8n } from '../../tooling/n8n/install';
import { N8nRest } from '../../tooling/n8n/rest';
import { startN8n } from '../../tooling/n8n/server';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import type { Address } from './engineRun';
import { FIRST_NODE, loopAt, type LoopName } from './handBuiltLoops';

const PROJECT = join(__dirname, '../..');

const CREDENTIAL = 'seaArtCloudApi';

/** What a webhook's caller is told. */
export interface Answer {
	readonly statusCode: number;
	readonly contentType: string;
	readonly bytes: Buffer;
}

/** A real n8n with the packed node. */
export interface BenchN8n {
	/** Saves a workflow that begins with a webhook, on the sandbox's account, and waits for its first answer. */
	publish(workflow: Workflow, account: Address): Promise<void>;
	/** Calls a webhook by its path, with JSON. */
	post(path: string, body: object): Promise<Answer>;
}

/** A new n8n 2.41 with the packed node, for as long as `use` takes. */
export async function withBenchN8n<T>(use: (n8n: BenchN8n) => Promise<T>): Promise<T> {
	const userFolder = await mkdtemp(join(tmpdir(), 'flux-image-bench-'));
	const { default: getPort } = await import('get-port');
	try {
		const installed = await ensureN8n('2.41');
		await installCommunityPackage(PROJECT, userFolder);
		const n8n = await startN8n(installed, userFolder, await getPort({ host: '127.0.0.1' }));
		try {
			const rest = new N8nRest(n8n.url);
			await rest.enter({ email: 'bench@example.com', password: `Flux1-${randomUUID()}` });
			return await use(benchN8n(rest, `${n8n.url}/webhook`));
		} finally {
			await n8n.stop();
		}
	} finally {
		await rm(userFolder, { recursive: true, force: true });
	}
}

function benchN8n(rest: N8nRest, webhooks: string): BenchN8n {
	const call = async (path: string, body: object) => await post(`${webhooks}/${path}`, body);
	return {
		async publish(workflow, { keys, baseUrls }) {
			const { name } = workflow;
			const data = { apiKey: keys.valid, baseUrl: baseUrls.seaArtCloud };
			const id = await rest.saveCredential(name, CREDENTIAL, data);
			const credentials = { [CREDENTIAL]: { id, name } };
			const nodes = workflow.nodes.map((node) =>
				'credentials' in node ? { ...node, credentials } : node,
			);
			await rest.publish(await rest.createWorkflow({ ...workflow, nodes }));
			await firstAnswer(
				async () => await call(name, { prompt: 'A red apple', order: randomUUID() }),
			);
		},
		post: call,
	};
}

/** n8n says that a workflow is published before its webhook is there. */
async function firstAnswer(callOne: () => Promise<Answer>): Promise<void> {
	await eventually(
		'a webhook that answers',
		async () => (await callOne()).statusCode,
		(statusCode) => statusCode === 200,
	);
}

async function post(url: string, body: object): Promise<Answer> {
	const answer = await request(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		headersTimeout: 120_000,
	});
	return {
		statusCode: answer.statusCode,
		contentType: String(answer.headers['content-type']),
		bytes: Buffer.from(await answer.body.arrayBuffer()),
	};
}

/** Where the prompt stands in what a webhook hands on. */
const PROMPT = '$json.body.prompt';

/** Where the name of the order stands. */
const ORDER = '={{ $json.body.order }}';

/** How a workflow behind a webhook differs from the plain one. */
interface WebhookChange {
	/** The webhook answers with the picture itself, not with its item. */
	readonly answersPicture?: boolean;
	/** An order that comes again is known by its name: by Pay Once Key, or by Remove Duplicates. */
	readonly knowsOrders?: boolean;
}

/** A webhook of that path, and the node behind it; the path is the workflow's name too. */
export function nodeWorkflow(path: string, change: WebhookChange = {}): Workflow {
	const flux: INode = {
		...plain('FLUX Image', 'n8n-nodes-flux-image.fluxImage', 1),
		parameters: {
			prompt: `={{ ${PROMPT} }}`,
			...(change.knowsOrders && { options: { payOnceKey: ORDER } }),
		},
		credentials: {},
	};
	return behindWebhook(path, change, { nodes: [flux], connections: {} });
}

/** A webhook of that path, and a hand-built loop behind it. */
export function loopWorkflow(
	path: string,
	{ baseUrls }: Address,
	change: WebhookChange & { readonly name?: LoopName } = {},
): Workflow {
	const loop = loopAt(baseUrls.seaArtCloud, change.name ?? 'loop', { prompt: PROMPT });
	if (!change.knowsOrders) return behindWebhook(path, change, loop);
	const unseen: INode = {
		...plain('Remove Duplicates', 'n8n-nodes-base.removeDuplicates', 2),
		parameters: { operation: 'removeItemsSeenInPreviousExecutions', dedupeValue: ORDER },
	};
	return behindWebhook(path, change, {
		nodes: [unseen, ...loop.nodes],
		connections: { ...loop.connections, [unseen.name]: to(FIRST_NODE) },
	});
}

type Steps = Pick<ReturnType<typeof loopAt>, 'nodes' | 'connections'>;

/** Answers when the last node has ended, with its first item or that item's picture. */
function behindWebhook(
	path: string,
	{ answersPicture = false }: WebhookChange,
	{ nodes, connections }: Steps,
): Workflow {
	const answer: INodeParameters = answersPicture
		? { responseData: 'firstEntryBinary', responseBinaryPropertyName: 'data' }
		: {};
	const webhook: INode = {
		...plain('Webhook', 'n8n-nodes-base.webhook', 2),
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', ...answer, options: {} },
	};
	return {
		name: path,
		nodes: [webhook, ...nodes],
		connections: { ...connections, [webhook.name]: to(nodes[0]!.name) },
		settings: { executionOrder: 'v1' },
	};
}

const to = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });

const plain = (name: string, type: string, typeVersion: number): INode => ({
	id: name,
	name,
	type,
	typeVersion,
	position: [0, 0],
	parameters: {},
});
