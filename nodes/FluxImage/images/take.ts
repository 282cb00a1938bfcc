import type { ByteStream, Download } from '../client/http';
import type { Outcome, Problem, ProblemKind } from '../core/problem';
import { DimensionsReader, type Dimensions } from './dimensions';
import { isWhole, SIGNATURE_LENGTH, type PictureType } from './signature';
import { limitBytes, peek, TooLargeError, withErrorSink } from './stream';

/** Where a picture goes as it comes, and what it must be. */
export interface Destination<T> {
	readonly maximumBytes: number;
	/** What it is told that has more bytes. */
	readonly tooLarge: Problem;
	/** What its first bytes and its host say that it is, or why it is not taken. */
	typeOf(start: Buffer, contentType: string | undefined): Outcome<PictureType>;
	/**
	 * Takes its bytes; what it throws is a fault of its own, or of the line.
	 *
	 * @param dimensions tells them once the bytes have passed; absent where they cannot be told
	 */
	take(stream: ByteStream, type: PictureType, dimensions: () => Dimensions | undefined): Promise<T>;
	/** What it is told where `take` throws, and the line is good. */
	readonly faultOfTaking: ProblemKind;
}

/** What arrived of a picture that lacks its end: the same again is all that there is. */
export interface BrokenPicture {
	readonly bytes: number;
	readonly tail: Buffer;
}

/** What came of one download. */
export interface Taken<T> {
	readonly outcome: Outcome<T>;
	readonly broken?: BrokenPicture;
}

/**
 * Takes a picture from the wire to where it goes, without holding it whole: its host's answer, its
 * kind, its length and its end are looked at on the way.
 *
 * @param brokenBefore what the try before came to, where it lacked the end
 */
export async function takePicture<T>(
	{ statusCode, headers, body }: Download,
	destination: Destination<T>,
	brokenBefore: BrokenPicture | undefined,
): Promise<Taken<T>> {
	const { maximumBytes, tooLarge } = destination;
	let lineError: Error | undefined;
	withErrorSink(body, (error) => (lineError ??= error));
	const refuse = (problem: Problem, broken?: BrokenPicture): Taken<T> => {
		body.destroy();
		return { outcome: { problem }, ...(broken && { broken }) };
	};
	if (statusCode < 200 || statusCode >= 300) return refuse(hostProblem(statusCode));
	if (Number(headers['content-length'] ?? 0) > maximumBytes) return refuse(tooLarge);
	const start = await peek(body, SIGNATURE_LENGTH);
	const { value: type, problem } = destination.typeOf(start, headers['content-type']);
	if (problem) return refuse(problem);
	// It ended before its signature did, so there is nothing left to take.
	if (start.length < SIGNATURE_LENGTH) {
		return refuse(cutOff(start.length, headers['content-length']));
	}
	const header = new DimensionsReader(type);
	const look = (chunk: Buffer) => header.push(chunk);
	const { stream, passedBytes, tail } = limitBytes(body, maximumBytes, look);
	try {
		const value = await destination.take(stream, type, () => header.dimensions);
		const arrived = { bytes: passedBytes(), tail: tail() };
		const isAll =
			isWhole(type, start, arrived.tail, arrived.bytes) || isSame(arrived, brokenBefore);
		if (isAll) return { outcome: { value } };
		return refuse(cutOff(arrived.bytes, headers['content-length']), arrived);
	} catch (error) {
		if (error instanceof TooLargeError) return refuse(tooLarge);
		const reason = error instanceof Error ? error.message : String(error);
		if (!lineError) return refuse({ kind: destination.faultOfTaking, reason });
		const { code } = lineError as NodeJS.ErrnoException;
		return refuse({ kind: 'interrupted', reason, ...(code !== undefined && { code }) });
	}
}

/** What a picture host's HTTP status means; any other below 500 is final. */
const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
	400: 'notFound',
	401: 'notFound',
	403: 'notFound',
	404: 'notFound',
	408: 'gatewayFault',
	410: 'notFound',
	425: 'gatewayFault',
	429: 'rateLimited',
};

function hostProblem(statusCode: number): Problem {
	const ofOthers = statusCode >= 500 ? 'gatewayFault' : 'pictureUnavailable';
	const kind = KIND_OF_STATUS[statusCode] ?? ofOthers;
	return { kind, httpCode: statusCode, reason: `its host answered HTTP ${statusCode}` };
}

function isSame(arrived: BrokenPicture, before: BrokenPicture | undefined): boolean {
	return before?.bytes === arrived.bytes && before.tail.equals(arrived.tail);
}

function cutOff(bytes: number, announced: string | undefined): Problem {
	const of = announced === undefined ? '' : ` of ${announced}`;
	return { kind: 'interrupted', reason: `only ${bytes}${of} bytes arrived, without the end` };
}
