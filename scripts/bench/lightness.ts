import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { startSandbox } from '../../sandbox';
import { npm } from '../../tooling/n8n/npm';
import { inChild } from './child';
import { BUILT_NODE, n8nNodesBase } from './engineRun';
import type { RequestsRunResult } from './requestsChild';
import type { BenchSettings, Section } from './section';
import { median, withSpread } from './statistics';

const PROJECT = join(__dirname, '../..');
const CREDENTIALS_FOLDER = join(PROJECT, 'dist', 'credentials');
const HELPER = "n8n's bare helper";
const LOADS = 9;
const GOALS = { loadRatio: 0.5, tarballBytes: 75_000, requestRatio: 1.5 };

/** Point 5: what the package costs before and beside the waiting. */
export async function lightness({ repeats }: BenchSettings): Promise<Section> {
	const [ours, theirs] = await loadCosts();
	const bytes = await tarballBytes();
	const requests = await requestCosts(repeats);
	const loadRatio = median(ours) / median(theirs);
	const { node, bare } = requests;
	return {
		title: 'Light',
		method: [
			`Loading: CPU of \`require\` in fresh processes with n8n-workflow and zod loaded before, ${LOADS} each. Requests: CPU of a process`,
			"that polls 50 tasks for 8 s, over its requests; the node, and a bare loop over n8n's own helper in the same rhythm. Of a",
			'poll alone: what such a run needs more than one of 1 s, over the polls that it has more, so that reading 50 items and',
			'their pictures at the end is not counted as polling.',
		].join('\n'),
		table: {
			head: ['', 'This package', 'Compared with', ''],
			rows: [
				['CPU of loading, ms', withSpread(ours), "n8n's HTTP Request node", withSpread(theirs)],
				['Tarball, kB', (bytes / 1_000).toFixed(1), '', ''],
				['CPU a poll, ms', withSpread(node.poll, 2), HELPER, withSpread(bare.poll, 2)],
				[
					'CPU a request, start and end counted in, ms',
					withSpread(node.request, 2),
					HELPER,
					withSpread(bare.request, 2),
				],
			],
		},
		goals: [
			goal('CPU of loading, over the HTTP Request node', loadRatio, GOALS.loadRatio),
			{
				what: 'Tarball',
				measured: `${(bytes / 1_000).toFixed(1)} kB`,
				goal: `under ${GOALS.tarballBytes / 1_000} kB`,
				met: bytes < GOALS.tarballBytes,
			},
			goal(
				'CPU a poll, over the bare helper',
				median(node.poll) / median(bare.poll),
				GOALS.requestRatio,
			),
		],
	};
}

function goal(what: string, ratio: number, most: number) {
	return { what, measured: ratio.toFixed(2), goal: `at most ${most}`, met: ratio <= most };
}

/** By turns, so that a busy minute of the machine falls on both. */
async function loadCosts(): Promise<[ours: number[], theirs: number[]]> {
	const base = await n8nNodesBase();
	const credentials = readdirSync(CREDENTIALS_FOLDER).filter((file) => file.endsWith('.js'));
	const ours = [BUILT_NODE, ...credentials.map((file) => join(CREDENTIALS_FOLDER, file))];
	const theirs = [join(base, 'dist', 'nodes', 'HttpRequest', 'HttpRequest.node.js')];
	const costs: [number[], number[]] = [[], []];
	for (let load = 0; load < LOADS; load++) {
		costs[0].push(await loadCost(ours));
		costs[1].push(await loadCost(theirs));
	}
	return costs;
}

async function loadCost(files: string[]): Promise<number> {
	const from = files[0] ?? '';
	const warm = ['n8n-workflow', 'zod'].map((name) => ({ from, name }));
	return (await inChild<{ milliseconds: number }>('loadingChild.mjs', { warm, files }))
		.milliseconds;
}

async function tarballBytes(): Promise<number> {
	const packed = await npm(['pack', '--dry-run', '--json'], PROJECT);
	const [tarball] = JSON.parse(packed) as Array<{ size: number }>;
	return tarball?.size ?? NaN;
}

async function requestCosts(repeats: number): Promise<RequestsRunResult> {
	const sandbox = await startSandbox();
	try {
		const { keys, baseUrls, url } = sandbox;
		const run = { address: { keys, baseUrls }, url, repeats };
		return await inChild<RequestsRunResult>('requestsChild.ts', run);
	} finally {
		await sandbox.close();
	}
}
