import { startSandbox, type Sandbox } from '../../sandbox';
import { seededRandom, type Random } from '../../sandbox/random';
import {
	gaussian,
	sumUp,
	watchJobs,
	type PollSums,
	type Watched,
} from '../../tooling/polls/pollSimulation';
import { runFlux } from './engineRun';

/** Accounts side by side, each with so many executions of one item, one after the other. */
const ACCOUNTS = 6;
const EXECUTIONS = 24;

/** From the tenth call on an account should know its jobs. */
const FIRST_INFORMED = 9;

/** Around so many seconds, log-normal with sigma 0.3. */
const TYPICAL_SECONDS = 2.5;

/** There and back on the loopback, with n8n's helper, in seconds. */
const ROUND_TRIP_SECONDS = 0.005;

/** What watching single pictures came to. */
export interface Again {
	/** From the tenth call of an account on. */
	readonly informed: PollSums;
	/** The same jobs, each the first of an account. */
	readonly blind: PollSums;
	/** The informed ones on a simulated clock. */
	readonly simulated: PollSums;
}

/** A webhook that makes one picture, again and again: each call is an execution of one item. */
export async function webhookAgain(seed: number): Promise<Again> {
	const series = Array.from({ length: ACCOUNTS }, (_, account) =>
		lengths(seededRandom(seed + account)),
	);
	const watched = await Promise.all(series.map(watchSeries));
	return {
		informed: sumUp(watched.flatMap(({ informed }) => informed)),
		blind: sumUp(watched.flatMap(({ blind }) => blind)),
		simulated: sumUp(series.flatMap(simulate)),
	};
}

function lengths(random: Random): number[] {
	return Array.from(
		{ length: EXECUTIONS },
		() => TYPICAL_SECONDS * Math.exp(0.3 * gaussian(random)),
	);
}

/** On one account; beside each informed execution the same job on a new one. */
async function watchSeries(seconds: readonly number[]) {
	const blind: Watched[] = [];
	const informed = await onSandbox(async (sandbox) => {
		for (const [index, length] of seconds.entries()) {
			const beside =
				index < FIRST_INFORMED ? [] : [onSandbox(async (own) => await one(own, length))];
			await one(sandbox, length);
			blind.push(...(await Promise.all(beside)).flatMap(watchedOf));
		}
		return sandbox;
	});
	return { blind, informed: watchedOf(informed).slice(FIRST_INFORMED) };
}

async function one(sandbox: Sandbox, seconds: number): Promise<Sandbox> {
	await runFlux(sandbox, { prompts: [`A picture [seconds=${seconds.toFixed(3)}]`] });
	return sandbox;
}

function simulate(seconds: readonly number[]): Watched[] {
	const jobs = seconds.map((length) => ({ seconds: length }));
	const watched = watchJobs({ jobs, together: 1, roundTripSeconds: ROUND_TRIP_SECONDS });
	return watched.slice(FIRST_INFORMED);
}

/** What the sandbox's books say of its tasks. */
function watchedOf({ ledger }: Sandbox): Watched[] {
	return ledger.taskRows().map(({ id, createdAtMs, endsAtMs }) => {
		const times = ledger.where({ call: 'status', taskId: id }).map(({ atMs }) => atMs);
		const lagMs = (times.at(-1) ?? NaN) - (endsAtMs ?? NaN);
		const waits = times.map((atMs, index) => atMs - (times[index - 1] ?? createdAtMs));
		return {
			lagMs,
			relativeLag: lagMs / ((endsAtMs ?? NaN) - createdAtMs),
			polls: times.length,
			longestWaitMs: Math.max(...waits),
		};
	});
}

async function onSandbox(use: (sandbox: Sandbox) => Promise<Sandbox>): Promise<Sandbox> {
	const sandbox = await startSandbox({ plainPictures: true, pictureScale: 0.05 });
	try {
		return await use(sandbox);
	} finally {
		await sandbox.close();
	}
}
