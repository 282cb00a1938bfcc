import { seededRandom, type Random } from '../../sandbox/random';
import {
	anyAtRandom,
	atRandom,
	callsAMinute,
	callsASecond,
	closed,
	SimulatedGateway,
	tasksAtATime,
	twoBuckets,
	type Limit,
} from './gateway';
import type { PolicyName } from './policies';
import { simulate, type Run, type Setting, type Work } from './simulation';

/** What a policy comes to in a scenario, by the measures' names. */
export type Figures = Readonly<Record<string, number>>;

export interface Scenario {
	readonly what: string;
	/** What each figure should be at most, or at least where it says so. */
	readonly goals: Readonly<Record<string, { readonly atMost?: number; readonly atLeast?: number }>>;
	readonly measure: (policy: PolicyName, seed: number) => Promise<Figures>;
}

interface Given {
	readonly limits: (random: Random) => readonly Limit[];
	readonly jobSeconds: number;
	readonly works: readonly Work[];
	readonly rest?: Partial<Setting>;
}

async function run(policy: PolicyName, seed: number, given: Given): Promise<Run> {
	const random = seededRandom(seed);
	const gateway = new SimulatedGateway(given.limits(random), () => given.jobSeconds * 1_000);
	return await simulate(policy, { gateway, works: given.works, random, ...given.rest });
}

const refusedPercent = ({ gateway }: Run) => (100 * gateway.refusals) / gateway.calls;

/** Where nothing limits it. */
const undisturbed = async (seed: number, given: Given) =>
	await run('back-off alone', seed, { ...given, limits: () => [] });

function threeAtATime(): Scenario {
	const given: Given = {
		limits: () => [tasksAtATime(3)],
		jobSeconds: 2,
		works: [{ items: 18, together: 10 }],
	};
	return {
		what: '3 tasks at a time, 18 jobs of 2 s, 10 together',
		goals: {
			'over the least': { atMost: 1.3 },
			'lag over that without a limit': { atMost: 1.1 },
			'creates refused': { atMost: 18 },
		},
		async measure(policy, seed) {
			const result = await run(policy, seed, given);
			const free = await undisturbed(seed, given);
			return {
				'over the least': result.totalMs / 12_000,
				'lag over that without a limit': result.lagPercent / free.lagPercent,
				'creates refused': result.gateway.refused.create,
			};
		},
	};
}

function refusedAtRandom(percent: number, atMost: number): Scenario {
	const given: Given = {
		limits: (random) => [atRandom(percent / 100, random)],
		jobSeconds: 1,
		works: [{ items: 100, together: 25 }],
	};
	return {
		what: `${percent} % of creates refused at random, 100 jobs of 1 s, 25 together`,
		goals: { 'over the undisturbed time': { atMost } },
		async measure(policy, seed) {
			const result = await run(policy, seed, given);
			const free = await undisturbed(seed, given);
			return { 'over the undisturbed time': result.totalMs / free.totalMs };
		},
	};
}

/** Not in the table of goals: what the pace must not take for a limit. */
function anyRefusedAtRandom(percent: number): Scenario {
	const given: Given = {
		limits: (random) => [anyAtRandom(percent / 100, random)],
		jobSeconds: 5,
		works: [{ items: 500, together: 100 }],
	};
	return {
		what: `${percent} % of all calls refused at random, 500 jobs of 5 s, 100 together`,
		goals: {},
		async measure(policy, seed) {
			const result = await run(policy, seed, given);
			const free = await undisturbed(seed, given);
			return { 'over the undisturbed time': result.totalMs / free.totalMs };
		},
	};
}

const AT_TWENTY = { limits: () => [callsASecond(20)], jobSeconds: 5 };

const thousandItems: Scenario = {
	what: '1,000 items, 200 together, at 20 calls a second',
	goals: { 'over the least': { atMost: 1.05 }, 'refused, %': { atMost: 3 } },
	async measure(policy, seed) {
		const works = [{ items: 1_000, together: 200 }];
		const result = await run(policy, seed, { ...AT_TWENTY, works });
		return { 'over the least': result.totalMs / 150_000, 'refused, %': refusedPercent(result) };
	},
};

const fortyExecutions: Scenario = {
	what: '40 executions of one item at 20 calls a second',
	goals: { 'over the least': { atMost: 1.3 }, 'refused, %': { atMost: 15 } },
	async measure(policy, seed) {
		const works = Array.from({ length: 40 }, () => ({ items: 1, together: 1 }));
		const result = await run(policy, seed, { ...AT_TWENTY, works });
		// Polls and results can only come when the jobs have ended, and twenty of them at once.
		const leastMs = 5_000 + ((40 * 2 - 20) * 1_000) / 20;
		return { 'over the least': result.totalMs / leastMs, 'refused, %': refusedPercent(result) };
	},
};

function toApis(withHeaders: boolean, over: number, refused: number): Scenario {
	const given: Given = {
		limits: () => [twoBuckets(withHeaders)],
		jobSeconds: 5,
		works: [{ items: 60, together: 60 }],
		rest: { isSingleRead: true },
	};
	return {
		what: `ToAPIs' two buckets, 60 jobs, ${withHeaders ? 'with' : 'without'} its headers`,
		goals: { 'over the least': { atMost: over }, 'refused, %': { atMost: refused } },
		async measure(policy, seed) {
			const result = await run(policy, seed, given);
			const free = await undisturbed(seed, given);
			// Ten of the sixty creates find the bucket empty, at five a second.
			const leastMs = free.totalMs + 2_000;
			return { 'over the least': result.totalMs / leastMs, 'refused, %': refusedPercent(result) };
		},
	};
}

