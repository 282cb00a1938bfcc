import { limitTold } from '../../../nodes/FluxImage/accounts/limitHeaders';
import { Pace } from '../../../nodes/FluxImage/accounts/pace';
import { account } from './account';

/** Lets calls go as fast as the pace allows, against a gateway that says whether it takes each. */
function drive(pace: Pace, fromMs: number, toMs: number, takes: (nowMs: number) => boolean) {
	const counts = { taken: 0, refused: 0 };
	for (let nowMs = fromMs; nowMs < toMs; nowMs += 5) {
		pace.grow(nowMs, 0.005);
		while (pace.waitMs(nowMs) === 0) {
			pace.take(nowMs);
			const isTaken = takes(nowMs);
			if (isTaken) pace.accepted(nowMs, true);
			else pace.refused(nowMs, undefined);
			counts[isTaken ? 'taken' : 'refused']++;
			if (counts.taken > 100_000) throw new Error('The pace has no end');
		}
	}
	return counts;
}

/** A bucket of so many calls a second. */
function bucket(perSecond: number) {
	let tokens = perSecond;
	let filledMs = 0;
	return (nowMs: number) => {
		tokens = Math.min(perSecond, tokens + ((nowMs - filledMs) / 1_000) * perSecond);
		filledMs = nowMs;
		if (tokens < 1) return false;
		tokens--;
		return true;
	};
}

describe('The pace of calls', () => {
	it.each([2, 20, 50])('finds a limit of %p calls a second, and seldom runs into it', (limit) => {
		const pace = new Pace(0);
		const takes = bucket(limit);
		drive(pace, 0, 20_000, takes);
		const { taken, refused } = drive(pace, 20_000, 80_000, takes);
		expect(taken / 60).toBeGreaterThan(0.95 * limit);
		expect(refused / (taken + refused)).toBeLessThan(0.2 / Math.sqrt(limit));
	});

	it('is half of the old one within ten seconds of 429s that end (D4)', () => {
		const pace = new Pace(0);
		const takes = bucket(20);
		drive(pace, 0, 20_000, takes);
		const closed = drive(pace, 20_000, 50_000, () => false);
		expect(closed.refused).toBeLessThan(40);
		const after = drive(pace, 50_000, 60_000, takes);
		expect(after.taken).toBeGreaterThan(100);
	});

	it('is dropped where refusals do not fall with it (D2)', () => {
		const pace = new Pace(0);
		let calls = 0;
		// A hundred calls a second ask, and each tenth is refused whatever the pace is.
		for (let nowMs = 0; nowMs < 30_000; nowMs += 10) {
			pace.grow(nowMs, 0.01);
			if (pace.waitMs(nowMs) > 0) continue;
			pace.take(nowMs);
			if (++calls % 10 === 0 && nowMs > 5_000) pace.refused(nowMs, undefined);
			else pace.accepted(nowMs, true);
		}
		expect(pace.perSecond(30_000)).toBe(Infinity);
	});

	it('is not changed by a first refusal, which may be chance (F2)', () => {
		const pace = new Pace(0);
		pace.refused(0, undefined);
		expect(pace.perSecond(0)).toBe(Infinity);
		pace.refused(100, undefined);
		expect(pace.perSecond(100)).toBeLessThan(20);
	});

	it('rests for as long as the gateway told the third in a row, but a minute at most (F1)', () => {
		const pace = new Pace(0);
		for (let call = 0; call < 3; call++) pace.refused(0, 9_999_999_999_000);
		expect(pace.restMs(0)).toBe(60_000);
		expect(pace.waitMs(60_000)).toBe(0);
	});

	it('is as it was after a pause of the process, in which calls waited (F11)', async () => {
		const { clock, ask, refuse, running, went } = account();
		await running(20, { kind: 'poll' });
		await clock.pass(2_000);
		await refuse(2, { meaning: 'calls' }, { kind: 'poll' });
		const polls = Array.from({ length: 400 }, async () => {
			(await ask({ kind: 'poll' }))?.accepted();
		});
		await clock.pass(1_000);
		clock.leap(3_600_000);
		const before = went.length;
		await clock.pass(1_000);
		expect(went.length - before).toBeLessThan(100);
		await clock.run(Promise.all(polls));
	});

	it('rests on though calls go that cannot wait, and are refused', async () => {
		const { clock, now, waits, refuse } = account();
		await refuse(3, { meaning: 'calls', retryAfterMs: 30_000 }, { kind: 'poll' });
		for (let look = 0; look < 5; look++) {
			await clock.pass(2_000);
			const last = await now({ kind: 'result', itemDeadlineMs: 0 });
			last.refused({ meaning: 'calls' });
			last.end();
		}
		expect(await waits({ kind: 'poll' })).toBe(20_000);
	});

	it('opens where a call that could not wait is accepted', async () => {
		const { clock, now, waits, refuse } = account();
		await refuse(3, { meaning: 'calls', retryAfterMs: 30_000 }, { kind: 'poll' });
		await clock.pass(2_000);
		(await now({ kind: 'result', itemDeadlineMs: 0 })).accepted();
		expect(await waits({ kind: 'poll' })).toBeLessThan(100);
	});

	it('lets one call ask when the rest is over, not all that have waited (F10)', async () => {
		const { clock, ask, refuse, went } = account();
		await refuse(3, { meaning: 'calls', retryAfterMs: 5_000 }, { kind: 'poll' });
		const before = went.length;
		const waiting = Array.from({ length: 40 }, async () => await ask({ kind: 'poll' }));
		await clock.pass(5_100);
		expect(went.length - before).toBe(1);
		await clock.run(Promise.race(waiting));
	});

	it('is not slower for reads where the gateway counts creates apart, and has said so', async () => {
		const { clock, refuse, waits } = account();
		const headers = {
			'x-ratelimit-remaining': '0',
			'x-ratelimit-reset': '7',
			'x-ratelimit-category': 'async_submit',
		};
		await refuse(1, { meaning: 'calls', headers });
		expect(await waits({ kind: 'poll' })).toBe(0);
		expect(await waits()).toBe(7_000);
		expect(clock.nowMs()).toBe(7_000);
	});
});

