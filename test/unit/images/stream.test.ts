import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import {
	limitBytes,
	peek,
	TooLargeError,
	withErrorSink,
} from '../../../nodes/FluxImage/images/stream';

const CONTENT = Buffer.from('0123456789abcdefghij');

/** A stream that comes in pieces, with a breath between them, and then ends or breaks. */
function inPieces(bytes: Buffer, size: number, error?: Error): Readable {
	async function* pieces() {
		for (let at = 0; at < bytes.length; at += size) {
			await new Promise((resolve) => setImmediate(resolve));
			yield bytes.subarray(at, at + size);
		}
		if (error) throw error;
	}
	return Readable.from(pieces(), { objectMode: false });
}

describe('the first bytes of a stream', () => {
	it.each([1, 2, 5, 11, 12, 13, 20, 1_000])(
		'come, and stay in it, in pieces of %d',
		async (size) => {
			const stream = inPieces(CONTENT, size);
			expect((await peek(stream, 12)).toString()).toBe('0123456789ab');
			expect((await buffer(stream)).toString()).toBe(CONTENT.toString());
		},
	);

	it('are fewer where it is short', async () => {
		const stream = inPieces(CONTENT.subarray(0, 5), 2);
		expect((await peek(stream, 12)).toString()).toBe('01234');
	});

	it('stay in it where it is short', async () => {
		const stream = inPieces(CONTENT.subarray(0, 5), 5);
		await peek(stream, 12);
		expect((await buffer(stream)).toString()).toBe('01234');
	});

	it('are none where it is empty', async () => {
		expect((await peek(inPieces(Buffer.alloc(0), 1), 12)).length).toBe(0);
	});

	it('do not come where it breaks before', async () => {
		const stream = inPieces(CONTENT.subarray(0, 5), 5, new Error('it broke'));
		await expect(peek(stream, 12)).rejects.toThrow('it broke');
	});

	it('come where it breaks after', async () => {
		const stream = inPieces(CONTENT, 15, new Error('it broke'));
		expect((await peek(stream, 12)).toString()).toBe('0123456789ab');
		await expect(buffer(stream)).rejects.toThrow('it broke');
	});

	it('are none where it was destroyed', async () => {
		const stream = inPieces(CONTENT, 5);
		stream.destroy();
		expect((await peek(stream, 12)).length).toBe(0);
	});
});

describe('a limited stream', () => {
	const limited = (stream: Readable, maximum: number) =>
		limitBytes(stream, maximum, () => undefined);
	const read = async (stream: Readable, maximum: number) =>
		await buffer(limited(stream, maximum).stream);

	it('passes all bytes, and knows how many', async () => {
		const { stream, passedBytes } = limited(inPieces(CONTENT, 3), 20);
		expect((await buffer(stream)).toString()).toBe(CONTENT.toString());
		expect(passedBytes()).toBe(20);
	});

	it('breaks where there are more bytes than allowed', async () => {
		await expect(read(inPieces(CONTENT, 3), 19)).rejects.toThrow(TooLargeError);
	});

	it('breaks as the stream below it breaks', async () => {
		await expect(read(inPieces(CONTENT, 3, new Error('it broke')), 100)).rejects.toThrow(
			'it broke',
		);
	});

	it('breaks for a reader that comes late', async () => {
		const { stream } = limited(withErrorSink(inPieces(CONTENT, 20, new Error('it broke'))), 100);
		await new Promise((resolve) => setTimeout(resolve, 20));
		await expect(buffer(stream)).rejects.toThrow('it broke');
	});

	it('counts what was peeked at', async () => {
		const stream = inPieces(CONTENT, 3);
		await peek(stream, 12);
		expect((await read(stream, 20)).toString()).toBe(CONTENT.toString());
	});
});
