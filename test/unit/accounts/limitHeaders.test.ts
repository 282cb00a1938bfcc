import { limitTold } from '../../../nodes/FluxImage/accounts/limitHeaders';

const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const AT_SECONDS = Date.parse(DATE) / 1_000;

const told = (remaining: string, reset: string, more: Record<string, string> = {}) =>
	limitTold({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset, ...more });

describe('The headers of a rate limit', () => {
	it.each([
		['seconds', '0', 0],
		['seconds', '120', 120_000],
		['milliseconds', '121', 121],
		['milliseconds', '999999999', 999_999_999],
		['a date in seconds', String(AT_SECONDS + 30), 30_000],
		['a date in milliseconds', String((AT_SECONDS + 30) * 1_000), 30_000],
		['a date that has passed', String(AT_SECONDS - 30), 0],
		['a date in milliseconds that has passed', String((AT_SECONDS - 30) * 1_000), 0],
	])('may reset in %s: %s', (_, reset, resetMs) => {
		expect(told('3', reset, { date: DATE })).toEqual({
			...{ category: undefined, remaining: 3, resetMs },
		});
	});

	it.each(['1000000000', '1000000000000'])('take %s for a date, the earliest of all', (reset) => {
		expect(told('3', reset, { date: 'Sun, 09 Sep 2001 01:46:30 GMT' })?.resetMs).toBe(10_000);
	});

	it.each([
		['async_submit', 'create'],
		[' Async_Query ', 'read'],
		['another', undefined],
	])('name whose they are: %s', (category, kind) => {
		expect(told('0', '1', { 'x-ratelimit-category': category })?.category).toBe(kind);
	});

	it.each([
		['no remaining', { 'x-ratelimit-reset': '1' }],
		['no reset', { 'x-ratelimit-remaining': '1' }],
		['a blank one', { 'x-ratelimit-remaining': ' ', 'x-ratelimit-reset': '1' }],
		['a negative one', { 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '1' }],
		['a negative reset', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '-1' }],
		['words', { 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': '1' }],
		['a date without its own', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1800000000' }],
		[
			'a date in milliseconds without its own',
			{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1800000000000' },
		],
		['nothing', {}],
	])('say nothing with %s', (_, headers: Record<string, string>) => {
		expect(limitTold(headers)).toBeUndefined();
	});
});
