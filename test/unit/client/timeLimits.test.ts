import { TimeLimits } from '../../../nodes/FluxImage/client/timeLimits';
import { SimulatedClock } from '../../../tooling/simulatedClock';

describe('Requests that are cut in time', () => {
	let clock: SimulatedClock;
	let timers: jest.SpyInstance;
	let limits: TimeLimits;
	let cuts: Array<[name: string, atMs: number]>;

	beforeEach(() => {
		clock = new SimulatedClock(0);
		timers = jest.spyOn(clock, 'sleep');
		limits = new TimeLimits(clock);
		cuts = [];
	});

	const begin = (name: string, timeoutMs: number) =>
		limits.begin(timeoutMs, () => cuts.push([name, clock.nowMs()]));

	it('share one timer where the first of them has the least time', () => {
		begin('first', 1_000);
		begin('as long', 1_000);
		begin('longer', 2_000);
		expect(timers).toHaveBeenCalledTimes(1);
		begin('shorter', 500);
		expect(timers).toHaveBeenCalledTimes(2);
	});

	it('are cut each in its own time', async () => {
		begin('longer', 2_000);
		begin('first', 1_000);
		begin('as long', 1_000);
		await clock.pass(3_000);
		expect(cuts).toEqual([
			['first', 1_020],
			['as long', 1_020],
			['longer', 2_020],
		]);
	});

	it('leave no timer behind the last that was cut', async () => {
		begin('only', 1_000);
		await clock.pass(1_021);
		expect(cuts).toEqual([['only', 1_020]]);
		expect(clock.sleeping).toBe(0);
	});

	it('leave no timer behind the last that was answered', async () => {
		const ends = [begin('first', 1_000), begin('second', 1_000)];
		ends[0]!();
		expect(clock.sleeping).toBe(1);
		ends[1]!();
		await clock.pass(3_000);
		expect([cuts, clock.sleeping]).toEqual([[], 0]);
	});
});
