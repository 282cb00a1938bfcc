import { retryAfterMs } from '../../../nodes/FluxImage/client/headers';

const NOW = Date.UTC(2026, 0, 1);

describe('Retry-After', () => {
	it.each([
		['7', 7_000],
		['0.5', 500],
		[' 3 ', 3_000],
		[' 2026-01-01T00:00:05 ', 5_000],
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

	it.each([
		['an epoch in seconds', String(NOW / 1000 + 5)],
		['an epoch in milliseconds', String(NOW + 5_000)],
		['a date without a zone', 'Thu, 01 Jan 2026 00:00:05'],
		['a date of ISO 8601 without a zone', '2026-01-01T00:00:05'],
		['the same with a blank', '2026-01-01 00:00:05'],
		['a date with an offset', '2026-01-01T01:00:05+01:00'],
		['a date with Z', '2026-01-01T00:00:05Z'],
		['a date with an offset behind a blank', 'Thu, 01 Jan 2026 01:00:05 +0100'],
		['a date in UTC', 'Thu, 01 Jan 2026 00:00:05 UTC'],
		['a date in UT', 'Thu, 01 Jan 2026 00:00:05 UT'],
		['a date of New York', 'Wed, 31 Dec 2025 19:00:05 EST'],
	])('as %s is a moment (FAULTS F20)', (_, header) => {
		expect(retryAfterMs({ 'retry-after': header }, NOW)).toBe(5_000);
	});

	it("as a moment is measured against the reply's own clock (FAULTS B13)", () => {
		const date = new Date(NOW + 3_600_000).toUTCString();
		const header = new Date(NOW + 3_605_000).toUTCString();
		expect(retryAfterMs({ 'retry-after': header, date }, NOW)).toBe(5_000);
		expect(retryAfterMs({ 'retry-after': '7', date }, NOW)).toBe(7_000);
		expect(retryAfterMs({ 'retry-after': header, date: 'soon' }, NOW)).toBe(3_605_000);
	});

	it('of a billion seconds is the longest that is a wait', () => {
		expect(retryAfterMs({ 'retry-after': '1000000000' }, NOW)).toBe(1e12);
	});

	it('may be absent', () => {
		expect(retryAfterMs({}, NOW)).toBeUndefined();
	});

	it('in milliseconds counts for more', () => {
		expect(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '1' }, NOW)).toBe(250);
		expect(retryAfterMs({ 'retry-after-ms': '250' }, NOW)).toBe(250);
		expect(retryAfterMs({ 'retry-after-ms': '0', 'retry-after': '1' }, NOW)).toBe(1_000);
		expect(retryAfterMs({ 'retry-after-ms': ' ', 'retry-after': '1' }, NOW)).toBe(1_000);
		expect(retryAfterMs({ 'retry-after-ms': 'soon', 'retry-after': '1' }, NOW)).toBe(1_000);
	});
});
