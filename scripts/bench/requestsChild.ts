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

/** CPU in milliseconds, one value a repetition. */
export interface Costs {
	/** Of a request, with the run's start and end counted in. */
	readonly request: number[];
	/** Of a poll alone. */
	readonly poll: number[];
}

export interface RequestsRunResult {
	readonly node: Costs;
	readonly bare: Costs;
}

/** So many tasks together, each polled at a fixed interval: requests are what the CPU goes into. */
const TOGETHER = 50;
const POLL_SECONDS = 0.5;

/**
 * A run of long jobs and one of short ones differ by their polls alone: what is read of the items, what
 * is sent first and what comes out is the same in both.
 */
const LONG_SECONDS = 8;
const SHORT_SECONDS = 1;

/** Rounds that only warm the compiler up: n8n has been running for long where people wait for it. */
const WARM_UPS = 2;

async function main({ address, url, repeats }: RequestsRun): Promise<RequestsRunResult> {
	await useBinaryMode('filesystem');
	const costs = { bare: noCosts(), node: noCosts() };
	for (let round = 1 - WARM_UPS; round <= repeats; round++) {
		await measure(url, async (seconds) => await sendBare(address, seconds), costs.bare);
		await measure(url, async (seconds) => await sendByNode(address, seconds), costs.node);
		if (round === 0) Object.assign(costs, { bare: noCosts(), node: noCosts() });
	}
	return costs;
}

const noCosts = (): Costs => ({ request: [], poll: [] });

/** Adds a round to the costs. */
async function measure(
	sandboxUrl: string,
	work: (jobSeconds: number) => Promise<void>,
	{ request, poll }: Costs,
): Promise<void> {
	const short = await cpuOf(sandboxUrl, async () => await work(SHORT_SECONDS));
	const long = await cpuOf(sandboxUrl, async () => await work(LONG_SECONDS));
	request.push(long.milliseconds / long.requests);
	poll.push((long.milliseconds - short.milliseconds) / (long.requests - short.requests));
}

/** CPU of the work in milliseconds, and the requests that it sent by the sandbox's ledger. */
async function cpuOf(sandboxUrl: string, work: () => Promise<void>) {
	const ledger = `${sandboxUrl}/sandbox/ledger`;
	await fetch(ledger, { method: 'DELETE' });
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	const { requests } = (await (await fetch(ledger)).json()) as { requests: unknown[] };
	return { milliseconds: (user + system) / 1_000, requests: requests.length };
}

async function sendByNode(address: Address, jobSeconds: number): Promise<void> {
	const prompts = Array.from({ length: TOGETHER }, () => `A picture [seconds=${jobSeconds}]`);
	const options = {
		maxConcurrentTasks: TOGETHER,
		pollInterval: POLL_SECONDS,
		downloadImages: false,
	};
	await runFlux(address, { prompts, options });
}

/** The same requests in the same rhythm from a node that does nothing else. */
async function sendBare(address: Address, jobSeconds: number): Promise<void> {
	const base = `${address.baseUrls.seaArtCloud}/v1/queue/flux_kontext_max`;
	const credentials = [{ name: 'seaArtCloudApi', required: true }];
	const bare = nodeType(['done'], async function () {
		const tasks = Array.from(
			{ length: TOGETHER },
			async () => await sendTask(this, base, jobSeconds),
		);
		await Promise.all(tasks);
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

async function sendTask(
	context: IExecuteFunctions,
	base: string,
	jobSeconds: number,
): Promise<void> {
	const send = async (method: 'GET' | 'POST', url: string, body?: object) =>
		(await context.helpers.httpRequestWithAuthentication.call(context, 'seaArtCloudApi', {
			method,
			url,
			...(body ? { body } : {}),
			json: true,
		})) as { request_id: string };
	const { request_id: id } = await send('POST', base, {
		prompt: `A picture [seconds=${jobSeconds}]`,
	});
	for (let poll = 0; poll < jobSeconds / POLL_SECONDS; poll++) {
		await new Promise((resolve) => setTimeout(resolve, 1_000 * POLL_SECONDS));
		await send('GET', `${base}/requests/${id}/status`);
	}
	await send('GET', `${base}/requests/${id}/response`);
}

void main(JSON.parse(process.argv[2] ?? '') as RequestsRun).then((result) => {
	console.log(JSON.stringify(result));
	process.exit(0);
});
