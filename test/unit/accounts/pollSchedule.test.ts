import {
	binOf,
	BINS,
	BLIND,
	planPolls,
	waitByPlanMs,
	type PollPlan,
} from '../../../nodes/FluxImage/accounts/pollSchedule';

const edgeMs = (edge: number) => 50 * Math.exp(0.02 * edge);

/** Times of the looks at a job until one is at or after its end, in milliseconds. */
function looksMs(plan: PollPlan, lengthMs: number): number[] {
	const looks: number[] = [];
	for (let nowMs = 0; nowMs < lengthMs; looks.push(nowMs)) nowMs += waitByPlanMs(plan, nowMs);
	return looks;
}

/** A belief that a job ends within these bins, all alike. */
const within = (from: number, to: number): number[] =>
	Array.from({ length: BINS }, (_, bin) => (bin >= from && bin < to ? 1 : 0));

describe('The bins of a length', () => {
	it('are 2 % wide, from 50 ms to two hours', () => {
		expect(binOf(50)).toBe(0);
		expect(binOf(edgeMs(1.5))).toBeCloseTo(1.5, 9);
		expect(BINS).toBe(594);
		expect(edgeMs(BINS)).toBeGreaterThanOrEqual(7_200_000);
	});
});

describe('What is believed of nothing seen', () => {
	/** The share of jobs that have ended by then. */
	const endedBy = (lengthMs: number) =>
		BLIND.slice(0, Math.round(binOf(lengthMs))).reduce((sum, share) => sum + share, 0);

	it.each([
		['none within two seconds', 2_000, 0],
		['half in the middle, by ratio, of two seconds and two minutes', 15_492, 0.5],
		['seven of eight by the bend', 72_784, 0.878],
		['all but a quarter of the rest by twice that', 2 * 72_784, 0.9695],
		['never all', 7_200_000, 0.99999],
	])('is that %s have ended', (_, lengthMs, share) => {
		expect(Math.abs(endedBy(lengthMs) - share)).toBeLessThan(0.003);
	});

	it('has no share below nothing', () => {
		expect(BLIND).toHaveLength(BINS);
		expect(Math.min(...BLIND)).toBeGreaterThanOrEqual(0);
	});
});

describe('The plan', () => {
	it('looks once where a job ends for certain, as soon as no wait is too long', () => {
		const bin = Math.floor(binOf(3_000));
		expect(looksMs(planPolls(within(bin, bin + 1)), 3_000)).toEqual([
			expect.closeTo(edgeMs(bin + 1), 3),
		]);
	});

	it('looks where one of two kinds may end, and not between', () => {
		const [short, long] = [1_000, 4_000].map((ms) => Math.floor(binOf(ms))) as [number, number];
		const belief = within(short, short + 1).map((weight, bin) => weight + (bin === long ? 1 : 0));
		expect(looksMs(planPolls(belief), edgeMs(long) + 1)).toEqual([
			expect.closeTo(edgeMs(short + 1), 3),
			expect.closeTo(edgeMs(long + 1), 3),
		]);
	});

	it('has no two looks within 50 ms, however short the jobs are', () => {
		const plan = planPolls(within(0, 40));
		for (let edge = 0; edge < 40; edge++) {
			expect(edgeMs(plan[edge]!) - edgeMs(edge)).toBeGreaterThanOrEqual(50 - 1e-6);
		}
	});

	it('is the same for weights in any unit', () => {
		const belief = within(100, 300);
		expect(planPolls(belief.map((weight) => weight * 1_000))).toEqual(planPolls(belief));
	});

	it('costs no more than any that looks earlier or later at one place', () => {
		const belief = BLIND;
		const plan = planPolls(belief);
		const best = costOf(plan, belief);
		for (let edge = 0; edge < 400; edge += 7) {
			for (const shift of [-2, 2]) {
				const other = plan.slice();
				other[edge] = Math.max(edge + 1, other[edge]! + shift);
				const waitMs = edgeMs(other[edge]!) - edgeMs(edge);
				const isAllowed = waitMs >= 50 && waitMs <= Math.max(4_900, edgeMs(edge) / 25);
				if (isAllowed) expect(costOf(other, belief)).toBeGreaterThanOrEqual(best - 1e-9);
			}
		}
	});

	/** Requests, each worth 0.0065, and lag over length, of a plan that begins at the first edge. */
	function costOf(plan: PollPlan, belief: readonly number[]): number {
		let cost = 0;
		for (let from = 0; from < BINS; from = plan[from]!) {
			const to = plan[from]!;
			for (let bin = from; bin < BINS; bin++) {
				cost += 0.0065 * belief[bin]!;
				if (bin < to) cost += belief[bin]! * (edgeMs(to) / edgeMs(bin + 0.5) - 1);
			}
		}
		return cost;
	}
});

describe('The wait by a plan', () => {
	const blind = planPolls(BLIND);

	it('is as at the start for what is no time', () => {
		const atStart = waitByPlanMs(blind, 0);
		expect(atStart).toBeGreaterThan(1_000);
		for (const elapsedMs of [-5, NaN]) expect(waitByPlanMs(blind, elapsedMs)).toBe(atStart);
	});

	it('ends at the look of the plan, from wherever it begins', () => {
		expect(10 + waitByPlanMs(blind, 10)).toBeCloseTo(waitByPlanMs(blind, 0), 6);
	});

	it('is never under 50 ms', () => {
		const plan = new Int16Array(BINS + 1);
		expect(waitByPlanMs(plan, 10_000)).toBe(50);
	});

	it.each([
		[10_000, 4_900],
		[122_500, 4_900],
		[1_000_000, 40_000],
	])('after %d ms is %d at most, whatever the plan says', (elapsedMs, mostMs) => {
		const plan = new Int16Array(BINS + 1).fill(BINS);
		expect(waitByPlanMs(plan, elapsedMs)).toBe(mostMs);
	});

	it('goes on after two hours at the longest', () => {
		expect(waitByPlanMs(blind, 1e12)).toBeGreaterThanOrEqual(50);
		expect(waitByPlanMs(blind, 1e12)).toBeLessThanOrEqual(288_000);
		expect(waitByPlanMs(blind, Infinity)).toBe(waitByPlanMs(blind, 7_200_000));
	});
});
