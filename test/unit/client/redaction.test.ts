import fc from 'fast-check';

import { redactor } from '../../../nodes/FluxImage/client/redaction';
import { engineLog } from '../../../tooling/engine/engineLog';
import { inExecution } from './inExecution';
import { json, serve } from './localServer';

const MASK = '[API key removed]';

describe('the key in a text', () => {
	const key = 'sk-a/b+c"d\\é😀';
	const text = (value: string) => redactor(key).text(value);

	it.each([
		['as it is', `key ${key} end`],
		['as a URL spells it', `key ${encodeURIComponent(key)} end`],
		['as a URL spells it in small letters', `key ${encodeURIComponent(key).toLowerCase()} end`],
		['as a form spells it', `key ${new URLSearchParams({ k: key }).toString().slice(2)} end`],
		['as JSON spells it', `key ${JSON.stringify(key).slice(1, -1)} end`],
		[
			'as PHP spells it in JSON',
			`key ${JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/')} end`,
		],
		[
			'as JSON spells every character',
			`key ${key
				.split('')
				.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
				.join('')} end`,
		],
	])('is removed %s', (_name, value) => {
		expect(text(value)).toBe(`key ${MASK} end`);
	});

	it('is removed everywhere in a value, names of fields among them', () => {
		const { deep } = redactor(key);
		expect(deep({ [`x${key}`]: [key, { a: `Bearer ${key}` }], n: 1, z: null })).toEqual({
			[`x${MASK}`]: [MASK, { a: `Bearer ${MASK}` }],
			n: 1,
			z: null,
		});
	});

	it('is known without the spaces around it, from six characters on', () => {
		expect(redactor(' abcdef ').text('x abcdef')).toBe(`x ${MASK}`);
		expect(redactor('abcde').text('x abcde')).toBe('x abcde');
	});

	it('is looked for thirty levels deep, and what lies deeper is dropped', () => {
		const nested = (levels: number): unknown => (levels === 0 ? 'a' : { b: nested(levels - 1) });
		const { deep } = redactor(key);
		expect(deep(nested(31))).toEqual(nested(31));
		expect(JSON.stringify(deep(nested(32)))).toContain('null');
	});

	it('leaves everything where there is no key, or none worth the name', () => {
		for (const none of ['', '  ', 'abc']) expect(redactor(none).text('abc def')).toBe('abc def');
	});

	it('comes back from the deepest nesting', () => {
		let value: unknown = key;
		for (let level = 0; level < 100_000; level++) value = [value];
		expect(JSON.stringify(redactor(key).deep(value))).not.toContain('sk-');
	});

	it('is gone from any JSON value', () => {
		const secret = 'sec/ret-key';
		const { deep } = redactor(secret);
		const planted = fc
			.array(fc.oneof(fc.string(), fc.constant(secret)))
			.chain((parts) =>
				fc.jsonValue().map((value) => [{ [parts.join('')]: parts.join('') }, value]),
			);
		fc.assert(
			fc.property(planted, (value) => {
				expect(JSON.stringify(deep(value))).not.toContain(secret);
			}),
		);
	});
});

describe('the key that a gateway repeats', () => {
	const key = 'sk-live-0123456789abcdef';

	it('is gone from body and headers of a reply', async () => {
		const server = await serve((response) =>
			json(response, 400, { error: `Bearer ${key}`, [key]: [key] }, { 'x-request-id': `r-${key}` }),
		);
		const outcome = await inExecution(
			server.url,
			async ({ http }) =>
				await http.send(
					{ method: 'GET', path: '/x' },
					{ timeoutMs: 5_000, signal: new AbortController().signal },
				),
			key,
		);
		await server.close();
		expect(outcome.value?.statusCode).toBe(400);
		expect(JSON.stringify(outcome)).not.toContain(key);
	});

	it('is gone from the problem of a base URL that holds it, and from the log', async () => {
		const outcome = await inExecution(
			`http://127.0.0.1:1/${key}`,
			async ({ http }) =>
				await http.send(
					{ method: 'GET', path: '/x' },
					{ timeoutMs: 5_000, signal: new AbortController().signal },
				),
			key,
		);
		expect(outcome.problem?.kind).toBe('neverConnected');
		expect(JSON.stringify(outcome)).not.toContain(key);
		expect(engineLog.join('\n')).not.toContain(key);
	});
});
