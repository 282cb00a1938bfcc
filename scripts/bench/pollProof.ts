import { startSandbox, type Sandbox } from '../../sandbox';
import { logUniform, seededRandom } from '../../sandbox/random';
import { runFlux } from './engineRun';
import { gaussian, sumUp, type PollSums } from '../../tooling/polls/pollSimulation';

const BLIND_EXECUTIONS = 60;
const INFORMED_ITEMS = 60;

/** Sums measured in real time. */
export type Proof = PollSums & { readonly name: string };

/** Executions of one item each, all at once: none of them knows a finished task. */
export async function proveBlind(seed: number): Promise<Proof> {
	const random = seededRandom(seed);
	const prompts = Array.from({ length: BLIND_EXECUTIONS }, () =>
		lasting(logUniform(random, 2, 120)),
	);
	const sums = await measured(async (sandbox) => {
		await Promise.all(
			prompts.map(
				async (prompt) => await runFlux(sandbox, { prompts: [prompt], options: NO_PICTURES }),
			),
		);
	});
	return { name: 'In the sandbox: length unknown', ...sums };
}

/** Items of one execution, 10 together; what the first five cost is not counted. */
export async function proveInformed(seed: number): Promise<Proof> {
	const random = seededRandom(seed);
	const prompts = Array.from({ length: INFORMED_ITEMS }, () =>
		lasting(6 * Math.exp(0.3 * gaussian(random))),
	);
	const sums = await measured(
		async (sandbox) => await runFlux(sandbox, { prompts, options: NO_PICTURES }),
		15,
	);
	return { name: 'In the sandbox: items 16 to 60', ...sums };
}

const NO_PICTURES = { downloadImages: false };

const lasting = (seconds: number) => `A picture [seconds=${seconds.toFixed(3)}]`;

/** Lag and polls by the sandbox's ledger, without the first `skipped` tasks. */
async function measured(run: (sandbox: Sandbox) => Promise<unknown>, skipped = 0) {
	const sandbox = await startSandbox();
	try {
		await run(sandbox);
		const { ledger } = sandbox;
		const watched = ledger
			.taskRows()
			.slice(skipped)
			.map(({ id, createdAtMs, endsAtMs }) => {
				const polls = ledger.where({ call: 'status', taskId: id });
				const lagMs = (polls.at(-1)?.atMs ?? NaN) - (endsAtMs ?? NaN);
				return {
					lagMs,
					relativeLag: lagMs / ((endsAtMs ?? NaN) - createdAtMs),
					polls: polls.length,
					longestWaitMs: longestGapMs([createdAtMs, ...polls.map(({ atMs }) => atMs)]),
				};
			});
		return sumUp(watched);
	} finally {
		await sandbox.close();
	}
}

/** The longest time between one and the next. */
function longestGapMs(timesMs: readonly number[]): number {
	return timesMs.slice(1).reduce((most, atMs, index) => Math.max(most, atMs - timesMs[index]!), 0);
}
