import { JobLengths } from '../../nodes/FluxImage/tasks/durations';
import { logUniform, seededRandom, type Random } from '../../sandbox/random';
import {
	gaussian,
	sumUp,
	watchAdaptive,
	watchFixed,
	type PollSums,
	type SimulatedJob,
	type Tells,
	type Watched,
} from '../../tooling/polls/pollSimulation';
import { proveBlind, proveInformed, type Proof } from './pollProof';
import type { BenchSettings, Goal, Section, Table } from './section';
import { median, percent, withSpread } from './statistics';

const BLIND_JOBS = 20_000;
const BATCHES = 400;
const BATCH = 50;

/** Batches of the rows that have a goal to themselves: so many, since they lie near it. */
const MANY_BATCHES = 8_000;

/** A row of the table: how jobs are watched, and what that comes to with a given chance. */
interface Row {
	readonly name: string;
	readonly run: (random: Random) => Watched[];
}

const fixed: Row = {
	name: 'Length unknown: fixed 2 s',
	run: (random) => unknownJobs(random).map((job) => watchFixed(job, 2_000)),
};
const blind: Row = {
	name: 'Length unknown: blind schedule',
	run: (random) => unknownJobs(random).map((job) => watchAdaptive(job, new JobLengths())),
};
const informed = (
	name: string,
	take: [from: number, to: number],
	tells: Tells = {},
	batches = BATCHES,
): Row => ({
	name: `Five known, ${name}`,
	run: (random) =>
		batchesOf(likeJobs(random), tells, batches, take[1]).flatMap((batch) => batch.slice(...take)),
});
const sixth = informed('the sixth job, lengths only', [5, 6], {}, MANY_BATCHES);
const later = informed('jobs 6 to 50, lengths only', [5, BATCH], {}, MANY_BATCHES);
const honest = informed('jobs 6 to 50, with progress', [5, BATCH], { progress: 'honest' });
const queue = (name: string, tells: Tells): Row => ({
	name: `Queue of 0 to 60 s before 8 s of work, ${name}`,
	run: (random) =>
		batchesOf(() => () => queuedJob(random), tells).flatMap((batch) => batch.slice(5)),
});

const ROWS: readonly Row[] = [
	fixed,
	blind,
	sixth,
	later,
	informed('jobs 1 to 50, lengths only', [0, BATCH]),
	informed('jobs 6 to 50, with inference_time', [5, BATCH], { inferenceTime: true }),
	honest,
	informed('jobs 6 to 50, with progress that leaps and sticks', [5, BATCH], { progress: 'stuck' }),
	queue('lengths only', {}),
	queue('with inference_time', { inferenceTime: true }),
	queue('with progress', { progress: 'honest' }),
];

/** How it is measured, in Markdown. */
const METHOD = [
	`Simulated clock: ${BLIND_JOBS.toLocaleString('en')} jobs of log-uniform 2 to 120 s; ${BATCHES} batches (${MANY_BATCHES.toLocaleString('en')} where lengths alone are known) of ${BATCH} jobs, each batch with a typical`,
	'length of log-uniform 2 to 120 s and lengths log-normal around it, sigma 0.3; a tenth to three tenths of',
	"each length is spent in the queue. Lag is from a job's end to the poll that sees it, as a share of the job's",
	'length. The last two rows are the same in real time, by the node in the engine against the sandbox: 60',
	'executions of one item each, log-uniform 2 to 120 s; and 60 items, 10 together, typically 6 s.',
	'',
	'The informed goal (4 % with 8 polls, from five finished tasks) is at the edge of what can be had: by dynamic',
	'programming over all schedules, the least lag is 3.85 % at 8.0 polls if mean and spread are known exactly, and',
	'about 4.1 % at 8.3 polls if they are known from just five tasks, as of the sixth job.',
].join('\n');

/** What each row came to, a summary a repeat. */
type Results = ReadonlyMap<Row, readonly PollSums[]>;

