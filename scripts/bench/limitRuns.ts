import {
	startSandbox,
	type Gateway,
	type LimitRow,
	type RequestRow,
	type Sandbox,
} from '../../sandbox';
import type { Figures, SCENARIO } from '../../tooling/limits/scenarios';
import { runFlux, startFlux } from './engineRun';
import { mean } from './statistics';

/** The scenarios that the engine runs too. */
export type EngineScenario = Exclude<
	keyof typeof SCENARIO,
	| 'anyFivePercentRefused'
	| 'anyFifteenPercentRefused'
	| 'shortTasksCreated'
	| 'longTasksCreated'
	| 'createdBesideAWait'
>;

/** A scenario in the engine: the same figures as on the simulated clock. */
type EngineRun = (seed: number) => Promise<Figures>;

const atATime = (most: number): LimitRow => ({ kind: 'tasks', most });
const refusedAtRandom = (share: number): LimitRow => ({
	kind: 'share',
	of: 'creates',
	share,
	retryAfterSeconds: 1,
});
const callsASecond = (perSecond: number): LimitRow => ({ kind: 'bucket', perSecond });

/** docs/contracts/toapis.md#limits */
const twoBuckets = (headers: boolean): LimitRow[] => [
	{ kind: 'bucket', of: 'creates', perSecond: 5, burst: 50, headers, retryAfter: headers },
	{ kind: 'bucket', of: 'reads', perSecond: 50, burst: 500, headers, retryAfter: headers },
];

interface Setting {
	readonly seed: number;
	readonly jobSeconds: number;
	readonly limits?: LimitRow[];
}

interface Items {
	readonly items: number;
	readonly together: number;
	readonly gateway?: Extract<Gateway, 'seaArtCloud' | 'toApis'>;
	/** Of an item, in seconds; failed items go on as items then. */
	readonly timeout?: number;
}

/** What a run came to, by the clock and the sandbox's books. */
interface Books {
	readonly seconds: number;
	/** From a job's end to the read that tells it, as a share of the job's length; mean. */
	readonly relativeLag: number;
	readonly calls: readonly RequestRow[];
	readonly refusedPercent: number;
	readonly paid: number;
	readonly pictures: number;
}

export const ENGINE_RUNS: Readonly<Record<EngineScenario, EngineRun>> = {
	async threeAtATime(seed) {
		const [given, items] = [
			{ seed, jobSeconds: 2 },
			{ items: 18, together: 10 },
		];
		const free = await run(given, items);
		const limited = await run({ ...given, limits: [atATime(3)] }, items);
		return {
			'over the least': limited.seconds / 12,
			'lag over that without a limit': limited.relativeLag / free.relativeLag,
			'creates refused': refused(limited.calls).length,
		};
	},
	fivePercentRefused: async (seed) => await overUndisturbed(seed, 0.05),
	fifteenPercentRefused: async (seed) => await overUndisturbed(seed, 0.15),
	async thousandItems(seed) {
		const { seconds, refusedPercent, paid, pictures } = await run(
			{ seed, jobSeconds: 5, limits: [callsASecond(20)] },
			{ items: 1_000, together: 200 },
		);
		return {
			'over the least': seconds / 150,
			'refused, %': refusedPercent,
			'tasks lost': paid - pictures,
			'paid twice': paid - 1_000,
		};
	},
	async fortyExecutions(seed) {
		const given = { seed, jobSeconds: 5, limits: [callsASecond(20)] };
		return await onSandbox(given, async (sandbox) => {
			const one = async () => await items(sandbox, { items: 1, together: 1 });
			const startedMs = Date.now();
			await Promise.all(Array.from({ length: 40 }, one));
			const seconds = (Date.now() - startedMs) / 1_000;
			// A poll and a result each can only come when the jobs have ended, and twenty of them at once.
			const leastSeconds = 5 + (40 * 2 - 20) / 20;
			const { refusedPercent } = booksOf(sandbox, seconds, 40);
			return { 'over the least': seconds / leastSeconds, 'refused, %': refusedPercent };
		});
	},
	toApisWithHeaders: async (seed) => await atToApis(seed, true),
	toApisWithoutHeaders: async (seed) => await atToApis(seed, false),
	async closedFor25Seconds(seed) {
		const [fromSeconds, seconds] = [10, 25];
		const closed: LimitRow = { kind: 'closed', fromSeconds, seconds };
		const { taken, startMs } = await during(
			{ seed, jobSeconds: 2, limits: [closed] },
			{ items: 1_500, together: 30 },
			fromSeconds + seconds + 15,
		);
		const perSecond = (from: number, span: number) =>
			taken.filter(({ atMs }) => {
				const at = (atMs - startMs) / 1_000;
				return at >= from && at < from + span;
			}).length / span;
		const before = perSecond(fromSeconds - 5, 5);
		let waited = 0;
		while (perSecond(fromSeconds + seconds + waited, 2) < before / 2 && waited < 13) waited += 0.5;
		return { 'seconds to half of the old pace': waited };
	},
	async sixtyAMinute(seed) {
		const minutes = 3;
		const window: LimitRow = { kind: 'window', most: 60, seconds: 60 };
		const { taken, calls } = await during(
			{ seed, jobSeconds: 5, limits: [window] },
			{ items: 1_000, together: 30 },
			60 * minutes - 1,
		);
		return {
			'of what it allows, %': (100 * taken.length) / (60 * minutes),
			'refused, %': (100 * refused(calls).length) / calls.length,
		};
	},
	async sixtyAtTwo(seed) {
		const { paid, pictures } = await run(
			{ seed, jobSeconds: 2, limits: [callsASecond(2)] },
			{ items: 60, together: 60, timeout: 20 },
		);
		return { 'pictures of paid, %': (100 * pictures) / paid, paid, pictures };
	},
	async besideABatch(seed) {
		const given = { seed, jobSeconds: 5, limits: [callsASecond(20)] };
		const one = { items: 1, together: 1 };
		const alone = await run(given, one);
		return await onSandbox(given, async (sandbox) => {
			const batch = startFlux(sandbox, fluxRun({ items: 500, together: 200 }));
			await pause(15);
			const startedMs = Date.now();
			await items(sandbox, one);
			const seconds = (Date.now() - startedMs) / 1_000;
			const { refusedPercent } = booksOf(sandbox, seconds, 1);
			await stop(sandbox, batch);
			return { 'over that picture alone': seconds / alone.seconds, 'refused, %': refusedPercent };
		});
	},
};

