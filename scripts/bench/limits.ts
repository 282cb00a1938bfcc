import { POLICIES, type PolicyName } from '../../tooling/limits/policies';
import { SCENARIOS, type Figures, type Scenario } from '../../tooling/limits/scenarios';
import type { BenchSettings, Goal, Section } from './section';
import { mean } from './statistics';

/** Runs of each scenario: chance decides the rows in which creates are refused at random. */
const RUNS = 10;

const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];
const NODE: PolicyName = 'limits';

interface Measured {
	readonly scenario: Scenario;
	readonly byPolicy: Readonly<Record<PolicyName, Figures>>;
}

/** Gateways that limit an account, simulated: the node's limits beside back-off alone and beside 1.0. */
export async function limits({ seed }: BenchSettings): Promise<Section> {
	const measured: Measured[] = [];
	for (const scenario of SCENARIOS) {
		const byPolicy = {} as Record<PolicyName, Figures>;
		for (const policy of POLICY_NAMES) byPolicy[policy] = await figuresOf(scenario, policy, seed);
		measured.push({ scenario, byPolicy });
	}
	return {
		title: 'Limits of an account, simulated',
		method: `Gateways that limit, on a simulated clock; the node's own limits, back-off alone (each refused call waits and tries again)\nand the pacer of 1.0, with the same jobs, round trips of 60 ms and blind polls. Means of ${RUNS} runs.`,
		table: {
			head: ['Gateway', 'Measured', ...POLICY_NAMES],
			rows: measured.flatMap(asArray),
		},
		goals: measured.flatMap(goalsOf),
	};
}

/** The means of each figure. */
async function figuresOf(scenario: Scenario, policy: PolicyName, seed: number): Promise<Figures> {
	const runs: Figures[] = [];
	for (let run = 0; run < RUNS; run++) runs.push(await scenario.measure(policy, seed + run));
	const names = Object.keys(runs[0] ?? {});
	return Object.fromEntries(names.map((name) => [name, mean(runs.map((run) => run[name] ?? NaN))]));
}

function asArray({ scenario, byPolicy }: Measured): string[][] {
	return Object.keys(byPolicy[NODE]).map((figure) => [
		scenario.what,
		figure,
		...POLICY_NAMES.map((policy) => (byPolicy[policy][figure] ?? NaN).toFixed(2)),
	]);
}

function goalsOf({ scenario, byPolicy }: Measured): Goal[] {
	return Object.entries(scenario.goals).map(([figure, { atMost, atLeast }]) => {
		const value = byPolicy[NODE][figure] ?? NaN;
		return {
			what: `${scenario.what}: ${figure}`,
			measured: value.toFixed(2),
			goal: atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`,
			met: value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity),
		};
	});
}
