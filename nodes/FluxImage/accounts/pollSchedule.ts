/**
 * When to look at a running task again, from a belief about how long it takes.
 *
 * A look costs a request; what ends just after a look is seen only at the next. Of all times to look,
 * those are taken that cost least, with a look worth `LOOK_COST` of lag over length. Where looks are
 * many that is the rule g(t)^2 = 2 w t / h(t) for the wait g by the hazard h; where they are few,
 * the sum below also finds the first and the one after a gap, which the rule misses. The thought and
 * the figures: docs/decisions/0004-poll-schedule.md.
 */

/** What one request is worth, in lag over length. By trial: it lets a blind job lag 8 % at most. */
const LOOK_COST = 0.0065;

/** The belief is kept in bins of that width, in ln(length): looks fall on edges, 2 % apart. */
const BIN_WIDTH = 0.02;

/** The shortest wait, and where the first bin begins, in milliseconds. */
const SHORTEST_WAIT_MS = 50;

/** Where the last bin ends, in milliseconds: two hours. What lasts longer is asked at the longest wait. */
const LONGEST_LENGTH_MS = 7_200_000;

/** As many bins as a belief has. */
export const BINS = Math.ceil(binOf(LONGEST_LENGTH_MS));

const EDGES_MS = Array.from(
	{ length: BINS + 1 },
	(_, edge) => SHORTEST_WAIT_MS * Math.exp(edge * BIN_WIDTH),
);

/** Where a length lies among the bins: 1.5 is the middle of the second bin. */
export function binOf(lengthMs: number): number {
	return Math.log(lengthMs / SHORTEST_WAIT_MS) / BIN_WIDTH;
}

/**
 * What no belief exceeds, in milliseconds: 4.9 s, so that lag and call stay under 5 s, and a 25th of
 * the time that has passed from two minutes on.
 */
function longestWaitMs(elapsedMs: number): number {
	return Math.max(4_900, elapsedMs / 25);
}

/** The share of jobs that last longer, of what nothing is known: log-uniform from 2 s to 73 s, then a tail that never ends. */
function blindSurvival(lengthMs: number): number {
	const [shortest, bend, longest] = [2_000, 120_000 / Math.sqrt(Math.E), 120_000];
	const share = (ms: number) => Math.min(1, Math.log(longest / ms) / Math.log(longest / shortest));
	return lengthMs < bend ? share(lengthMs) : share(bend) * (bend / lengthMs) ** 2;
}

/** What is believed of a job's length where nothing was seen: the share of each bin. */
export const BLIND: readonly number[] = EDGES_MS.slice(0, BINS).map(
	(edgeMs, bin) => blindSurvival(edgeMs) - blindSurvival(EDGES_MS[bin + 1]!),
);

/** For each edge, the edge of the look that best follows one there. */
export type PollPlan = Int16Array;

/**
 * The plan of least cost, by dynamic programming from the last edge down. What follows a look at edge
 * i costs, with the next at j: a request for all that is unfinished at i, the lag of what ends between
 * the two, and what follows a look at j.
 *
 * @param belief a weight for each bin, in any unit
 */
export function planPolls(belief: readonly number[]): PollPlan {
	const ended = new Float64Array(BINS + 1);
	const endedOverLength = new Float64Array(BINS + 1);
	for (let bin = 0; bin < BINS; bin++) {
		const lengthMs = EDGES_MS[bin]! * Math.exp(BIN_WIDTH / 2);
		ended[bin + 1] = ended[bin]! + belief[bin]!;
		endedOverLength[bin + 1] = endedOverLength[bin]! + belief[bin]! / lengthMs;
	}
	const plan = new Int16Array(BINS + 1).fill(BINS);
	const leastCost = new Float64Array(BINS + 1);
	for (let from = BINS - 1; from >= 0; from--) {
		const latestMs = EDGES_MS[from]! + longestWaitMs(EDGES_MS[from]!);
		const request = LOOK_COST * (ended[BINS]! - ended[from]!);
		leastCost[from] = Infinity;
		for (let to = from + 1; to <= BINS && EDGES_MS[to]! <= latestMs; to++) {
			if (EDGES_MS[to]! - EDGES_MS[from]! < SHORTEST_WAIT_MS && to < BINS) continue;
			const lag =
				EDGES_MS[to]! * (endedOverLength[to]! - endedOverLength[from]!) -
				(ended[to]! - ended[from]!);
			const cost = request + lag + leastCost[to]!;
			if (cost >= leastCost[from]!) continue;
			leastCost[from] = cost;
			plan[from] = to;
		}
	}
	return plan;
}

/**
 * The wait before the next look, in milliseconds: always finite, never under 50 ms, and never above
 * `longestWaitMs`, whatever the plan says.
 *
 * @param elapsedMs time since the task was created; what is no time counts as none
 */
export function waitByPlanMs(plan: PollPlan, elapsedMs: number): number {
	const nowMs = elapsedMs > 0 ? Math.min(elapsedMs, LONGEST_LENGTH_MS) : 0;
	const edge = Math.round(binOf(Math.max(nowMs, SHORTEST_WAIT_MS)));
	const waitMs = EDGES_MS[plan[Math.min(edge, BINS)]!]! - nowMs;
	return Math.max(SHORTEST_WAIT_MS, Math.min(waitMs, longestWaitMs(nowMs)));
}
