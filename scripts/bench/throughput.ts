import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';

import { eventually } from '../../tooling/eventually';
import { startSandbox, type Sandbox } from '../../sandbox';
import { installCommunityPackage } from '../../tooling/n8n/community-package';
import { ensureN8n } from '../../tooling/n8n/install';
import { N8nRest } from '../../tooling/n8n/rest';
import { startN8n } from '../../tooling/n8n/server';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { aimedAt } from './engineRun';
import type { BenchSettings, Section } from './section';

const PROJECT = join(__dirname, '../..');

const AT_ONCE = [1, 10, 50];

/** How long new webhooks are sent for each row; those under way are awaited. */
const SECONDS = 20;

const JOB_SECONDS = 1;

/** The workflows that answer, by the name of their row and of their webhook's path. */
const WORKFLOWS = { 'the node': 'bench-node', 'hand-built loop': 'bench-loop' } as const;

/** Part (d): webhooks that real n8n answers a second. */
export async function throughput({ seed }: BenchSettings): Promise<Section> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: JOB_SECONDS, max: JOB_SECONDS },
		plainPictures: true,
		pictureScale: 0.1,
	});
	const userFolder = await mkdtemp(join(tmpdir(), 'flux-image-bench-'));
	const { default: getPort } = await import('get-port');
	try {
		const installed = await ensureN8n('2.41');
		await installCommunityPackage(PROJECT, userFolder);
		const n8n = await startN8n(installed, userFolder, await getPort({ host: '127.0.0.1' }));
		try {
			const rest = new N8nRest(n8n.url);
			await rest.enter({ email: 'bench@example.com', password: `Flux1-${randomUUID()}` });
			await publishWorkflows(rest, sandbox);
			return sectionOf(await measureAll(n8n.url));
		} finally {
			await n8n.stop();
		}
	} finally {
		await sandbox.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

interface Measured {
	readonly atOnce: number;
	/** Webhooks answered a second, by row. */
	readonly perSecond: Record<keyof typeof WORKFLOWS, number>;
}

async function measureAll(url: string): Promise<Measured[]> {
	for (const path of Object.values(WORKFLOWS)) await firstCall(`${url}/webhook/${path}`);
	const measured: Measured[] = [];
	for (const atOnce of AT_ONCE) {
		const [node, loop] = [
			await answeredPerSecond(`${url}/webhook/${WORKFLOWS['the node']}`, atOnce),
			await answeredPerSecond(`${url}/webhook/${WORKFLOWS['hand-built loop']}`, atOnce),
		];
		measured.push({ atOnce, perSecond: { 'the node': node, 'hand-built loop': loop } });
	}
	return measured;
}

async function answeredPerSecond(url: string, atOnce: number): Promise<number> {
	const startedMs = Date.now();
	let answered = 0;
	const caller = async () => {
		while (Date.now() - startedMs < 1_000 * SECONDS) {
			await call(url);
			answered++;
		}
	};
	await Promise.all(Array.from({ length: atOnce }, caller));
	return answered / ((Date.now() - startedMs) / 1_000);
}

/** n8n says that a workflow is published before its webhook is there. */
async function firstCall(url: string): Promise<void> {
	await eventually(
		'a webhook that answers',
		async () => (await post(url)).statusCode,
		(statusCode) => statusCode === 200,
	);
}

async function call(url: string): Promise<void> {
	const { statusCode, text } = await post(url);
	if (statusCode !== 200) throw new Error(`n8n answered a webhook with ${statusCode}: ${text}`);
}

async function post(url: string): Promise<{ statusCode: number; text: string }> {
	const { statusCode, body } = await request(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: 'A red apple' }),
		headersTimeout: 120_000,
	});
	return { statusCode, text: await body.text() };
}

async function publishWorkflows(rest: N8nRest, { keys, baseUrls }: Sandbox): Promise<void> {
	const name = 'Bench';
	const baseUrl = baseUrls.seaArtCloud;
	const data = { apiKey: keys.valid, baseUrl };
	const id = await rest.saveCredential(name, 'seaArtCloudApi', data);
	const credentials = { seaArtCloudApi: { id, name } };
	for (const workflow of [nodeWorkflow(), loopWorkflow(baseUrl)]) {
		const nodes = workflow.nodes.map((node) =>
			node.type.endsWith('.webhook') || !('credentials' in node) ? node : { ...node, credentials },
		);
		await rest.publish(await rest.createWorkflow({ ...workflow, nodes }));
	}
}

/** Answers when the last node has ended, with its first item. */
function webhookNode(path: string) {
	return {
		id: path,
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		position: [0, 0],
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'lastNode', options: {} },
	};
}

function nodeWorkflow(): Workflow {
	const path = WORKFLOWS['the node'];
	const node = {
		id: 'flux',
		name: 'FLUX Image',
		type: 'n8n-nodes-flux-image.fluxImage',
		typeVersion: 1,
		position: [200, 0],
		parameters: { prompt: '={{ $json.body.prompt }}' },
		credentials: {},
	};
	return {
		name: 'Bench: the node',
		nodes: [webhookNode(path), node],
		connections: { Webhook: { main: [[{ node: node.name, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

function loopWorkflow(baseUrl: string): Workflow {
	const text = JSON.stringify(aimedAt(baseUrl)).replaceAll('$json.prompt', '$json.body.prompt');
	const loop = JSON.parse(text) as Workflow;
	return {
		...loop,
		name: 'Bench: hand-built loop',
		nodes: [webhookNode(WORKFLOWS['hand-built loop']), ...loop.nodes],
		connections: {
			...loop.connections,
			Webhook: { main: [[{ node: 'Create', type: 'main', index: 0 }]] },
		},
	};
}

function sectionOf(measured: readonly Measured[]): Section {
	const rows = Object.keys(WORKFLOWS) as Array<keyof typeof WORKFLOWS>;
	const ratio = ({ perSecond }: Measured) => perSecond['the node'] / perSecond['hand-built loop'];
	return {
		title: 'Throughput in real n8n',
		method: `n8n 2.41 with the packed node; webhooks that are answered when their picture of a ${JOB_SECONDS} s job is there, so many callers at once, each ${SECONDS} s.`,
		table: {
			head: ['At once', 'The node, answers/s', 'Hand-built loop, answers/s', 'Ratio'],
			rows: measured.map((row) => [
				String(row.atOnce),
				...rows.map((name) => row.perSecond[name].toFixed(2)),
				ratio(row).toFixed(2),
			]),
		},
		goals: measured.map((row) => ({
			what: `${row.atOnce} at once: answers a second, node over loop`,
			measured: ratio(row).toFixed(2),
			goal: 'at least 1',
			met: ratio(row) >= 1,
		})),
		bars: [
			{
				name: 'Webhooks answered',
				unit: '1/s',
				categories: measured.map(({ atOnce }) => `${atOnce} at once`),
				series: rows.map((name) => ({
					name,
					values: measured.map(({ perSecond }) => perSecond[name]),
				})),
			},
		],
	};
}
