import { Places, type Holder } from '../../../nodes/FluxImage/accounts/places';

const holder = (tasks = 1, deadlineMs = Infinity): Holder => ({
	tasks,
	deadlineMs,
	isRunning: false,
});

/** Places on which so many tasks run, begun at 0. */
function running(count: number): { places: Places; holders: Holder[] } {
	const places = new Places();
	const holders = Array.from({ length: count }, () => holder());
	for (const each of holders) {
		places.take(each, 0);
		places.accepted(each, 0);
	}
	return { places, holders };
}

/** A create that is refused. */
function refuse(places: Places, atMs: number, toldMs?: number, isSure = true): void {
	const refused = holder();
	places.take(refused, atMs);
	places.refused(refused, atMs, isSure, toldMs);
}

describe('Places of tasks', () => {
	it('are without number until a create is refused', () => {
		const { places } = running(100);
		expect(places.waitMs(10, 0)).toBe(0);
		expect(places.isLimited).toBe(false);
		expect([places.held, places.running]).toEqual([100, 100]);
	});

	it('are as many as ran when the gateway said that it is their number', () => {
		const { places, holders } = running(3);
		refuse(places, 0);
		expect(places.isLimited).toBe(true);
		expect(places.waitMs(1, 0)).toBe(1_000);
		places.end(holders[0]!, 0);
		expect(places.waitMs(1, 0)).toBe(0);
		expect(places.waitMs(2, 0)).toBe(1_000);
		expect(places.held).toBe(2);
	});

	it('are asked for after one second, then ever later, up to ten, while no task of ours ends', () => {
		const { places, holders } = running(1);
		refuse(places, 0);
		const waits: number[] = [];
		let nowMs = 0;
		for (let ask = 0; ask < 6; ask++) {
			const waitMs = places.waitMs(1, nowMs);
			waits.push(waitMs);
			nowMs += waitMs;
			refuse(places, nowMs);
		}
		expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
		places.end(holders[0]!, nowMs);
		const next = holder();
		places.take(next, nowMs);
		places.accepted(next, nowMs);
		refuse(places, nowMs + 10_000);
		expect(places.waitMs(1, nowMs + 10_000)).toBe(2_000);
	});

	it('are asked for by one at a time, which stops nobody longer than ten seconds', () => {
		const { places } = running(1);
		refuse(places, 0);
		places.take(holder(), 1_000);
		expect(places.waitMs(1, 1_000)).toBe(10_000);
		expect(places.waitMs(1, 4_000)).toBe(7_000);
	});

	it('are asked for when the gateway told so, in a minute at most', () => {
		for (const [toldMs, waitMs] of [
			[7_000, 7_000],
			[86_400_000, 60_000],
		] as const) {
			const { places } = running(1);
			refuse(places, 0, toldMs);
			expect(places.waitMs(1, 0)).toBe(waitMs);
			// With the number said, it is no rest: a task that ends gives its place at once.
			expect(places.restMs(0)).toBe(0);
		}
	});

	it('rest where the gateway does not say why, until one is accepted', () => {
		const { places } = running(1);
		refuse(places, 0, 7_000, false);
		expect([places.binds, places.restMs(0)]).toEqual([false, 0]);
		const inFlight = holder();
		places.take(inFlight, 0);
		refuse(places, 0, 7_000, false);
		expect([places.binds, places.restMs(0), places.restMs(3_000)]).toEqual([true, 7_000, 4_000]);
		places.accepted(inFlight, 3_000);
		expect([places.binds, places.restMs(3_000), places.waitMs(1, 3_000)]).toEqual([false, 0, 0]);
	});

	it('rest until one of our tasks ends, whatever was told: then one may ask', () => {
		const { places, holders } = running(2);
		refuse(places, 0, 30_000, false);
		refuse(places, 0, 30_000, false);
		expect(places.waitMs(1, 5_000)).toBe(25_000);
		places.end(holders[0]!, 5_000);
		expect(places.waitMs(1, 5_000)).toBe(0);
		places.take(holder(), 5_000);
		expect(places.waitMs(1, 5_000)).toBe(10_000);
	});

	it('are not more by a create that ended before it was accepted', () => {
		const { places } = running(2);
		refuse(places, 0, 30_000, false);
		const inFlight = holder();
		places.take(inFlight, 0);
		refuse(places, 0, 30_000, false);
		places.end(inFlight, 5_000);
		expect(places.waitMs(1, 5_000)).toBe(25_000);
	});

	it('keep their number where a create is accepted that does not exceed it', () => {
		const { places, holders } = running(3);
		refuse(places, 0);
		places.end(holders[0]!, 0);
		const next = holder();
		places.take(next, 0);
		expect(places.accepted(next, 0)).toBe(false);
		expect(places.isLimited).toBe(true);
	});

	it('lose it by the first that is accepted above, and twice in a row for a minute', () => {
		const { places } = running(1);
		for (const [atMs, isDoubted] of [
			[0, false],
			[10_000, true],
		] as const) {
			refuse(places, atMs, undefined, false);
			refuse(places, atMs, undefined, false);
			expect(places.isLimited).toBe(true);
			const asking = holder();
			places.take(asking, atMs + 2_000);
			expect(places.accepted(asking, atMs + 2_000)).toBe(true);
			expect([places.isLimited, places.isDoubted(atMs + 2_000)]).toEqual([false, isDoubted]);
		}
		refuse(places, 20_000, undefined, false);
		refuse(places, 20_000, undefined, false);
		expect(places.isLimited).toBe(false);
		expect([places.isDoubted(71_999), places.isDoubted(72_000)]).toEqual([true, false]);
		// What the gateway says in words counts before what was doubted.
		refuse(places, 30_000);
		expect([places.isLimited, places.isDoubted(30_000)]).toEqual([true, false]);
	});

	it('are not doubted for what was in flight when the number was supposed', () => {
		const { places } = running(1);
		const inFlight = [holder(), holder()];
		for (const each of inFlight) places.take(each, 0);
		refuse(places, 0);
		expect(places.accepted(inFlight[0]!, 100)).toBe(false);
		expect(places.isLimited).toBe(false);
		refuse(places, 200);
		expect(places.accepted(inFlight[1]!, 300)).toBe(false);
		expect(places.isDoubted(300)).toBe(false);
	});

	it("end by their items' deadlines, earlier ones that came later too", () => {
		const places = new Places();
		for (const deadlineMs of [5_000, 1_000, 3_000]) places.take(holder(2, deadlineMs), 0);
		const heldAt = (nowMs: number) => (places.isEmpty(nowMs) ? 0 : places.held);
		expect([999, 1_000, 2_999, 3_000, 4_999, 5_000].map(heldAt)).toEqual([6, 4, 4, 2, 2, 0]);
		places.take(holder(1, 6_000), 5_500);
		expect([5_999, 6_000].map(heldAt)).toEqual([1, 0]);
	});

	it('are given back once', () => {
		const { places, holders } = running(2);
		places.end(holders[0]!, 0);
		places.end(holders[0]!, 0);
		expect([places.held, places.running]).toEqual([1, 1]);
	});
});