async function overUndisturbed(seed: number, share: number): Promise<Figures> {
	const [given, items] = [
		{ seed, jobSeconds: 1 },
		{ items: 100, together: 25 },
	];
	const free = await run(given, items);
	const disturbed = await run({ ...given, limits: [refusedAtRandom(share)] }, items);
	return { 'over the undisturbed time': disturbed.seconds / free.seconds };
}

async function atToApis(seed: number, headers: boolean): Promise<Figures> {
	const given = { seed, jobSeconds: 5 };
	const items = { items: 60, together: 60, gateway: 'toApis' } as const;
	const free = await run(given, items);
	const limited = await run({ ...given, limits: twoBuckets(headers) }, items);
	// Ten of the sixty creates find the bucket empty, at five a second.
	const leastSeconds = free.seconds + 2;
	return {
		'over the least': limited.seconds / leastSeconds,
		'refused, %': limited.refusedPercent,
	};
}

/** All items, to their end, on a sandbox and so on an account of their own. */
async function run(setting: Setting, work: Items): Promise<Books> {
	return await onSandbox(setting, async (sandbox) => {
		const startedMs = Date.now();
		const pictures = await items(sandbox, work);
		return booksOf(sandbox, (Date.now() - startedMs) / 1_000, pictures);
	});
}

/** Items for so many seconds; those that are left are stopped. */
async function during(setting: Setting, work: Items, seconds: number) {
	return await onSandbox(setting, async (sandbox) => {
		const startMs = Date.now();
		const execution = startFlux(sandbox, fluxRun(work));
		await pause(seconds);
		const { calls } = booksOf(sandbox, seconds, 0);
		await stop(sandbox, execution);
		const taken = calls.filter(({ statusCode }) => statusCode === 200);
		return { calls, taken, startMs };
	});
}

/** Runs items of one execution; gives how many pictures there are. */
async function items(sandbox: Sandbox, work: Items): Promise<number> {
	const { items: made } = await runFlux(sandbox, fluxRun(work));
	return made.filter(({ binary }) => binary !== undefined).length;
}

function fluxRun({ items, together, gateway = 'seaArtCloud', timeout }: Items) {
	return {
		prompts: Array.from({ length: items }, (_, index) => `Picture ${index}`),
		gateway,
		options: { maxConcurrentTasks: together, ...(timeout !== undefined && { timeout }) },
		...(timeout !== undefined && { settings: { onError: 'continueRegularOutput' as const } }),
	};
}

async function onSandbox<T>(
	{ seed, jobSeconds, limits = [] }: Setting,
	use: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox({
		seed,
		jobSeconds: { min: jobSeconds, max: jobSeconds },
		limits,
		plainPictures: true,
		pictureScale: 0.05,
	});
	try {
		return await use(sandbox);
	} finally {
		await sandbox.close();
	}
}

/** Ends an execution that has more to do; without limits, so that its cancels are answered at once. */
async function stop(sandbox: Sandbox, execution: ReturnType<typeof startFlux>): Promise<void> {
	sandbox.limits.clear();
	execution.stop();
	await execution.finished;
}

function booksOf({ ledger }: Sandbox, seconds: number, pictures: number): Books {
	const calls = ledger.requests.filter(({ call }) => call !== 'picture');
	const lags = ledger.taskRows().map(({ id, createdAtMs, endsAtMs }) => {
		const seenMs = ledger.where({ call: 'status', taskId: id, statusCode: 200 }).at(-1)?.atMs;
		return ((seenMs ?? NaN) - (endsAtMs ?? NaN)) / ((endsAtMs ?? NaN) - createdAtMs);
	});
	return {
		seconds,
		relativeLag: mean(lags),
		calls,
		refusedPercent: (100 * refused(calls).length) / calls.length,
		paid: ledger.billed(),
		pictures,
	};
}

const refused = (calls: readonly RequestRow[]) =>
	calls.filter(({ statusCode }) => statusCode === 429);

const pause = async (seconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
