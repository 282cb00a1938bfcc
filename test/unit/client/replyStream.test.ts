import { Readable } from 'node:stream';

import { systemClock } from '../../../nodes/FluxImage/core/clock';
import { stubbedDoor } from './stubbedDoor';

/** What comes of a call whose reply has this body. */
const bodyOf = async (body: unknown) => {
	const http = stubbedDoor(systemClock, async () => {
		return { statusCode: 200, headers: {}, body: body as Readable };
	});
	const request = { method: 'GET', path: '/v1/status' } as const;
	return await http.send(request, { timeoutMs: 60_000 });
};

const chunks = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

describe('The body of a reply', () => {
	it('is put together from what comes', async () => {
		expect((await bodyOf(chunks('{"a"', ': "', 'é"}'))).value?.body).toEqual({ a: 'é' });
	});

	it.each([
		['made up by n8n, as its evaluations do', { a: 1 }, { a: 1 }],
		['a text that n8n made up', '{"a": 1}', { a: 1 }],
		['none', undefined, ''],
		['null', null, ''],
	])('may be %s', async (_what, body, read) => {
		expect((await bodyOf(body)).value?.body).toEqual(read);
	});

	it.each([
		['was broken off', (stream: Readable) => stream.destroy()],
		['fails', (stream: Readable) => stream.destroy(new Error('the reply broke off'))],
	])('that %s while it is read is no whole answer', async (_what, end) => {
		const body = new Readable({ read: () => undefined });
		const outcome = bodyOf(body);
		body.push('{"a":');
		setImmediate(() => end(body));
		expect((await outcome).problem).toEqual({
			kind: 'interrupted',
			reason: 'the reply broke off',
		});
	});

	it('that was broken off before it is read is no whole answer', async () => {
		const body = chunks('{}').destroy();
		await new Promise((resolve) => setImmediate(resolve));
		expect((await bodyOf(body)).problem?.kind).toBe('interrupted');
	});
});
