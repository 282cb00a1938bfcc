import type { INode } from 'n8n-workflow';

import type { Execution, Outcome } from '../../tooling/engine/engine';
import { NodeHarness } from '../engine/nodeHarness';
import { gateways, type Gateway } from '../../sandbox';
import { seededRandom, seedOf } from '../../sandbox/random';
import { runFaster } from '../engine/heldTime';
import { FaultPlan, itemOf, promptOf } from './faultPlan';

/** How a run of chaos is sized. */
export interface ChaosOptions {
	readonly seed: number;
	/** Tasks in all. */
	readonly tasks: number;
	/** How much faster the node's time runs than the world's. */
	readonly speed?: number;
}

/** One execution of the run, and what came of it. */
export interface ChaosExecution {
	readonly gateway: Gateway;
	readonly manner: string;
	/** The numbers of its items, over all executions. */
	readonly items: readonly number[];
	/** How many tasks each of its items is: one an image, at ToAPIs one for all. */
	readonly tasksEach: number;
	/** Whether its items have Pay Once Keys, and are delivered by two executions. */
	readonly isKeyed: boolean;
	/** Absent where Stop ended it. */
	readonly outcome: Outcome | undefined;
	/** What its node has logged by now. */
	readonly log: () => string[];
	/** Its API calls in the order in which they were sent; on a busy machine some arrive seconds later. */
	readonly sent: readonly SentCall[];
	/** How many of them had been sent when Stop had taken effect; absent where it was not pressed. */
	readonly sentAtStop?: number;
}

/** An API call as it left the node. */
export interface SentCall {
	readonly method: string;
	readonly url: string;
}

/** Everything that there is to reconcile. */
export interface ChaosRun {
	readonly executions: readonly ChaosExecution[];
	readonly harness: NodeHarness;
	readonly plan: FaultPlan;
}

/** How an execution takes failures. */
interface Manner {
	readonly name: string;
	readonly settings: Partial<INode>;
	/** Pressed once so great a share of its tasks is made. */
	readonly stopAtShare?: number;
}

const MANNERS: readonly Manner[] = [
	{ name: 'continue on fail', settings: { onError: 'continueRegularOutput' } },
	{ name: 'error output', settings: { onError: 'continueErrorOutput' } },
	{
		name: 'retry on fail',
		settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 10 },
	},
	{
		name: 'retry and continue',
		settings: {
			retryOnFail: true,
			maxTries: 3,
			waitBetweenTries: 10,
			onError: 'continueRegularOutput',
		},
	},
	{
		name: 'stopped',
		settings: { onError: 'continueRegularOutput' },
		stopAtShare: 0.4,
	},
];

/** Items of one execution: small enough for every gateway to meet every manner. */
const ITEMS_EACH = 10;

/** Long enough for the accounts' tasks to meet their limits, in seconds of the world. */
const JOB_SECONDS = { min: 0.05, max: 0.3 };

/** Executions under way at the same time: five at each of two gateways, and each five on one account. */
const TOGETHER = 10;

/** Of so many executions one has Pay Once Keys, and is delivered twice: at once, or a little later. */
const KEYED_ONE_IN = 3;

/** Of so many executions one asks for several images an item. */
const SEVERAL_ONE_IN = 4;
const SEVERAL = 2;

/** How much later the second delivery comes at most, in milliseconds of the world. */
const DELIVERED_WITHIN_MS = 400;

