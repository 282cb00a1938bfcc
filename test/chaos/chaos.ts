import type { INode } from 'n8n-workflow';

import type { Execution, Outcome } from '../../tooling/engine/engine';
import { Studio } from '../engine/studio';
import { gateways, type Gateway } from '../../sandbox';
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
	readonly studio: Studio;
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

/** Executions under way at the same time. */
const TOGETHER = 10;

/**
 * After Stop a create is awaited for a second of the node's time, and cancels take less than another. The
 * wait is in turns of the event loop, in milliseconds each, so that a stall of the machine uses up one.
 */
const TURNS_AFTER_STOP = 100;
const TURN_MS = 20;

/** Runs that many tasks through the engine, with the seed's faults on their calls. */
export async function runChaos({ seed, tasks, speed = 10 }: ChaosOptions): Promise<ChaosRun> {
	const studio = await Studio.open({ seed, plainPictures: true });
	const plan = new FaultPlan(seed);
	plan.playOn(studio.sandbox);
	const putBack = runFaster(speed);
	const starts = Array.from({ length: Math.ceil(tasks / ITEMS_EACH) }, (_, index) => {
		const first = index * ITEMS_EACH;
		const count = Math.min(ITEMS_EACH, tasks - first);
		return { index, items: Array.from({ length: count }, (_item, row) => first + row) };
	});
	const executions: ChaosExecution[] = [];
	const queue = starts.values();
	const work = async () => {
		for (const { index, items } of queue) executions.push(await execute(studio, index, items));
	};
	try {
		await Promise.all(Array.from({ length: TOGETHER }, work));
	} finally {
		putBack();
	}
	return { executions, studio, plan };
}

async function execute(studio: Studio, index: number, items: number[]): Promise<ChaosExecution> {
	const manner = MANNERS[index % MANNERS.length]!;
	const gateway = gateways[Math.floor(index / MANNERS.length) % gateways.length]!;
	const executionId = `chaos-${index}`;
	const sent: SentCall[] = [];
	const execution = studio.start({
		gateway,
		executionId,
		onCall: ({ method = 'GET', url }) => void sent.push({ method, url }),
		prompts: items.map(promptOf),
		settings: { ...manner.settings, name: 'FLUX Image' },
		options: { maxConcurrentTasks: 200, pollInterval: 1, timeout: 300 },
	});
	const { name, stopAtShare } = manner;
	const log = () => execution.log().filter((line) => line.includes(`in execution ${executionId}:`));
	const about = { gateway, manner: name, items, log, sent };
	if (stopAtShare === undefined) {
		const outcome = await execution.finished;
		return { ...about, outcome };
	}
	const outcome = await untilMade(studio, execution, items, stopAtShare);
	if (outcome) return { ...about, outcome };
	execution.stop();
	// What was begun before Stop is sent before the event loop turns.
	await new Promise((resolve) => setImmediate(resolve));
	const sentAtStop = sent.length;
	for (let turn = 0; turn < TURNS_AFTER_STOP; turn++) await pause(TURN_MS);
	return { ...about, outcome: undefined, sentAtStop };
}

/** Waits until that share of the tasks is made; gives the outcome of an execution that ends before. */
async function untilMade(
	studio: Studio,
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
		studio.sandbox.ledger.taskRows().filter(({ prompt }) => mine.has(itemOf(prompt))).length;
	while (!outcome && made() < items.length * share) await pause(5);
	return outcome;
}

const pause = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));
