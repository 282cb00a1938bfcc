import type { IExecuteFunctions } from 'n8n-workflow';

import {
	FLUX_NAME,
	nodeType,
	plainNode,
	startWorkflow,
	useBinaryMode,
} from '../../tooling/engine/engine';
import { builtNode, runFlux, type Address } from './engineRun';

/** What this process is to do. */
export interface RequestsRun {
	readonly address: Address;
	/** Where the sandbox's ledger is. */
	readonly url: string;
	readonly repeats: number;
}

/** CPU a request, in milliseconds, one value a repetition. */
export interface RequestsRunResult {
	readonly node: number[];
	readonly bare: number[];
}

/** So many tasks together, each polled at a fixed interval: requests are what the CPU goes into. */
const TOGETHER = 50;
const POLL_SECONDS = 0.5;
const JOB_SECONDS = 8;

/** Create, result, and the polls between. */
const REQUESTS_A_TASK = 2 + JOB_SECONDS / POLL_SECONDS;

async function main({ address, url, repeats }: RequestsRun): Promise<RequestsRunResult> {
	await useBinaryMode('filesystem');
	const result: RequestsRunResult = { node: [], bare: [] };
	// The first round warms the compiler up and is not counted.
	for (let repeat = 0; repeat <= repeats; repeat++) {
		const bare = await cpuOf(url, async () => await sendBare(address));
		const node = await cpuOf(url, async () => await sendByNode(address));
		if (repeat === 0) continue;
		result.bare.push(bare);
		result.node.push(node);
	}
	return result;
}

/** CPU of the work in milliseconds, over the requests that it sent by the sandbox's ledger. */
async function cpuOf(sandboxUrl: string, work: () => Promise<void>): Promise<number> {
	const ledger = `${sandboxUrl}/sandbox/ledger`;
	await fetch(ledger, { method: 'DELETE' });
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	const { requests } = (await (await fetch(ledger)).json()) as { requests: unknown[] };
	return (user + system) / 1_000 / requests.length;
}

async function sendByNode(address: Address): Promise<void> {
	const prompts = Array.from({ length: TOGETHER }, () => `A picture [seconds=${JOB_SECONDS}]`);
	const options = {
		maxConcurrentTasks: TOGETHER,
		pollInterval: POLL_SECONDS,
		downloadImages: false,
	};
	await runFlux(address, { prompts, options });
}

/** The same requests in the same rhythm from a node that does nothing else. */
async function sendBare(address: Address): Promise<void> {
	const base = `${address.baseUrls.seaArtCloud}/v1/queue/flux_kontext_max`;
	const credentials = [{ name: 'seaArtCloudApi', required: true }];
	const bare = nodeType(['done'], async function () {
		await Promise.all(Array.from({ length: TOGETHER }, async () => await sendTask(this, base)));
		return [[]];
	});
	const { error } = await startWorkflow(
		[plainNode('Items'), { ...plainNode(FLUX_NAME, 'test.bare'), credentials: CREDENTIALS }],
		{ Items: { main: [[{ node: FLUX_NAME, type: 'main', index: 0 }]] } },
		{ credentials: { seaArtCloudApi: { apiKey: address.keys.valid } } },
		{ ...builtNode(), 'test.bare': { ...bare, description: { ...bare.description, credentials } } },
	).finished;
	if (error) throw new Error(`The bare loop failed: ${error.message}`);
}

const CREDENTIALS = { seaArtCloudApi: { id: 'seaArtCloudApi', name: 'seaArtCloudApi' } };

async function sendTask(context: IExecuteFunctions, base: string): Promise<void> {
	const send = async (method: 'GET' | 'POST', url: string, body?: object) =>
		(await context.helpers.httpRequestWithAuthentication.call(context, 'seaArtCloudApi', {
			method,
			url,
			...(body ? { body } : {}),
			json: true,
		})) as { request_id: string };
	const { request_id: id } = await send('POST', base, {
		prompt: `A picture [seconds=${JOB_SECONDS}]`,
	});
	for (let poll = 0; poll < REQUESTS_A_TASK - 2; poll++) {
		await new Promise((resolve) => setTimeout(resolve, 1_000 * POLL_SECONDS));
		await send('GET', `${base}/requests/${id}/status`);
	}
	await send('GET', `${base}/requests/${id}/response`);
}

void main(JSON.parse(process.argv[2] ?? '') as RequestsRun).then((result) => {
	console.log(JSON.stringify(result));
	process.exit(0);
});
