import { startSandbox } from '../../sandbox';
import { inChild } from './child';
import type { BenchSettings, Section } from './section';
import { median, withSpread } from './statistics';
import type { WaitingRun, WaitingRunResult } from './waitingChild';

/** A task's share is what the larger number holds more, over the difference. */
const TASKS = { few: 50, many: 300 };

/** Of what an input image weighs, so much may stay in memory once it is sent. */
const GOAL_SHARE = 0.1;

/** Point 1: what a task holds in memory while it is waited for. */
export async function waiting({ seed, repeats }: BenchSettings): Promise<Section> {
	const kilobytes = { plain: [] as number[], editing: [] as number[] };
	for (let repeat = 0; repeat < repeats; repeat++) {
		kilobytes.plain.push(await kilobytesATask(seed + repeat, false));
		kilobytes.editing.push(await kilobytesATask(seed + repeat, true));
	}
	const kept = median(kilobytes.editing) - median(kilobytes.plain);
	const share = Math.max(0, kept) / 1_000;
	return {
		title: 'Memory of a waiting task',
		method: [
			`Heap and buffers after a garbage collection, in a process of its own, while ${TASKS.few} and ${TASKS.many} tasks wait together; the`,
			`difference, by task, with n8n's own items in it. With an input image: a file of 1 MB that all items share, sent as base64 in each create.`,
		].join('\n'),
		table: {
			head: ['Task', 'kB a task'],
			rows: [
				['From a prompt', withSpread(kilobytes.plain)],
				['With an input image of 1 MB', withSpread(kilobytes.editing)],
			],
		},
		goals: [
			{
				what: 'Kept of an input image that was sent',
				measured: `${(100 * share).toFixed(1)} %`,
				goal: `at most ${100 * GOAL_SHARE} %`,
				met: share <= GOAL_SHARE,
			},
		],
	};
}

async function kilobytesATask(seed: number, editing: boolean): Promise<number> {
	const few = await heldBytes(TASKS.few, seed, editing);
	const many = await heldBytes(TASKS.many, seed, editing);
	return (many - few) / (TASKS.many - TASKS.few) / 1_000;
}

async function heldBytes(tasks: number, seed: number, editing: boolean): Promise<number> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: 60, max: 60 },
		plainPictures: true,
		pictureScale: 0.05,
	});
	try {
		const { keys, baseUrls, url } = sandbox;
		const run: WaitingRun = { address: { keys, baseUrls }, url, tasks, editing };
		return (await inChild<WaitingRunResult>('waitingChild.ts', run)).heldBytes;
	} finally {
		await sandbox.close();
	}
}
