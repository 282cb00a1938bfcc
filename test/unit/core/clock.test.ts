import { systemClock } from '../../../nodes/FluxImage/core/clock';

const AN_HOUR_MS = 3_600_000;

describe('The clock of this machine', () => {
	it('tells the date', () => {
		const before = Date.now();
		expect(systemClock.dateMs()).toBeGreaterThanOrEqual(before);
	});

	it('measures time by what no setting of the date moves', () => {
		const before = systemClock.nowMs();
		const setTo = jest.spyOn(Date, 'now').mockReturnValue(0);
		try {
			expect(systemClock.dateMs()).toBe(0);
			expect(systemClock.nowMs()).toBeGreaterThanOrEqual(before);
		} finally {
			setTo.mockRestore();
		}
	});

	it('sleeps, with a signal or without', async () => {
		const before = Date.now();
		await systemClock.sleep(5);
		await systemClock.sleep(5, new AbortController().signal);
		expect(Date.now() - before).toBeGreaterThanOrEqual(8);
	});

	it('does not sleep where the signal has aborted already', async () => {
		await systemClock.sleep(AN_HOUR_MS, AbortSignal.abort());
	});

	it('wakes when the signal aborts', async () => {
		const stop = new AbortController();
		const slept = systemClock.sleep(AN_HOUR_MS, stop.signal);
		stop.abort();
		await slept;
	});
});
