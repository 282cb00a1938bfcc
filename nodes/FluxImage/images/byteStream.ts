import { ProblemError } from '../problems/problem';
import type { ByteStream } from '../transport/transport';

/** The chunks of a byte stream, as its iterator gives them. */
type Chunks = AsyncIterable<Buffer>;

/**
 * The first bytes of a stream, put back so that the stream still has them. Fewer than asked where it
 * ends before; rejects with the stream's error.
 */
export async function peek(stream: ByteStream, count: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	while (length < count && (await isReadable(stream))) {
		for (let chunk = read(stream); chunk !== null && length < count; ) {
			chunks.push(chunk);
			length += chunk.length;
			chunk = length < count ? read(stream) : null;
		}
	}
	const start = Buffer.concat(chunks);
	if (!stream.readableEnded && length > 0) stream.unshift(start);
	return start.subarray(0, count);
}

const read = (stream: ByteStream) => stream.read() as Buffer | null;

/** Waits until there is something to read; false at the stream's end. */
async function isReadable(stream: ByteStream): Promise<boolean> {
	if (stream.readableLength > 0) return true;
	if (stream.readableEnded || stream.destroyed) return false;
	return await new Promise<boolean>((resolve, reject) => {
		const settle = (then: () => void) => () => {
			stream
				.off('readable', onReadable)
				.off('end', onEnd)
				.off('error', onError)
				.off('close', onEnd);
			then();
		};
		const onReadable = settle(() => resolve(stream.readableLength > 0));
		const onEnd = settle(() => resolve(false));
		const onError = (error: Error) => settle(() => reject(error))();
		stream.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onEnd);
	});
}

/**
 * The same bytes, counted as they pass: the stream ends with a ProblemError where there are more than
 * `maximumBytes`, or not as many as were announced.
 */
export function counted(
	stream: ByteStream,
	maximumBytes: number,
	announcedBytes: number | undefined,
): ByteStream {
	return stream.compose(async function* (chunks: Chunks) {
		let bytes = 0;
		for await (const chunk of chunks) {
			bytes += chunk.length;
			if (bytes > maximumBytes) throw new ProblemError(tooLarge(maximumBytes));
			yield chunk;
		}
		if (announcedBytes !== undefined && bytes !== announcedBytes) {
			throw new ProblemError({
				kind: 'interrupted',
				reason: `only ${bytes} of ${announcedBytes} bytes arrived`,
			});
		}
	} as never) as ByteStream;
}

/** The problem of a picture that is over the limit. */
export function tooLarge(maximumBytes: number) {
	const megabytes = maximumBytes / 1_000_000;
	return {
		kind: 'badParameters',
		reason: `it is larger than Max Image Size allows (${megabytes} MB)`,
	} as const;
}
