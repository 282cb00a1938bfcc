import { startSandbox, type Sandbox } from '../../sandbox';
import { runFlux, runHandBuiltLoop } from './engineRun';
import type { BenchSettings, Goal, Section, Table } from './section';
import { mean, median, percent, withSpread } from './statistics';

const ITEM_COUNTS = [1, 4, 20, 100];

/** Seconds; log-uniform. What people see of FLUX models on these gateways. */
const JOB_SECONDS = { min: 2, max: 6 };

/** One run of many items. */
interface Run {
	readonly seconds: number;
	readonly requests: number;
	/** From a job's end to the request of its picture, as a share of the job's length; mean. */
	readonly relativeLag: number;
	readonly longestJobSeconds: number;
}

/** Who runs the items. */
const RUNNERS = {
	'the node, all together': async (sandbox: Sandbox, prompts: string[]) =>
		await runFlux(sandbox, { prompts, options: { maxConcurrentTasks: prompts.length } }),
	'the node, 10 together (default)': async (sandbox: Sandbox, prompts: string[]) =>
		await runFlux(sandbox, { prompts }),
	'hand-built loop': runHandBuiltLoop,
} as const;
type Runner = keyof typeof RUNNERS;
const NODE = 'the node, all together';
const LOOP = 'hand-built loop';

/** The runs of so many items by one runner. */
interface Result {
	readonly items: number;
	readonly runner: Runner;
	readonly runs: readonly Run[];
}

/** Finds the runs of so many items by one runner. */
type Find = (items: number, runner: Runner) => readonly Run[];

/** Part (a): items together, against the loop that people build by hand. */
export async function together(settings: BenchSettings): Promise<Section> {
	const results = await measureAll(settings);
	const find: Find = (items, runner) =>
		results.find((result) => result.items === items && result.runner === runner)?.runs ?? [];
	return {
		title: 'Items together, against the hand-built loop',
		method: [
			"In n8n's real engine, pictures included. The hand-built loop is `scripts/bench/hand-built-loop.json`:",
			"HTTP Request, Wait 3 s, HTTP Request, IF, HTTP Request, HTTP Request, with n8n's own nodes and Retry On Fail.",
			`Jobs of ${JOB_SECONDS.min} to ${JOB_SECONDS.max} s, log-uniform, the same for both. Lag is the time from a job's end to the`,
			"request of its picture, as a share of the job's length.",
		].join('\n'),
		table: tableOf(results),
		goals: ITEM_COUNTS.flatMap((items) => goalsOf(items, find)),
		bars: [
			bars('Wall time', 's', ({ seconds }) => seconds, find),
			bars('Mean lag', '%', ({ relativeLag }) => 100 * relativeLag, find),
		],
	};
}

/** All runs, after one of each runner that warms up what they share. */
async function measureAll({ seed, repeats }: BenchSettings): Promise<Result[]> {
	const results: Result[] = [];
	for (const runner of Object.keys(RUNNERS) as Runner[]) await measure(runner, 1, seed);
	for (const items of ITEM_COUNTS) {
		for (const runner of runnersOf(items)) {
			const runs: Run[] = [];
			for (let repeat = 0; repeat < repeats; repeat++) {
				runs.push(await measure(runner, items, seed + repeat));
			}
			results.push({ items, runner, runs });
		}
	}
	return results;
}

function tableOf(results: readonly Result[]): Table {
	return {
		head: ['Items', 'Run by', 'Wall time, s', 'Longest job, s', 'Requests', 'Mean lag, %'],
		rows: results.map(({ items, runner, runs }) => [
			String(items),
			runner,
			withSpread(runs.map(({ seconds }) => seconds)),
			withSpread(runs.map(({ longestJobSeconds }) => longestJobSeconds)),
			withSpread(
				runs.map(({ requests }) => requests),
				0,
			),
			withSpread(runs.map(({ relativeLag }) => 100 * relativeLag)),
		]),
	};
}

function goalsOf(items: number, find: Find): Goal[] {
	const ratio = (value: (run: Run) => number) =>
		median(find(items, NODE).map(value)) / median(find(items, LOOP).map(value));
	const of = `${items} ${items === 1 ? 'item' : 'items'}, node over loop`;
	return [
		ratioGoal(
			`${of}: wall time`,
			ratio(({ seconds }) => seconds),
		),
		ratioGoal(
			`${of}: lag`,
			ratio(({ relativeLag }) => relativeLag),
		),
	];
}

/** The default limit is shown once; up to ten items it changes nothing. */
function runnersOf(items: number): Runner[] {
	const all = Object.keys(RUNNERS) as Runner[];
	return items === 20 ? all : all.filter((runner) => !runner.includes('default'));
}

async function measure(runner: Runner, items: number, seed: number): Promise<Run> {
	const options = { seed, jobSeconds: JOB_SECONDS, plainPictures: true, pictureScale: 0.1 };
	const sandbox = await startSandbox(options);
	try {
		const prompts = Array.from({ length: items }, (_, index) => `Picture ${index}`);
		const startedMs = Date.now();
		await RUNNERS[runner](sandbox, prompts);
		const seconds = (Date.now() - startedMs) / 1_000;
		return { seconds, ...readLedger(sandbox) };
	} finally {
		await sandbox.close();
	}
}

function readLedger({ ledger }: Sandbox): Omit<Run, 'seconds'> {
	const tasks = ledger.taskRows().map(({ id, createdAtMs, endsAtMs }) => ({
		endedMs: endsAtMs ?? NaN,
		lengthMs: (endsAtMs ?? NaN) - createdAtMs,
		fetchedMs: ledger.where({ call: 'picture', taskId: id })[0]?.atMs ?? NaN,
	}));
	return {
		requests: ledger.requests.length,
		relativeLag: mean(
			tasks.map(({ fetchedMs, endedMs, lengthMs }) => (fetchedMs - endedMs) / lengthMs),
		),
		longestJobSeconds: Math.max(...tasks.map(({ lengthMs }) => lengthMs)) / 1_000,
	};
}

function ratioGoal(what: string, ratio: number): Goal {
	return { what, measured: percent(ratio, 0), goal: 'at most 100 %', met: ratio <= 1 };
}

function bars(name: string, unit: string, value: (run: Run) => number, find: Find) {
	return {
		name,
		unit,
		categories: ITEM_COUNTS.map((items) => `${items} ${items === 1 ? 'item' : 'items'}`),
		series: [NODE, LOOP].map((runner) => ({
			name: runner,
			values: ITEM_COUNTS.map((items) => median(find(items, runner as Runner).map(value))),
		})),
	};
}
