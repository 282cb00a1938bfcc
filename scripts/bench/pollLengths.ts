import { logUniform, type Random } from '../../sandbox/random';
import type { Job } from '../../tooling/polls/jobFile';
import { gaussian } from '../../tooling/polls/pollSimulation';

/** Draws so many jobs of one model. */
type Draw = (random: Random, count: number) => Job[];

/** A kind of lengths, and what is asked of the schedule there: lag in percent times polls a job. */
export interface LengthsRow {
	readonly name: string;
	readonly draw: Draw;
	/** What version 1.0 came to. */
	readonly before: string;
	readonly goal: number;
}

type NextJob = (random: Random, index: number) => Job;

const row = (name: string, next: NextJob, before: string, goal: number): LengthsRow => ({
	name,
	draw: (random, count) => Array.from({ length: count }, (_, index) => next(random, index)),
	before,
	goal,
});

/** Around 10 s, with that standard deviation of ln(length). */
const around10s =
	(sigma: number): NextJob =>
	(random) => ({ seconds: 10 * Math.exp(sigma * gaussian(random)) });

/** Around 10 s, with hints that are wrong: an inference time and a bar of progress. */
const lying = (lie: (seconds: number) => Omit<Job, 'seconds'>): NextJob => {
	const honest = around10s(0.3);
	return (random, index) => {
		const { seconds } = honest(random, index);
		return { seconds, ...lie(seconds) };
	};
};

/** The rows that have a goal each. */
export const LENGTHS: readonly LengthsRow[] = [
	row('Log-uniform 2 to 120 s', (random) => ({ seconds: logUniform(random, 2, 120) }), '119', 115),
	row('Log-normal around 10 s, sigma 0.1', around10s(0.1), '12', 16),
	row('Log-normal around 10 s, sigma 0.3', around10s(0.3), '28', 36),
	row('Log-normal around 10 s, sigma 0.6', around10s(0.6), '61', 70),
	row(
		'Three in four 2.5 s, one in four 20 s',
		(random) => ({ seconds: random() < 0.75 ? 2.5 : 20 }),
		'94',
		24,
	),
	row(
		'5 s, from the hundredth on 20 s',
		(_, index) => ({ seconds: index < 99 ? 5 : 20 }),
		'47',
		50,
	),
	row(
		'Sigma 0.3, inference time always 12.34',
		lying(() => ({ inferenceTime: 12.34 })),
		'no bound',
		36,
	),
	row(
		'Sigma 0.3, inference time in ms',
		lying((seconds) => ({ inferenceTime: 900 * seconds })),
		'no bound',
		36,
	),
	row(
		'Sigma 0.3, a bar that stands at 50 %',
		lying(() => ({ progress: [[1, 0.5]] })),
		'56',
		36,
	),
	row(
		'Sigma 0.3, a bar that jumps to 90 %',
		lying((seconds) => ({
			progress: [
				[0, 0.1],
				[seconds / 10, 0.9],
			],
		})),
		'56',
		36,
	),
];

/** Mixtures of one to four log-normal kinds, typically 2 to 120 s, with a sigma of 0 to 0.6. */
export function randomMixtures(random: Random, count: number): Draw[] {
	return Array.from({ length: count }, () => {
		const kinds = Array.from({ length: 1 + Math.floor(4 * random()) }, () => ({
			seconds: logUniform(random, 2, 120),
			sigma: 0.6 * random(),
			share: 0.1 + random(),
		}));
		const all = kinds.reduce((sum, { share }) => sum + share, 0);
		const next: NextJob = (chance) => {
			let left = all * chance();
			const kind = kinds.find(({ share }) => (left -= share) < 0) ?? kinds[0]!;
			return { seconds: kind.seconds * Math.exp(kind.sigma * gaussian(chance)) };
		};
		return (chance, jobs) => Array.from({ length: jobs }, (_, index) => next(chance, index));
	});
}