const closedFor25Seconds: Scenario = {
	what: '25 s of 429s, then none',
	goals: { 'seconds to half of the old pace': { atMost: 10 } },
	async measure(policy, seed) {
		const [fromMs, toMs] = [20_000, 45_000];
		const result = await run(policy, seed, {
			limits: () => [closed(fromMs, toMs)],
			jobSeconds: 2,
			works: [{ items: 1_500, together: 30 }],
			rest: { untilMs: 120_000 },
		});
		const { taken } = result.gateway;
		const within = (ms: number, spanMs: number) =>
			taken.filter(({ atMs }) => atMs >= ms && atMs < ms + spanMs).length / (spanMs / 1_000);
		const before = within(10_000, 10_000);
		let seconds = 0;
		while (within(toMs + seconds * 1_000, 2_000) < before / 2 && seconds < 75) seconds += 0.5;
		return { 'seconds to half of the old pace': seconds };
	},
};

const sixtyAMinute: Scenario = {
	what: 'A fixed window of 60 calls a minute',
	goals: { 'of what it allows, %': { atLeast: 80 } },
	async measure(policy, seed) {
		const result = await run(policy, seed, {
			limits: () => [callsAMinute(60)],
			jobSeconds: 5,
			works: [{ items: 1_000, together: 30 }],
			rest: { untilMs: 599_000 },
		});
		return {
			'of what it allows, %':
				(100 * result.gateway.taken.filter(({ atMs }) => atMs < 600_000).length) / 600,
			'refused, %': refusedPercent(result),
			pictures: result.pictures,
		};
	},
};

const sixtyAtTwo: Scenario = {
	what: '60 items together at 2 calls a second, jobs of 2 s, timeout 20 s',
	goals: { 'pictures of paid, %': { atLeast: 90 } },
	async measure(policy, seed) {
		const result = await run(policy, seed, {
			limits: () => [callsASecond(2)],
			jobSeconds: 2,
			works: [{ items: 60, together: 60, timeoutMs: 20_000 }],
		});
		const paid = result.gateway.tasks.length;
		return {
			'pictures of paid, %': (100 * result.pictures) / paid,
			paid,
			pictures: result.pictures,
		};
	},
};

const besideABatch: Scenario = {
	what: "A batch of 500 items at 20 calls a second, and a webhook's one picture beside it",
	goals: { 'over that picture alone': { atMost: 2 } },
	async measure(policy, seed) {
		const one = { items: 1, together: 1 };
		const alone = await run(policy, seed, { ...AT_TWENTY, works: [one] });
		const batch = { items: 500, together: 200 };
		const result = await run(policy, seed, {
			...AT_TWENTY,
			works: [batch, { ...one, startMs: 15_000 }],
		});
		return {
			'over that picture alone': result.workMs[1]! / alone.totalMs,
			'refused, %': refusedPercent(result),
		};
	},
};

/** A batch of Image > Create, whose tasks others collect: by it back-off alone is as fast as any. */
function onlyCreated(atATime: number, jobSeconds: number, items: number): Scenario {
	const given: Given = {
		limits: () => [tasksAtATime(atATime)],
		jobSeconds,
		works: [{ items, together: 10, isLeft: true }],
	};
	return {
		what: `${items} tasks of Image > Create, ${atATime} of ${jobSeconds} s at a time`,
		goals: { 'over back-off alone': { atMost: 1.05 } },
		async measure(policy, seed) {
			const result = await run(policy, seed, given);
			const backOff = await run('back-off alone', seed, given);
			return {
				'over back-off alone': result.totalMs / backOff.totalMs,
				'creates refused': result.gateway.refused.create,
			};
		},
	};
}

/** Beside one that looks at tasks of others, so that reads meet the limit too. */
const createdBesideAWait: Scenario = {
	what: '24 tasks of Image > Create at 2 calls a second, timeout 20 s, beside a wait',
	goals: { 'creates sent, %': { atLeast: 100 } },
	async measure(policy, seed) {
		const creates = { items: 24, together: 24, timeoutMs: 20_000, isLeft: true, startMs: 5_000 };
		const result = await run(policy, seed, {
			limits: () => [callsASecond(2)],
			jobSeconds: 60,
			works: [{ items: 1, together: 1 }, creates],
		});
		const sent = result.gateway.tasks.length - 1;
		return { 'creates sent, %': (100 * sent) / 24, 'refused, %': refusedPercent(result) };
	},
};

/** By the names that the bench in the real engine has for them. */
export const SCENARIO = {
	threeAtATime: threeAtATime(),
	fivePercentRefused: refusedAtRandom(5, 1.6),
	fifteenPercentRefused: refusedAtRandom(15, 1.8),
	anyFivePercentRefused: anyRefusedAtRandom(5),
	anyFifteenPercentRefused: anyRefusedAtRandom(15),
	thousandItems,
	fortyExecutions,
	toApisWithHeaders: toApis(true, 1.15, 3),
	toApisWithoutHeaders: toApis(false, 1.4, 10),
	closedFor25Seconds,
	sixtyAMinute,
	sixtyAtTwo,
	besideABatch,
	shortTasksCreated: onlyCreated(3, 2, 60),
	longTasksCreated: onlyCreated(6, 20, 30),
	createdBesideAWait,
} satisfies Record<string, Scenario>;

export const SCENARIOS: readonly Scenario[] = Object.values(SCENARIO);
