import { getEventListeners } from 'node:events';
import { onAbort, systemClock } from '../../../nodes/FluxImage/core/clock';

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

	it('wakes all who wait for one signal, and Node warns of no leak', async () => {
		const warned = jest.fn();
		process.on('warning', warned);
		const stop = new AbortController();
		const slept = Array.from({ length: 30 }, () => systemClock.sleep(AN_HOUR_MS, stop.signal));
		stop.abort();
		await Promise.all(slept);
		await new Promise((resolve) => setImmediate(resolve));
		process.off('warning', warned);
		expect(warned).not.toHaveBeenCalled();
	});
});

describe('Who listens to a signal', () => {
	it('is told once, with all others', () => {
		const stop = new AbortController();
		const told: string[] = [];
		onAbort(stop.signal, () => told.push('one'));
		onAbort(stop.signal, () => told.push('other'));
		stop.abort();
		stop.abort();
		expect(told).toEqual(['one', 'other']);
	});

	it('is told nothing once it has gone', () => {
		const stop = new AbortController();
		const told = jest.fn();
		onAbort(stop.signal, told)();
		stop.abort();
		expect(told).not.toHaveBeenCalled();
	});

	it('leaves nothing at a signal once the last has gone, and is heard there again', () => {
		const stop = new AbortController();
		const told = jest.fn();
		const leave = [onAbort(stop.signal, () => {}), onAbort(stop.signal, told)];
		leave[0]!();
		expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
		leave[1]!();
		expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
		onAbort(stop.signal, told);
		leave[1]!();
		stop.abort();
		expect(told).toHaveBeenCalledTimes(1);
	});
});
