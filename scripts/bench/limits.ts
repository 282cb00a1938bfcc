import { POLICIES, type PolicyName } from '../../tooling/limits/policies';
import { SCENARIO, type Figures, type Scenario } from '../../tooling/limits/scenarios';
import { ENGINE_RUNS, type EngineScenario } from './limitRuns';
import type { PollSums } from '../../tooling/polls/pollSimulation';
import type { BenchSettings, Goal, Section } from './section';
import { mean } from './statistics';
import { webhookAgain, type Again } from './webhookAgain';

/** Runs of each scenario on the simulated clock. */
const SIMULATED_RUNS = 3;

/** In these chance decides: they are repeated in the engine too. */
const BY_CHANCE: ReadonlySet<EngineScenario> = new Set([
	'fivePercentRefused',
	'fifteenPercentRefused',
	'fortyExecutions',
]);

/**
 * What runs beside each other in the engine, each list one after the other: those that need many calls
 * are in one list; the others make at most forty calls a second together.
 */
const LANES = {
	ofManyCalls: [
		'threeAtATime',
		'fivePercentRefused',
		'fifteenPercentRefused',
		'toApisWithHeaders',
		'toApisWithoutHeaders',
		'closedFor25Seconds',
	],
	twentyASecond: ['thousandItems'],
	sixtyAMinute: ['sixtyAMinute'],
	ofFewCalls: ['sixtyAtTwo', 'fortyExecutions', 'besideABatch'],
} as const satisfies Record<string, readonly EngineScenario[]>;

/** The order of the table. */
const ORDER: readonly EngineScenario[] = [
	'threeAtATime',
	'fivePercentRefused',
	'fifteenPercentRefused',
	'thousandItems',
	'fortyExecutions',
	'toApisWithHeaders',
	'toApisWithoutHeaders',
	'closedFor25Seconds',
	'sixtyAMinute',
	'sixtyAtTwo',
	'besideABatch',
];

/**
 * What 1.0 came to in the real engine, where that was measured: the 1,000 items by its own bench of
 * 2026-11-21, the others in the report that asked for shared limits, with the set-up it had.
 */
const MEASURED_OF_10: Readonly<Partial<Record<EngineScenario, Readonly<Record<string, string>>>>> =
	{
		threeAtATime: {
			'over the least': '1.9 (40 s of 21)',
			'lag over that without a limit': '11 s late',
		},
		fifteenPercentRefused: { 'over the undisturbed time': '26 (132 s of 5; one in seven)' },
		thousandItems: {
			'over the least': '1.01',
			'refused, %': '2.1',
			'tasks lost': '0',
			'paid twice': '0',
		},
		fortyExecutions: { 'refused, %': '62 (sixty webhooks)' },
		sixtyAtTwo: { 'pictures of paid, %': '0', paid: '33', pictures: '0' },
	};

/** Goals of the engine alone, beside those of the scenarios. */
const OWN_GOALS: Readonly<Partial<Record<EngineScenario, Scenario['goals']>>> = {
	thousandItems: { 'tasks lost': { atMost: 0 }, 'paid twice': { atMost: 0 } },
};

/** How far a webhook's lag may be above that of the simulation, which has no engine in it. */
const AGAIN_OVER_SIMULATED = 1.15;

const METHOD = [
	"In n8n's real engine, against a sandbox that limits as the contracts say and refuses in the words of a rate limit,",
	'whatever it limits; each row on an account of its own. Back-off alone (each refused call waits and tries again) and the',
	`node's limits on a simulated clock are beside it, means of ${SIMULATED_RUNS} runs with blind polls and round trips of 60 ms. 1.0: as measured`,
	'then, partly with other numbers, which are named; else simulated. Rows that need few calls run beside others.',
	'The fixed window is three minutes here and ten on the simulated clock; the 25 s begin after 10 s here and after 20 s there.',
	'Here an account comes to know its jobs in a row, so its lag may be below that without a limit, which is blind throughout;',
	'ToAPIs comes below 1 where its last tasks are polled better for the same reason.',
	'Where creates are refused at random, and of the 40 executions, means of the repetitions. The last rows are jobs around 2.5 s, log-normal with sigma 0.3,',
	'each an execution of one item after the other, on six accounts side by side. Beside them, under 1.0, which remembered nothing',
	'beyond an execution, stand the same jobs blind: each the first of an account.',
].join('\n');

interface Measured {
	readonly name: EngineScenario;
	readonly engine: Figures;
	readonly simulated: Readonly<Record<PolicyName, Figures>>;
}

