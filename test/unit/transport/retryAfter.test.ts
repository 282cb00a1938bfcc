import { retryAfterMs } from '../../../nodes/FluxImage/transport/retryAfter';

const NOW = Date.UTC(2026, 0, 1);

describe('Retry-After', () => {
	it.each([
		['7', 7_000],
		['0.5', 500],
		[' 3 ', 3_000],
		[new Date(NOW + 5_000).toUTCString(), 5_000],
	])('%j is %d milliseconds', (header, expected) => {
		expect(retryAfterMs(header, NOW)).toBe(expected);
	});

	it.each([[undefined], [''], ['0'], ['-5'], ['soon'], [new Date(NOW - 5_000).toUTCString()]])(
		'%j asks for no wait',
		(header) => {
			expect(retryAfterMs(header, NOW)).toBeUndefined();
		},
	);
});
