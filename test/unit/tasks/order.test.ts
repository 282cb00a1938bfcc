import { requestOf, whereOf, worstPaid, type OrderKey } from '../../../nodes/FluxImage/tasks/order';

const key = (payload: unknown): OrderKey => ({ runIndex: 0, itemIndex: 0, origin: 'x', payload });

describe('The request of an order', () => {
	it('is a digest that a seed does not change, wherever it stands', () => {
		const request = requestOf(key({ prompt: 'An apple', seed: 1, more: { seed: 2, steps: 3 } }));
		expect(request).toMatch(/^[0-9a-f]{32}$/);
		expect(requestOf(key({ prompt: 'An apple', more: { seed: 9, steps: 3 } }))).toBe(request);
	});

	it.each([
		[{ prompt: 'A pear', more: { steps: 3 } }],
		[{ prompt: 'An apple', more: { steps: 4 } }],
		[{ prompt: 'An apple', more: { steps: 3 }, other: null }],
	])('is another for %j', (payload) => {
		const request = requestOf(key({ prompt: 'An apple', more: { steps: 3 } }));
		expect(requestOf(key(payload))).not.toBe(request);
	});
});

describe('Whether money went, of several orders together', () => {
	it.each([
		['no', []],
		['no', ['no', 'no']],
		['maybe', ['no', 'maybe']],
		['maybe', ['maybe', 'no']],
		['yes', ['maybe', 'yes', 'no']],
		['yes', ['yes']],
	] as const)('is %s of %j', (worst, words) => {
		expect(worstPaid(words)).toBe(worst);
	});
});

it('The place of an order is told by its item, and by its image where there are several', () => {
	expect(whereOf(key({}))).toBe('item 0');
	expect(whereOf({ ...key({}), number: 1 })).toBe('item 0, image 2');
});