/** Gateways that limit an account: the node in the engine, beside what was and what could be. */
export async function limits({ seed, repeats }: BenchSettings): Promise<Section> {
	const simulated = new Map<EngineScenario, Measured['simulated']>();
	for (const name of ORDER) simulated.set(name, await simulate(SCENARIO[name], seed));
	const engine = new Map<EngineScenario, Figures>();
	const runLane = async (lane: readonly EngineScenario[]) => {
		for (const name of lane) engine.set(name, await inEngine(name, seed, repeats));
	};
	const [again] = await Promise.all([
		runLane(LANES.ofFewCalls).then(async () => await webhookAgain(seed)),
		runLane(LANES.ofManyCalls),
		runLane(LANES.twentyASecond),
		runLane(LANES.sixtyAMinute),
	]);
	const measured = ORDER.map((name) => ({
		name,
		engine: engine.get(name)!,
		simulated: simulated.get(name)!,
	}));
	return {
		title: 'Limits of an account',
		method: METHOD,
		table: {
			head: ['Gateway', 'Measured', 'Engine', '1.0', 'Back-off alone', 'Simulated', 'Goal'],
			rows: [...measured.flatMap(rowsOf), ...againRows(again)],
		},
		goals: [...measured.flatMap(goalsOf), againGoal(again)],
	};
}

/** The means of each figure on the simulated clock. */
async function simulate(scenario: Scenario, seed: number): Promise<Measured['simulated']> {
	const byPolicy = {} as Record<PolicyName, Figures>;
	for (const policy of Object.keys(POLICIES) as PolicyName[]) {
		const runs = Array.from({ length: SIMULATED_RUNS }, (_, index) => seed + index);
		byPolicy[policy] = await means(runs, async (run) => await scenario.measure(policy, run));
	}
	return byPolicy;
}

async function inEngine(name: EngineScenario, seed: number, repeats: number): Promise<Figures> {
	const runs = Array.from(
		{ length: BY_CHANCE.has(name) ? repeats : 1 },
		(_, index) => seed + index,
	);
	return await means(runs, ENGINE_RUNS[name]);
}

/** One run after the other, and the mean of each figure. */
async function means(
	seeds: readonly number[],
	run: (seed: number) => Promise<Figures>,
): Promise<Figures> {
	const runs: Figures[] = [];
	for (const seed of seeds) runs.push(await run(seed));
	const names = Object.keys(runs[0] ?? {});
	return Object.fromEntries(names.map((name) => [name, mean(runs.map((one) => one[name] ?? NaN))]));
}

function rowsOf({ name, engine, simulated }: Measured): string[][] {
	const goals = goalsAt(name);
	return Object.entries(engine).map(([figure, value]) => {
		const by = (policy: PolicyName) => simulated[policy][figure];
		const before = by('1.0') === undefined ? '' : `${shown(by('1.0'))} (simulated)`;
		return [
			SCENARIO[name].what,
			figure,
			shown(value),
			MEASURED_OF_10[name]?.[figure] ?? before,
			shown(by('back-off alone')),
			shown(by('limits')),
			goals[figure] ? aim(goals[figure]) : '',
		];
	});
}

const goalsAt = (name: EngineScenario): Scenario['goals'] => ({
	...SCENARIO[name].goals,
	...OWN_GOALS[name],
});

const shown = (value: number | undefined) =>
	value === undefined ? '' : value.toFixed(Number.isInteger(value) ? 0 : 2);

const aim = ({ atMost, atLeast }: Scenario['goals'][string]) =>
	atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;

function goalsOf({ name, engine }: Measured): Goal[] {
	return Object.entries(goalsAt(name)).map(([figure, goal]) => {
		const value = engine[figure] ?? NaN;
		const { atMost = Infinity, atLeast = -Infinity } = goal;
		return {
			what: `${SCENARIO[name].what}: ${figure}`,
			measured: shown(value),
			goal: aim(goal),
			met: value <= atMost && value >= atLeast,
		};
	});
}

function againRows({ informed, blind, simulated }: Again): string[][] {
	const what = "A webhook's single picture, again and again";
	const lag = ({ relativeLag }: PollSums) => (100 * relativeLag).toFixed(1);
	const polls = (sums: PollSums) => sums.polls.toFixed(1);
	return [
		[`${what}, from the tenth call on`, 'lag, %', lag(informed), lag(blind), '', lag(simulated)],
		['', 'polls', polls(informed), polls(blind), '', polls(simulated)],
	].map((row) => [...row, '']);
}

function againGoal({ informed, simulated }: Again): Goal {
	const ratio = informed.relativeLag / simulated.relativeLag;
	return {
		what: "A webhook's single picture, from the tenth call on: lag over that of an informed job, simulated",
		measured: ratio.toFixed(2),
		goal: `at most ${AGAIN_OVER_SIMULATED}`,
		met: ratio <= AGAIN_OVER_SIMULATED,
	};
}
