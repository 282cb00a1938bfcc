import { startSandbox } from '../../sandbox';
import { inChild } from './child';
import type { BenchSettings, Section } from './section';
import { median, withSpread } from './statistics';
import type { PicturesRun, PicturesRunResult } from './streamingChild';

const PICTURES = 100;
const SIZES = { small: 1_000, large: 20_000_000 };
const GOAL_MEGABYTES = 60;

/** Point 4: pictures from socket to disk, and what they cost in memory. */
export async function streaming({ seed, repeats }: BenchSettings): Promise<Section> {
	const runs = { small: [] as PicturesRunResult[], large: [] as PicturesRunResult[] };
	for (let repeat = 0; repeat < repeats; repeat++) {
		runs.small.push(await measure(SIZES.small, seed + repeat));
		runs.large.push(await measure(SIZES.large, seed + repeat));
	}
	const megabytes = (results: PicturesRunResult[]) =>
		results.map(({ peakBytes }) => peakBytes / 1_000_000);
	const rise = median(megabytes(runs.large)) - median(megabytes(runs.small));
	const row = (name: string, results: PicturesRunResult[]) => [
		name,
		withSpread(megabytes(results), 0),
		withSpread(results.map(({ seconds }) => seconds)),
	];
	return {
		title: 'Pictures streamed',
		method: `${PICTURES} pictures, 10 together, in a process of its own with n8n's filesystem mode; the sandbox is in another.\nPeak memory is the process's largest resident set, n8n's engine included.`,
		table: {
			head: ['Size of each picture', 'Peak memory, MB', 'Wall time, s'],
			rows: [row('1 kB', runs.small), row('20 MB', runs.large)],
		},
		goals: [
			{
				what: 'Rise of the peak, 20 MB over 1 kB',
				measured: `${rise.toFixed(0)} MB`,
				goal: `at most ${GOAL_MEGABYTES} MB`,
				met: rise <= GOAL_MEGABYTES,
			},
		],
	};
}

async function measure(pictureBytes: number, seed: number): Promise<PicturesRunResult> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: 0.3, max: 1.5 },
		pictureBytes,
		plainPictures: true,
		pictureScale: 0.05,
	});
	try {
		const { keys, baseUrls } = sandbox;
		const run: PicturesRun = { address: { keys, baseUrls }, pictures: PICTURES };
		return await inChild<PicturesRunResult>('streamingChild.ts', run);
	} finally {
		await sandbox.close();
	}
}
