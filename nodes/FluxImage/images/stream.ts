import type { ByteStream } from '../client/http';
import { TAIL_LENGTH } from './signature';

/**
 * The first bytes of a stream, put back so that the stream still has them. Fewer than asked where it
 * ends before; rejects with the stream's error.
 */
export async function peek(stream: ByteStream, count: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	while (length < count && (await isReadable(stream))) {
		const chunk = stream.read() as Buffer | null;
		if (chunk === null) continue;
		chunks.push(chunk);
		length += chunk.length;
	}
	const start = Buffer.concat(chunks);
	if (!stream.readableEnded && length > 0) stream.unshift(start);
	return start.subarray(0, count);
}

/** Waits until there is something to read; false at the stream's end. */
async function isReadable(stream: ByteStream): Promise<boolean> {
	if (stream.readableLength > 0) return true;
	if (stream.readableEnded || stream.destroyed) return false;
	return await new Promise<boolean>((resolve, reject) => {
		const events = {
			readable: () => settle(() => resolve(stream.readableLength > 0)),
			end: () => settle(() => resolve(false)),
			close: () => settle(() => resolve(false)),
			error: (error: Error) => settle(() => reject(error)),
		};
		const settle = (then: () => void) => {
			for (const [event, listener] of Object.entries(events)) stream.off(event, listener);
			then();
		};
		for (const [event, listener] of Object.entries(events)) stream.on(event, listener);
	});
}

/** The bytes of a stream on their way, and what has passed. */
export interface PassingStream {
	/** Ends with a TooLargeError where more than the maximum pass. */
	readonly stream: ByteStream;
	passedBytes(): number;
	/** The last bytes that have passed, up to `TAIL_LENGTH`. */
	tail(): Buffer;
}

/**
 * The same bytes, looked at as they pass. `map` and not `compose`, which on Node 20 has inner streams
 * whose errors nobody hears.
 *
 * @param look is shown each chunk; it must not throw
 */
export function limitBytes(
	stream: ByteStream,
	maximumBytes: number,
	look: (chunk: Buffer) => void,
): PassingStream {
	let bytes = 0;
	let tail: Buffer = Buffer.alloc(0);
	const passing = stream.map((chunk: Buffer) => {
		bytes += chunk.length;
		if (bytes > maximumBytes) throw new TooLargeError();
		// A copy, since a part of a chunk would keep all of it in memory.
		tail =
			chunk.length >= TAIL_LENGTH
				? Buffer.from(chunk.subarray(-TAIL_LENGTH))
				: Buffer.concat([tail, chunk]).subarray(-TAIL_LENGTH);
		look(chunk);
		return chunk;
	});
	return { stream: withErrorSink(passing), passedBytes: () => bytes, tail: () => tail };
}

/**
 * The same stream, whose error waits for its reader. n8n's file store makes a folder before it begins
 * to read; a stream that breaks meanwhile, unheard, would end the whole process.
 */
export function withErrorSink(
	stream: ByteStream,
	onError: (error: Error) => void = () => undefined,
): ByteStream {
	return stream.on('error', onError);
}

/** More bytes came than are allowed. */
export class TooLargeError extends Error {
	override readonly name = 'TooLargeError';
}
