import { numberOf, progressOf, asText } from '../../../nodes/FluxImage/core/json';

describe('a text in a reply', () => {
	it.each([
		[[' a '], 'a'],
		[['  ', 'b'], 'b'],
		[[undefined, null, {}, [], true, 'c'], 'c'],
		[[5], '5'],
		[[NaN, Infinity, 'd'], 'd'],
		[[''], undefined],
		[[], undefined],
	])('of %j is %j', (values, text) => {
		expect(asText(...values)).toBe(text);
	});
});

describe('a number in a reply', () => {
	it.each([
		[5, 5],
		['5', 5],
		[' 0.5 ', 0.5],
	])('of %j is %d', (value, number) => {
		expect(numberOf(value)).toBe(number);
	});

	it.each([undefined, null, '', ' ', 'x', NaN, Infinity, true, [], [7], {}])(
		'is not in %j',
		(value) => {
			expect(numberOf(value)).toBeUndefined();
			expect(progressOf(value, 1)).toBeUndefined();
		},
	);
});

describe('a progress in a reply', () => {
	it.each([
		[0, 1, 0],
		[50, 100, 0.5],
		[120, 100, 1],
		[-3, 100, 0],
	])('of %d on a scale to %d is %d', (value, full, share) => {
		expect(progressOf(value, full)).toBe(share);
	});
});
