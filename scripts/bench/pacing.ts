import { startSandbox } from '../../sandbox';
import { runFlux } from './engineRun';
import type { BenchSettings, Goal, Section } from './section';
import { percent } from './statistics';

const ITEMS = 1_000;
const TOGETHER = 200;
const REQUESTS_PER_SECOND = 20;
const JOB_SECONDS = 5;

/** Create, poll and result, once each. */
const FEWEST_CALLS = 3;

/** One run of all items. */
interface Run {
	readonly seconds: number;
	readonly calls: number;
	/** Calls answered with HTTP 429. */
	readonly refused: number;
	readonly pictures: number;
	/** Tasks that gave a picture. */
	readonly distinct: number;
	readonly billed: number;
}

/** Point 3: many items against a gateway that limits the rate. */
export async function pacing({ seed }: BenchSettings): Promise<Section> {
	const run = await measure(seed);
	const leastSeconds = (ITEMS * FEWEST_CALLS) / REQUESTS_PER_SECOND;
	const ratio = run.seconds / leastSeconds;
	const refusedShare = run.refused / run.calls;
	return {
		title: 'A gateway that limits the rate',
		method: `${ITEMS.toLocaleString('en')} items, ${TOGETHER} together, jobs of ${JOB_SECONDS} s, in the engine against a sandbox that takes ${REQUESTS_PER_SECOND} requests a second\nand answers the rest with HTTP 429. One create, one poll and one result each need ${leastSeconds} s at that rate. One run.`,
		table: {
			head: ['Wall time, s', 'Over the least', 'API calls', 'Refused', 'Pictures', 'Tasks billed'],
			rows: [
				[
					run.seconds.toFixed(1),
					ratio.toFixed(2),
					String(run.calls),
					`${run.refused} (${percent(refusedShare)})`,
					String(run.pictures),
					String(run.billed),
				],
			],
		},
		goals: goalsOf(run, ratio, refusedShare),
	};
}

async function measure(seed: number): Promise<Run> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: JOB_SECONDS, max: JOB_SECONDS },
		rateLimit: { requestsPerSecond: REQUESTS_PER_SECOND },
		plainPictures: true,
		pictureScale: 0.05,
	});
	try {
		const prompts = Array.from({ length: ITEMS }, (_, index) => `Picture ${index}`);
		const startedMs = Date.now();
		const options = { maxConcurrentTasks: TOGETHER };
		const { items } = await runFlux(sandbox, { prompts, options });
		const seconds = (Date.now() - startedMs) / 1_000;
		const calls = sandbox.ledger.requests.filter(({ call }) => call !== 'picture');
		return {
			seconds,
			calls: calls.length,
			refused: calls.filter(({ statusCode }) => statusCode === 429).length,
			pictures: items.length,
			distinct: new Set(items.map(({ json }) => json['requestId'])).size,
			billed: sandbox.ledger.billed(),
		};
	} finally {
		await sandbox.close();
	}
}

function goalsOf({ distinct, billed }: Run, ratio: number, refusedShare: number): Goal[] {
	return [
		{
			what: 'Wall time over the least',
			measured: ratio.toFixed(2),
			goal: 'at most 1.3',
			met: ratio <= 1.3,
		},
		{
			what: 'Calls refused',
			measured: percent(refusedShare),
			goal: 'fewer than 5 %',
			met: refusedShare < 0.05,
		},
		{
			what: 'Tasks lost; paid twice',
			measured: `${ITEMS - distinct}; ${billed - ITEMS}`,
			goal: '0; 0',
			met: distinct === ITEMS && billed === ITEMS,
		},
	];
}
