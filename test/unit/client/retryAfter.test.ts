import { retryAfterMs } from '../../../nodes/FluxImage/client/retryAfter';

const NOW = Date.UTC(2026, 0, 1);

describe('Retry-After', () => {
	it.each([
		['7', 7_000],
		['0.5', 500],
		[' 3 ', 3_000],
		[new Date(NOW + 5_000).toUTCString(), 5_000],
	])('%j is %d milliseconds', (header, expected) => {
		expect(retryAfterMs({ 'retry-after': header }, NOW)).toBe(expected);
	});

	it.each(['', ' ', '0', '-5', '-2040', 'soon', 'Infinity', new Date(NOW - 5_000).toUTCString()])(
		'%j asks for no wait',
		(header) => {
			expect(retryAfterMs({ 'retry-after': header }, NOW)).toBeUndefined();
		},
	);

	it('may be absent', () => {
		expect(retryAfterMs({}, NOW)).toBeUndefined();
	});

	it('in milliseconds counts for more', () => {
		expect(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '1' }, NOW)).toBe(250);
		expect(retryAfterMs({ 'retry-after-ms': '250' }, NOW)).toBe(250);
		expect(retryAfterMs({ 'retry-after-ms': '0', 'retry-after': '1' }, NOW)).toBe(1_000);
	});
});