/** Part (b): lag and polls of the schedule, summed on a simulated clock and proven in the sandbox. */
export async function polls({ seed, repeats }: BenchSettings): Promise<Section> {
	const results: Results = new Map(ROWS.map((row) => [row, sumsOf(row, seed, repeats)]));
	const proofs = await Promise.all([proveBlind(seed), proveInformed(seed)]);
	return {
		title: 'Lag and polls of the poll schedule',
		method: METHOD,
		table: tableOf(results, proofs),
		goals: goalsOf(results),
	};
}

function tableOf(results: Results, proofs: readonly Proof[]): Table {
	return {
		head: ['Jobs, and how they are watched', 'Mean lag, %', 'Polls a job', 'Longest lag, s'],
		rows: [
			...[...results].map(([{ name }, sums]) => [
				name,
				withSpread(
					sums.map(({ relativeLag }) => 100 * relativeLag),
					2,
				),
				withSpread(
					sums.map(({ polls: count }) => count),
					2,
				),
				median(sums.map(({ longestLagMs }) => longestLagMs / 1_000)).toFixed(1),
			]),
			...proofs.map(({ name, relativeLag, polls: count, longestLagMs }) => [
				name,
				(100 * relativeLag).toFixed(2),
				count.toFixed(2),
				(longestLagMs / 1_000).toFixed(1),
			]),
		],
	};
}

function goalsOf(results: Results): Goal[] {
	const value = (row: Row, of: 'relativeLag' | 'polls' | 'longestLagMs') =>
		median((results.get(row) ?? []).map((sums) => sums[of]));
	return [
		atMost('Blind: mean lag', value(blind, 'relativeLag'), 0.08, percent),
		atMost('Blind: longest lag, s', value(blind, 'longestLagMs') / 1_000, 5),
		atMost('Blind: polls against the fixed 2 s', value(blind, 'polls'), value(fixed, 'polls')),
		atMost('Informed, the sixth job: mean lag', value(sixth, 'relativeLag'), 0.04, percent),
		atMost('Informed, the sixth job: polls', value(sixth, 'polls'), 8),
		atMost('Informed, jobs 6 to 50: mean lag', value(later, 'relativeLag'), 0.04, percent),
		atMost('Informed, jobs 6 to 50: polls', value(later, 'polls'), 8),
		atMost('Informed with progress: mean lag', value(honest, 'relativeLag'), 0.04, percent),
		atMost('Informed with progress: polls', value(honest, 'polls'), 8),
	];
}

function sumsOf({ run }: Row, seed: number, repeats: number) {
	return Array.from({ length: repeats }, (_, repeat) => sumUp(run(seededRandom(seed + repeat))));
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

function unknownJobs(random: Random): SimulatedJob[] {
	return Array.from({ length: BLIND_JOBS }, () =>
		jobOf(1_000 * logUniform(random, 2, 120), random),
	);
}

/** Jobs of one model: a typical length for each batch, and lengths around it. */
function likeJobs(random: Random) {
	return () => {
		const typicalMs = 1_000 * logUniform(random, 2, 120);
		return () => jobOf(typicalMs * Math.exp(0.3 * gaussian(random)), random);
	};
}

/** A tenth to three tenths of the length goes to the queue. */
function jobOf(endsMs: number, random: Random): SimulatedJob {
	return { startsMs: endsMs * (0.1 + 0.2 * random()), endsMs };
}

function queuedJob(random: Random): SimulatedJob {
	const startsMs = 60_000 * random();
	return { startsMs, endsMs: startsMs + 8_000 * Math.exp(0.15 * gaussian(random)) };
}

function batchesOf(
	startBatch: () => () => SimulatedJob,
	tells: Tells,
	count = BATCHES,
	length = BATCH,
): Watched[][] {
	return Array.from({ length: count }, () => {
		const next = startBatch();
		const lengths = new JobLengths();
		return Array.from({ length }, () => watchAdaptive(next(), lengths, tells));
	});
}