/** What a reply of ToAPIs says of its bucket of creates. */
const headersOf = (remaining: string, reset: string) => ({
	'x-ratelimit-remaining': remaining,
	'x-ratelimit-reset': reset,
	'x-ratelimit-category': 'async_submit',
});

describe('X-RateLimit headers that lie', () => {
	/** How many creates of a gateway that takes all of them go in a minute, after a first refusal. */
	async function createsInAMinute(headers: Record<string, string>): Promise<number> {
		const { clock, ask, refuse, went } = account();
		await refuse(1, { meaning: 'calls', headers: headersOf('0', '1') });
		let isOver = false;
		const makers = Array.from({ length: 10 }, async () => {
			while (!isOver) {
				const turn = await ask();
				await clock.sleep(60);
				turn?.accepted(headers);
				turn?.end();
			}
		});
		await clock.pass(60_000);
		isOver = true;
		await clock.run(Promise.all(makers));
		return went.length;
	}

	it.each([
		['0', '3600', 30],
		['0', '60', 600],
		['0', '86400', 600],
		['0', '5', 10],
		['5', '60', 600],
	])('Remaining %s and Reset %s at every accepted create', async (remaining, reset, atLeast) => {
		expect(await createsInAMinute(headersOf(remaining, reset))).toBeGreaterThanOrEqual(atLeast);
	});

	it('hold no longer than Retry-After beside them', async () => {
		const { refuse, waits } = account();
		await refuse(1, { meaning: 'calls', retryAfterMs: 1_000, headers: headersOf('0', '100') });
		expect(await waits()).toBe(1_000);
	});
});

