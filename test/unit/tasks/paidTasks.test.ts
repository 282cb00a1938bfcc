import type { OrderKey } from '../../../nodes/FluxImage/tasks/order';
import { ItemBudget, PaidTasks } from '../../../nodes/FluxImage/tasks/paidTasks';

describe('The paid tasks of an execution', () => {
	it('are counted for all its nodes together', () => {
		const flow = {};
		expect(new PaidTasks(flow, '1').take(2)).toBe(true);
		const other = new PaidTasks(flow, '1');
		expect(other.count).toBe(2);
		expect(other.take(1, 3)).toBe(true);
		expect(other.take(1, 3)).toBe(false);
		expect(other.count).toBe(3);
	});

	it('are refused whole where not all of them fit', () => {
		const paid = new PaidTasks({}, '1');
		expect(paid.take(4, 3)).toBe(false);
		expect(paid.take(3, 3)).toBe(true);
	});

	it('are given back, and never below none', () => {
		const paid = new PaidTasks({}, '1');
		paid.take(2);
		paid.giveBack(1);
		expect(paid.count).toBe(1);
		paid.giveBack(2);
		expect(paid.count).toBe(0);
	});

	it("begin at zero in a person's Retry, which is another execution", () => {
		const flow = {};
		new PaidTasks(flow, '1').take(2);
		expect(new PaidTasks(flow, '2').count).toBe(0);
	});
});

describe('The places of an item of several images', () => {
	/** The orders of an item, and the places of an execution that has paid for some already. */
	function item(count: number, { paidBefore = 0, known = [] as number[], most = 3 } = {}) {
		const keys = Array.from(
			{ length: count },
			(_, number): OrderKey => ({ runIndex: 0, itemIndex: 0, number, origin: 0, payload: number }),
		);
		const paid = new PaidTasks({}, '1');
		paid.take(paidBefore);
		const budget = new ItemBudget(paid, keys, ({ number = 0 }) => known.includes(number));
		const take = (number: number) =>
			budget.take({ key: keys[number]!, tasks: 1, maxPaidTasks: most });
		const leave = (number: number) => budget.leave(keys[number]!);
		return { paid, take, leave };
	}

	it('are taken together, and no other item gets one of them', () => {
		const { paid, take } = item(3);
		expect(take(1)).toBe(true);
		expect(paid.take(1, 3)).toBe(false);
		expect([take(0), take(2)]).toEqual([true, true]);
		expect(paid.count).toBe(3);
	});

	it('are refused whole, though some fit and some become free', () => {
		const { paid, take, leave } = item(3, { paidBefore: 1 });
		expect(take(0)).toBe(false);
		paid.giveBack(1);
		expect([take(1), take(2)]).toEqual([false, false]);
		leave(0);
		expect(paid.count).toBe(0);
	});

	it('are none for images that are paid already, unless one of those is made anew', () => {
		const { paid, take } = item(3, { known: [0, 1], paidBefore: 1 });
		expect(take(2)).toBe(true);
		expect(paid.count).toBe(2);
		expect(take(0)).toBe(true);
		expect(take(1)).toBe(false);
	});

	it('are free again where one was kept for an image that did not need it', () => {
		const { paid, take, leave } = item(3);
		take(0);
		leave(0);
		leave(1);
		expect(paid.count).toBe(2);
		leave(1);
		expect(paid.count).toBe(2);
	});

	it('are none for images that came to nothing before the first is sent', () => {
		const { paid, take, leave } = item(3, { paidBefore: 1 });
		leave(0);
		expect(take(1)).toBe(true);
		expect(paid.count).toBe(3);
	});
});
