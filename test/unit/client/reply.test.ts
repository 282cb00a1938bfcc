import { readBody, readHeaders } from '../../../nodes/FluxImage/client/headers';

describe('headers', () => {
	it('have lower-case names and text values', () => {
		expect(
			readHeaders({ 'Retry-After': 7, 'Set-Cookie': ['a', 'b'], X: undefined, Y: null }),
		).toEqual({ 'retry-after': '7', 'set-cookie': 'a,b' });
	});

	it('may be absent', () => {
		expect(readHeaders(undefined as unknown as object)).toEqual({});
	});
});

describe('a body', () => {
	it.each([
		['JSON', ' {"a": 1}', { a: 1 }],
		['a list', '[1]', [1]],
		['bytes', Buffer.from('{"a": "é"}'), { a: 'é' }],
		['bytes of a text', Buffer.from('plain'), 'plain'],
		['bytes with a byte order mark', Buffer.from('\uFEFF{"a": 1}'), { a: 1 }],
		['JSON in a text of JSON', Buffer.from('"{\\"a\\": 1}"'), { a: 1 }],
		['a text of JSON', Buffer.from('"done"'), 'done'],
		['bytes with such a mark inside', Buffer.from('{"a": "x\uFEFFy"}'), { a: 'x\uFEFFy' }],
		['no bytes', Buffer.alloc(0), ''],
		['a text', 'plain', 'plain'],
		['a text that only looks like JSON', '{"a": ', '{"a": '],
		['a text with JSON behind it', 'data: {"a": 1}', 'data: {"a": 1}'],
		['a quoted text with a bracket in it', '"see [1]"', '"see [1]"'],
		['what was read before', { a: 1 }, { a: 1 }],
		['a list that was read before', ['[1]'], ['[1]']],
		['nothing', undefined, undefined],
	])('is read where it is %s', (_what, body, read) => {
		expect(readBody(body)).toEqual(read);
	});
});
