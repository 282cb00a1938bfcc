import { GatewayPacer, type Line } from '../../../tooling/limits/pacerOf10';
import { SimulatedClock } from '../tasks/simulatedClock';

const never = new AbortController().signal;

/** A pacer on a simulated clock, and the times at which its calls went, in milliseconds. */
function paced() {
	const clock = new SimulatedClock(0);
	const pacer = new GatewayPacer(clock);
	const went: number[] = [];
	const call = async (line: Line = 'poll', untilMs = Infinity, signal = never) => {
		const mayGo = await pacer.turn(line, untilMs, signal);
		if (mayGo) went.push(clock.nowMs());
		return mayGo;
	};
	const calls = async (count: number) => {
		await clock.run(Promise.all(Array.from({ length: count }, async () => await call())));
	};
	return { clock, pacer, went, call, calls };
}

describe('Before any 429', () => {
	it('does not delay a run of ordinary size', async () => {
		const { went, calls, clock } = paced();
		await calls(20);
		expect(went).toEqual(Array.from({ length: 20 }, () => 0));
		await clock.pass(2_000);
		await calls(20);
		expect(went.at(-1)).toBe(2_000);
	});

	it('starts slowly where 200 calls come at once, and doubles with each round trip', async () => {
		const { clock, pacer, went, call } = paced();
		const answeredCall = async () => {
			await call();
			await clock.sleep(100);
			pacer.accepted();
		};
		await clock.run(Promise.all(Array.from({ length: 200 }, answeredCall)));
		const wentBefore = (atMs: number) => went.filter((wentMs) => wentMs < atMs).length;
		const first = wentBefore(100);
		const second = wentBefore(200) - first;
		const third = wentBefore(300) - first - second;
		expect(first).toBeLessThan(25);
		expect(second / first).toBeCloseTo(2, 0);
		expect(third / second).toBeCloseTo(2, 0);
		expect(went.at(-1)).toBeLessThan(400);
	});
});

describe('After a 429', () => {
	it('lets no call go for as long as the gateway asked', async () => {
		const { pacer, went, calls } = paced();
		pacer.refused(30_000);
		await calls(3);
		expect(Math.min(...went)).toBeGreaterThanOrEqual(30_000);
	});

	it('rests longer than a timer can be set for', async () => {
		const { clock, pacer, call, calls } = paced();
		await calls(20);
		const sleep = jest.spyOn(clock, 'sleep');
		const stop = new AbortController();
		const waits = call('poll', Infinity, stop.signal);
		pacer.refused(30 * 86_400_000);
		await clock.pass(1_000);
		expect(Math.max(...sleep.mock.calls.map(([ms]) => ms))).toBeLessThan(2 ** 31);
		stop.abort();
		await clock.run(waits);
	});

	it('rests a second where the gateway names no time', async () => {
		const { pacer, went, calls } = paced();
		pacer.refused(undefined);
		await calls(1);
		expect(went[0]).toBeGreaterThanOrEqual(1_000);
		expect(went[0]).toBeLessThan(1_200);
	});

	it('keeps the longer of two rests', async () => {
		const { pacer, went, calls } = paced();
		pacer.refused(5_000);
		pacer.refused(1_000);
		await calls(1);
		expect(went[0]).toBeGreaterThanOrEqual(5_000);
	});

	it('spaces calls evenly, more slowly than before, and cuts once for many refusals', async () => {
		const { pacer, went, calls } = paced();
		for (let index = 0; index < 10; index++) pacer.refused(1_000);
		await calls(11);
		const gaps = went.slice(1).map((atMs, index) => atMs - went[index]!);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(101);
		expect(Math.min(...gaps)).toBeGreaterThan(50);
	});

	it('goes on at 85 % of the pace that the gateway was seen to take', async () => {
		const { clock, pacer, went, calls } = paced();
		for (let call = 0; call < 150; call++) {
			pacer.accepted();
			await clock.pass(1_000 / 15);
		}
		pacer.refused(1_000);
		await calls(3);
		const gapMs = went[2]! - went[1]!;
		expect(gapMs).toBeGreaterThan(75);
		expect(gapMs).toBeLessThan(83);
	});

	it('grows faster again while nothing is refused', async () => {
		const { pacer, went, calls } = paced();
		pacer.refused(1_000);
		await calls(400);
		const gap = (index: number) => went[index]! - went[index - 1]!;
		expect(gap(399)).toBeLessThan(gap(20) * 0.6);
	});

	it('lets creates go before results, and results before polls', async () => {
		const { pacer, clock, call } = paced();
		pacer.refused(1_000);
		const order: Line[] = [];
		const lines: Line[] = ['poll', 'result', 'create', 'poll', 'create'];
		const calls = lines.map(async (line) => {
			await call(line);
			order.push(line);
		});
		await clock.run(Promise.all(calls));
		expect(order).toEqual(['create', 'create', 'result', 'poll', 'poll']);
	});
});

describe('A call that waits', () => {
	it('ends at its deadline without its turn', async () => {
		const { pacer, clock, call } = paced();
		pacer.refused(1_000);
		const calls = Promise.all(Array.from({ length: 50 }, async () => await call('poll', 2_000)));
		expect((await clock.run(calls)).filter(Boolean).length).toBeLessThan(15);
		expect(clock.nowMs()).toBe(2_000);
	});

	it('does not begin to wait where the gateway asked for more than its deadline', async () => {
		const { pacer, clock, call } = paced();
		pacer.refused(10_000);
		expect(await clock.run(call('poll', 2_000))).toBe(false);
		expect(clock.nowMs()).toBe(0);
	});

	it('goes where it is stopped already, and not where its time is over', async () => {
		const { clock, pacer, call } = paced();
		await clock.pass(2_000);
		pacer.refused(30_000);
		expect(await call('poll', Infinity, AbortSignal.abort())).toBe(true);
		expect(await call('poll', 2_000)).toBe(false);
		expect(clock.sleeping).toBe(0);
	});

	it('ends at once on Stop, and leaves no timer behind', async () => {
		const { pacer, clock, call } = paced();
		const stop = new AbortController();
		pacer.refused(60_000);
		const calls = [call('poll', Infinity, stop.signal), call('create', Infinity, stop.signal)];
		await clock.pass(100);
		stop.abort();
		await clock.run(Promise.all(calls));
		expect(clock.nowMs()).toBe(100);
		expect(clock.sleeping).toBe(0);
	});
});