/** Runs that many tasks through the engine, with the seed's faults on their calls. */
export async function runChaos({ seed, tasks, speed = 10 }: ChaosOptions): Promise<ChaosRun> {
	const harness = await NodeHarness.open({ seed, jobSeconds: JOB_SECONDS, plainPictures: true });
	const plan = new FaultPlan(seed);
	plan.playOn(harness.sandbox);
	const putBack = runFaster(speed);
	const starts = Array.from({ length: Math.ceil(tasks / ITEMS_EACH) }, (_, index) => {
		const first = index * ITEMS_EACH;
		const count = Math.min(ITEMS_EACH, tasks - first);
		return { index, items: Array.from({ length: count }, (_item, row) => first + row) };
	});
	const executions: ChaosExecution[] = [];
	const queue = starts.values();
	const work = async () => {
		for (const { index, items } of queue) {
			const isKeyed = index % KEYED_ONE_IN === 1;
			const deliveries = isKeyed ? [0, delayOf(seed, index)] : [0];
			const ended = deliveries.map(async (delayMs, delivery) => {
				await pause(delayMs);
				return await execute(harness, index, items, isKeyed ? delivery : undefined);
			});
			executions.push(...(await Promise.all(ended)));
		}
	};
	try {
		await Promise.all(Array.from({ length: TOGETHER }, work));
	} finally {
		putBack();
	}
	return { executions, harness, plan };
}

async function execute(
	harness: NodeHarness,
	index: number,
	items: number[],
	/** The how-manieth of its keyed items; absent where they have no keys. */
	delivery: number | undefined,
): Promise<ChaosExecution> {
	// A second delivery is not stopped: it must come to its end whatever becomes of the first.
	const { name, settings, stopAtShare } = MANNERS[delivery ? 0 : index % MANNERS.length]!;
	const gateway = gateways[Math.floor(index / MANNERS.length) % gateways.length]!;
	const executionId = `chaos-${index}${delivery ? '-again' : ''}`;
	const isKeyed = delivery !== undefined;
	const key = isKeyed ? { payOnceKey: '={{ $json.prompt }}' } : {};
	const n = index % SEVERAL_ONE_IN === 2 ? SEVERAL : 1;
	const tasksEach = gateway === 'toApis' ? 1 : n;
	const sent: SentCall[] = [];
	const runs: Array<Promise<unknown>> = [];
	const execution = harness.start({
		gateway,
		executionId,
		onCall: ({ method = 'GET', url }) => void sent.push({ method, url }),
		onRun: (run) => void runs.push(run),
		prompts: items.map(promptOf),
		parameters: { n },
		settings: { ...settings, name: 'FLUX Image' },
		options: { maxConcurrentTasks: 200, pollInterval: 1, timeout: 300, ...key },
	});
	const log = () => execution.log().filter((line) => line.includes(`in execution ${executionId}:`));
	const about = { gateway, manner: name, isKeyed, items, tasksEach, log, sent };
	if (stopAtShare === undefined) {
		const outcome = await execution.finished;
		return { ...about, outcome };
	}
	const outcome = await untilMade(harness, execution, items, tasksEach * stopAtShare);
	if (outcome) return { ...about, outcome };
	execution.stop();
	// What was begun before Stop is sent before the event loop turns.
	await new Promise((resolve) => setImmediate(resolve));
	const sentAtStop = sent.length;
	// The node runs on until creates on their way and cancels are answered, or a minute of its time is up.
	await Promise.allSettled(runs);
	return { ...about, outcome: undefined, sentAtStop };
}

/** Waits until that share of the tasks is made; gives the outcome of an execution that ends before. */
async function untilMade(
	harness: NodeHarness,
	execution: Execution,
	items: readonly number[],
	share: number,
): Promise<Outcome | undefined> {
	let outcome: Outcome | undefined;
	execution.finished.then(
		(came) => void (outcome = came),
		// So ends an execution that was stopped.
		() => undefined,
	);
	const mine = new Set(items);
	const made = () =>
		harness.sandbox.ledger.taskRows().filter(({ prompt }) => mine.has(itemOf(prompt))).length;
	while (!outcome && made() < items.length * share) await pause(5);
	return outcome;
}

/** When the second delivery comes: often at the very moment of the first. */
const delayOf = (seed: number, index: number) =>
	Math.max(0, seededRandom(seedOf(seed, 'again', index))() - 0.3) * DELIVERED_WITHIN_MS;

const pause = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
