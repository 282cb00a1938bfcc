import { PaidTasks } from '../../../nodes/FluxImage/tasks/paidTasks';

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
