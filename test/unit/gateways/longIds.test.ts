import { readBody } from '../../../nodes/FluxImage/client/headers';
import { GATEWAYS } from '../../../nodes/FluxImage/gateways';
import { reply } from './reply';

describe('A whole number beyond what JavaScript can hold', () => {
	it('keeps each digit, so that the task is asked for under its own id', () => {
		const body = readBody('{"id": 1876543210987654321, "status": "pending"}');
		expect(GATEWAYS.vtrix.readCreate(reply(200, body), 'x').value?.requestId).toBe(
			'1876543210987654321',
		);
	});

	it.each([
		['{"a":[1876543210987654321,-1876543210987654321]}', 'text'],
		['{"a":"id: 1876543210987654321, \\" 1876543210987654321"}', 'untouched'],
		['{"a":1234567890123456,"b":1876543210987654321.5,"c":1876543210987654321e3}', 'untouched'],
	])('reads %s as %s', (json, as) => {
		const expected =
			as === 'text' ? { a: ['1876543210987654321', '-1876543210987654321'] } : JSON.parse(json);
		expect(readBody(json)).toEqual(expected);
	});

	it.each(['['.repeat(400_000), '1'.repeat(900_000), '"'.repeat(900_001), '\\"'.repeat(400_000)])(
		'is looked for in little time, whatever the text',
		(text) => {
			const startedMs = performance.now();
			readBody(`{"a":18765432109876543,${text}`);
			expect(performance.now() - startedMs).toBeLessThan(2_000);
		},
	);
});
