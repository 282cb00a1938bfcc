import { readBody } from '../../../nodes/FluxImage/client/headers';

/** The longest body that is looked through, in characters. */
const LONGEST = 1_000_000;

/** JSON of a given length with an id that JavaScript would round. */
function picture(length: number): string {
	const json = '{"id":1876543210987654321,"b64":""}';
	return json.replace('""', `"${'x'.repeat(length - json.length)}"`);
}

describe('A whole number that JavaScript would round', () => {
	it.each([
		['{"id":9876543210987654}', { id: '9876543210987654' }],
		['{"id":-9876543210987654}', { id: '-9876543210987654' }],
		['{"id": 9876543210987654 }', { id: '9876543210987654' }],
		['{"id":\n9876543210987654\n,"a":1}', { id: '9876543210987654', a: 1 }],
		['[9876543210987654]', ['9876543210987654']],
		['{"id":1876543210987654321}', { id: '1876543210987654321' }],
	])('is read as a text, wherever it stands: %j', (json, read) => {
		expect(readBody(json)).toEqual(read);
	});

	it.each([
		['in a text', '"id: 1876543210987654321, x"'],
		['in a text with quotes', '"\\"a\\" and more: 1876543210987654321"'],
		['behind a quote in a text', '"5\\" by 1876543210987654321"'],
		['behind the point of a fraction', '0.19876543210987654321'],
		['before the point of a fraction', '1876543210987654321.5'],
		['before an exponent', '1876543210987654321e3'],
		['before an exponent with a plus', '1876543210987654321E+3'],
		['before an exponent with a minus', '1876543210987654321e-3'],
		['in an exponent', '1e-19876543210987654321'],
		['where it can be held', '1234567890123456'],
	])('stays as it is %s', (_where, value) => {
		const text = `{"value":${value},"id":1876543210987654321}`;
		expect(readBody(text)).toEqual({ value: JSON.parse(value), id: '1876543210987654321' });
	});

	it('stays as it is in a body as long as a picture, which is not looked through', () => {
		expect(readBody(picture(LONGEST))).toMatchObject({ id: '1876543210987654321' });
		expect(readBody(picture(LONGEST + 1))).toMatchObject({ id: Number('1876543210987654321') });
	});

	it('is looked for in little time where a text in the body has no end', () => {
		const startedMs = performance.now();
		readBody(`{"id":1876543210987654321,${'\\"'.repeat(400_000)}`);
		expect(performance.now() - startedMs).toBeLessThan(2_000);
	});
});