describe('X-RateLimit headers', () => {
	const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
	const told = (reset: string, category = 'async_query') =>
		limitTold({
			date,
			'x-ratelimit-remaining': '3',
			'x-ratelimit-reset': reset,
			'x-ratelimit-category': category,
		});

	it.each([
		['5', 5_000],
		['5000', 5_000],
		[String(Date.parse(date) / 1_000 + 5), 5_000],
		[String(Date.parse(date) + 5_000), 5_000],
		[String(Date.parse(date) / 1_000 - 5), 0],
	])('a Reset of %s means %p ms (F20)', (reset, resetMs) => {
		expect(told(reset)).toEqual({ category: 'read', remaining: 3, resetMs });
	});

	it.each([
		['5', 'async_submit', 'create'],
		['5', 'tasks', undefined],
	])('of category %p, %p', (reset, category, expected) => {
		expect(told(reset, category)?.category).toBe(expected);
	});

	it('say nothing where they cannot be read', () => {
		expect(limitTold({})).toBeUndefined();
		expect(told('soon')).toBeUndefined();
		expect(limitTold({ 'x-ratelimit-reset': '5', 'x-ratelimit-remaining': ' ' })).toBeUndefined();
	});
});

describe('Paces, number by number', () => {
	const refuseAll = (pace: Pace, times: number, nowMs: number, toldMs?: number) => {
		for (let call = 0; call < times; call++) {
			pace.take(nowMs);
			pace.refused(nowMs, toldMs);
		}
	};

	/** How many calls go at once. */
	const goAt = (pace: Pace, nowMs: number) => {
		let calls = 0;
		for (; pace.waitMs(nowMs) === 0 && calls < 1_000; calls++) pace.take(nowMs);
		return calls;
	};

	it('begin with twenty calls, and twenty each second', () => {
		const pace = new Pace(0);
		expect(goAt(pace, 0)).toBe(20);
		expect(pace.waitMs(0)).toBe(50);
		expect(goAt(pace, 500)).toBe(10);
		expect(goAt(pace, 60_000)).toBe(20);
	});

	it('grow by half with each round trip in which calls wait, and not else', () => {
		for (const [isWaiting, then] of [
			[true, 30],
			[false, 20],
		] as const) {
			const pace = new Pace(0);
			goAt(pace, 0);
			for (let call = 0; call < 20; call++) pace.accepted(0, isWaiting);
			expect(goAt(pace, 0)).toBe(then);
		}
	});

	it('ask one by one when three were refused in a row: after 250 ms, doubling to two seconds', () => {
		const pace = new Pace(0);
		refuseAll(pace, 3, 0);
		const waits: number[] = [];
		let nowMs = 0;
		for (let ask = 0; ask < 6; ask++) {
			waits.push(pace.waitMs(nowMs));
			nowMs += pace.waitMs(nowMs);
			pace.take(nowMs);
			expect(pace.waitMs(nowMs)).toBe(2_000);
			pace.refused(nowMs, undefined);
		}
		expect(waits).toEqual([250, 250, 500, 1_000, 2_000, 2_000]);
	});

	it('begin anew where the first call is accepted after a second and a half of refusals', () => {
		for (const [afterMs, calls] of [
			[1_600, 20],
			[1_000, 0],
		] as const) {
			const pace = new Pace(0);
			for (let call = 0; call < 5; call++) pace.accepted(0, false);
			refuseAll(pace, 3, 10);
			pace.take(afterMs);
			pace.accepted(afterMs, false);
			expect(pace.perSecond(afterMs) === Infinity).toBe(calls > 0);
			expect(goAt(pace, afterMs + 1_000)).toBeGreaterThanOrEqual(calls);
		}
	});

	it('are cut once a second, to what was accepted and not below half', () => {
		const pace = new Pace(0);
		for (let nowMs = 0; nowMs < 10_000; nowMs += 100) pace.accepted(nowMs, false);
		pace.refused(10_000, undefined);
		pace.refused(10_000, undefined);
		const cut = pace.perSecond(10_000);
		expect(cut).toBeGreaterThan(9);
		expect(cut).toBeLessThan(9.7);
		pace.accepted(10_500, false);
		pace.refused(10_900, undefined);
		expect(pace.perSecond(10_900)).toBe(cut);
		pace.accepted(14_000, false);
		pace.refused(14_100, undefined);
		expect(pace.perSecond(14_100)).toBeCloseTo(cut / 2, 5);
		expect([pace.perSecond(74_099), pace.perSecond(74_100)]).toEqual([cut / 2, Infinity]);
	});

	it('are not cut by refusals five seconds apart', () => {
		const pace = new Pace(0);
		for (const nowMs of [0, 5_000, 10_000]) {
			pace.refused(nowMs, undefined);
			pace.accepted(nowMs, false);
		}
		expect(pace.perSecond(10_000)).toBe(Infinity);
	});

	it('grow while they hold calls back, ever faster until twenty seconds after the last cut', () => {
		const rateAfter = (sinceCutMs: number) => {
			const pace = new Pace(0);
			pace.refused(0, undefined);
			pace.refused(0, undefined);
			const before = pace.perSecond(0);
			pace.grow(sinceCutMs, 1);
			expect(pace.perSecond(0)).toBe(before);
			goAt(pace, sinceCutMs);
			pace.grow(sinceCutMs, 1);
			return pace.perSecond(0) / before;
		};
		expect(rateAfter(0)).toBeCloseTo(1.01, 5);
		expect(rateAfter(10_000)).toBeCloseTo(1.31, 5);
		expect(rateAfter(20_000)).toBeCloseTo(2.21, 5);
		expect(rateAfter(40_000)).toBeCloseTo(2.21, 5);
	});

	it('that was the limit after all goes on at twenty a second, without a burst', () => {
		const pace = new Pace(0);
		pace.wasLimit(1_000);
		expect([goAt(pace, 1_000), pace.perSecond(1_000)]).toEqual([0, 20]);
		expect(goAt(pace, 1_500)).toBe(2);
		pace.refused(2_000, undefined);
		const cut = pace.perSecond(2_000);
		pace.wasLimit(2_000);
		expect(pace.perSecond(2_000)).toBe(cut);
	});

	it('hesitate for a second, in which each accepted call lets but one more go', () => {
		const pace = new Pace(0);
		pace.hesitate(0);
		expect(goAt(pace, 0)).toBe(0);
		pace.accepted(0, true);
		expect(goAt(pace, 0)).toBe(1);
		pace.accepted(1_000, true);
		expect(goAt(pace, 1_000)).toBe(20);
	});

	it('let no more go than the gateway says that are left', () => {
		const pace = new Pace(0);
		pace.told(0, 3, 60_000, false);
		expect([goAt(pace, 0), pace.restMs(0)]).toEqual([3, 0]);
		pace.told(0, 0, 3_000, false);
		expect([pace.restMs(0), pace.waitMs(1_000), goAt(pace, 3_000)]).toEqual([3_000, 2_000, 1]);
	});

	it('rest a minute at most on the headers of a refusal, and five seconds on those of another', () => {
		for (const [wasRefused, restMs] of [
			[true, 60_000],
			[false, 5_000],
		] as const) {
			const pace = new Pace(0);
			pace.told(0, 0, 90_000, wasRefused);
			pace.told(0, 0, 1_000, wasRefused);
			expect(pace.restMs(0)).toBe(restMs);
		}
	});

	it('do not heed for a minute what a call proved wrong, but always a refusal', () => {
		const pace = new Pace(0);
		pace.told(0, 0, 90_000, false);
		// One in flight proves nothing.
		pace.accepted(4_999, false);
		pace.told(4_999, 0, 90_000, false);
		expect(pace.restMs(5_000)).toBe(4_999);
		pace.accepted(9_999, false);
		pace.told(9_999, 0, 90_000, false);
		expect(pace.restMs(9_999)).toBe(0);
		pace.told(69_998, 0, 1_000, false);
		expect(pace.restMs(69_998)).toBe(0);
		pace.told(69_999, 0, 1_000, false);
		expect(pace.restMs(69_999)).toBe(1_000);
	});
});
