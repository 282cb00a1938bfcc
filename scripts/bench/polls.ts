import { logUniform, seededRandom } from '../../sandbox/random';
import {
	afterFirstFifth,
	lagTimesPolls,
	sumUp,
	watchBlindly,
	watchFixed,
	watchJobs,
	type PollSums,
} from '../../tooling/polls/pollSimulation';
import { LENGTHS, randomMixtures, type LengthsRow } from './pollLengths';
import { proveBlind, proveInformed, type Proof } from './pollProof';
import type { BenchSettings, Goal, Section, Table } from './section';
import { percent } from './statistics';

/** Jobs of the rows of which nothing is known, each the first of its model. */
const BLIND_JOBS = 10_000;

/** Jobs of one series; what the first fifth costs is not counted. */
const SERIES_JOBS = 250;

/** Series of a row, for each repeat: the figures of a single one vary by a tenth. */
const SERIES = 10;

const MIXTURES = 20;

/** How many jobs run at a time, in the two columns. */
const TOGETHER = [1, 10] as const;

/** How it is measured, in Markdown. */
const METHOD = [
	"Simulated clock, with the code of the node. Lag is from a job's end to the reply that tells it, as a share of",
	`the job's length; the figure of a row is mean lag in % times polls a job, over series of ${SERIES_JOBS} jobs of one model`,
	'without the first fifth, one by one and ten together. A poll takes no time, as in the figures of 1.0; at 60 ms',
	'a poll the rows around 10 s come out 2 to 10 % higher, and so they do where lengths are known exactly. The last two rows are real time, by the node in the engine',
	'against the sandbox: 60 executions of one item each, log-uniform 2 to 120 s; and 60 items, 10 together,',
	'typically 6 s, of which the last 45 count.',
].join('\n');

/** What a row came to, for each of `TOGETHER`. */
interface Measured {
	readonly row: LengthsRow;
	readonly sums: readonly PollSums[];
}

/** Lag and polls of the poll schedule, summed on a simulated clock and proven in the sandbox. */
export async function polls({ seed, repeats }: BenchSettings): Promise<Section> {
	const jobs = unknownJobs(seed);
	const fixed = sumUp(jobs.map((job) => watchFixed(job, 2_000)));
	const blind = sumUp(watchBlindly({ jobs, together: 1, roundTripSeconds: 0 }));
	const rows = LENGTHS.map((row) => ({
		row,
		sums: TOGETHER.map((together) => measure(row, together, seed, SERIES * repeats)),
	}));
	const worst = TOGETHER.map((together) => worstOverBlind(together, seed));
	const proofs = await Promise.all([proveBlind(seed), proveInformed(seed)]);
	return {
		title: 'Lag and polls of the poll schedule',
		method: METHOD,
		table: tableOf({ fixed, blind, rows, worst, proofs }),
		goals: goalsOf(fixed, blind, rows, worst),
	};
}

function measure({ draw }: LengthsRow, together: number, seed: number, series: number): PollSums {
	const random = seededRandom(seed);
	const watched = Array.from({ length: series }, () =>
		afterFirstFifth(watchJobs({ jobs: draw(random, SERIES_JOBS), together, roundTripSeconds: 0 })),
	);
	return sumUp(watched.flat());
}

/** The largest, over mixtures drawn at random, of what was known over what it costs to know nothing. */
function worstOverBlind(together: number, seed: number): number {
	const ratios = randomMixtures(seededRandom(seed), MIXTURES).map((draw) => {
		const jobs = { jobs: draw(seededRandom(seed + 1), 2 * SERIES_JOBS), together };
		const [known, blind] = [watchJobs, watchBlindly].map((watch) =>
			lagTimesPolls(sumUp(afterFirstFifth(watch({ ...jobs, roundTripSeconds: 0 })))),
		);
		return known! / blind!;
	});
	return Math.max(...ratios);
}

interface Findings {
	readonly fixed: PollSums;
	readonly blind: PollSums;
	readonly rows: readonly Measured[];
	readonly worst: readonly number[];
	readonly proofs: readonly Proof[];
}

function tableOf({ fixed, blind, rows, worst, proofs }: Findings): Table {
	const cell = (sums: PollSums) =>
		`${lagTimesPolls(sums).toFixed(1)} (${percent(sums.relativeLag)} x ${sums.polls.toFixed(1)})`;
	const longest = (sums: readonly PollSums[]) =>
		(Math.max(...sums.map(({ longestLagMs }) => longestLagMs)) / 1_000).toFixed(1);
	return {
		head: ['Jobs', 'One by one', 'Ten together', '1.0', 'Goal', 'Longest lag, s'],
		rows: [
			['Length unknown: fixed 2 s', cell(fixed), '', '', '', longest([fixed])],
			['Length unknown: first of its model', cell(blind), '', '109', '', longest([blind])],
			...rows.map(({ row: { name, before, goal }, sums }) => [
				name,
				...sums.map(cell),
				before,
				String(goal),
				longest(sums),
			]),
			[
				`Worst of ${MIXTURES} random mixtures, over blind`,
				...worst.map((ratio) => ratio.toFixed(2)),
				'-',
				'1.15',
				'',
			],
			...proofs.map((sums) => [sums.name, cell(sums), '', '', '', longest([sums])]),
		],
	};
}

function goalsOf(
	fixed: PollSums,
	blind: PollSums,
	rows: readonly Measured[],
	worst: readonly number[],
): Goal[] {
	return [
		atMost('Blind: mean lag', blind.relativeLag, 0.08, percent),
		atMost('Blind: longest lag, s', blind.longestLagMs / 1_000, 5),
		atMost('Blind: polls against the fixed 2 s', blind.polls, fixed.polls),
		...rows.map(({ row: { name, goal }, sums }) =>
			atMost(`${name}: lag times polls`, Math.max(...sums.map(lagTimesPolls)), goal, (value) =>
				value.toFixed(1),
			),
		),
		atMost('Random mixtures: over blind', Math.max(...worst), 1.15),
	];
}

function atMost(
	what: string,
	measured: number,
	goal: number,
	shown = (value: number) => value.toFixed(2),
) {
	return {
		what,
		measured: shown(measured),
		goal: `at most ${shown(goal)}`,
		met: measured <= goal,
	};
}

function unknownJobs(seed: number) {
	const random = seededRandom(seed);
	return Array.from({ length: BLIND_JOBS }, () => ({ seconds: logUniform(random, 2, 120) }));
}
