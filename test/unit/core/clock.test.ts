import { wallClock } from '../../../nodes/FluxImage/core/clock';

const AN_HOUR_MS = 3_600_000;

describe('The clock on the wall', () => {
	it('tells the time', () => {
		const before = Date.now();
		expect(wallClock.nowMs()).toBeGreaterThanOrEqual(before);
	});

	it('sleeps, with a signal or without', async () => {
		const before = Date.now();
		await wallClock.sleep(5);
		await wallClock.sleep(5, new AbortController().signal);
		expect(Date.now() - before).toBeGreaterThanOrEqual(8);
	});

	it('does not sleep where the signal has aborted already', async () => {
		await wallClock.sleep(AN_HOUR_MS, AbortSignal.abort());
	});

	it('wakes when the signal aborts', async () => {
		const stop = new AbortController();
		const slept = wallClock.sleep(AN_HOUR_MS, stop.signal);
		stop.abort();
		await slept;
	});
});
