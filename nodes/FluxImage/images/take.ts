import type { ByteStream, Download } from '../client/http';
import { omitUndefined } from '../core/json';
import type { Outcome, Problem, ProblemKind } from '../core/problem';
import { embeddedBytes } from '../gateways/pictures';
import { DimensionsReader, dimensionsOf, type Dimensions } from './dimensions';
import { isWhole, SIGNATURE_LENGTH, type PictureType } from './signature';
import { limitBytes, peek, TooLargeError, withErrorSink } from './stream';

/** Where a picture goes, and what it must be. */
export interface Destination<T> {
	readonly maximumBytes: number;
	/** What it is told that has more bytes. */
	readonly tooLarge: Problem;
	/** What its first bytes and its host say that it is, or why it is not taken. */
	typeOf(start: Buffer, contentType?: string): Outcome<PictureType>;
	/**
	 * Takes its bytes, as they come or all at once; what it throws is a fault of its own, or of the line.
	 *
	 * @param dimensions tells them once the bytes have passed; absent where they cannot be told
	 */
	take(
		content: ByteStream | Buffer,
		type: PictureType,
		dimensions: () => Dimensions | undefined,
	): Promise<T>;
	/** What it is told where `take` throws, and the line is good. */
	readonly faultOfTaking: ProblemKind;
}

/** Whether something can be fetched. */
export const isWebUrl = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

/**
 * Takes a picture from where its gateway put it: out of the reply itself, or from the web.
 *
 * @param fetch downloads it, tried again as often as that may help
 */
export async function takePicture<T>(
	url: string,
	destination: Destination<T>,
	fetch: (consume: (download: Download) => Promise<Outcome<T>>) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
	const embedded = embeddedBytes(url);
	if (embedded) return await takeEmbedded(embedded, destination);
	if (isWebUrl(url)) return await fetch(takeFromWire(destination));
	return { problem: { kind: 'pictureUnavailable', reason: 'its address is not http or https' } };
}

/** A picture that came within the reply: it is there, or it is none. */
async function takeEmbedded<T>(bytes: Buffer, destination: Destination<T>): Promise<Outcome<T>> {
	const { value: type, problem } = destination.typeOf(bytes);
	if (problem) return { problem };
	if (bytes.length > destination.maximumBytes) return { problem: destination.tooLarge };
	try {
		return { value: await destination.take(bytes, type, () => dimensionsOf(type, bytes)) };
	} catch (error) {
		return { problem: { kind: destination.faultOfTaking, reason: reasonOf(error) } };
	}
}

/** What arrived of a picture that lacks its end. */
interface BrokenPicture {
	readonly bytes: number;
	readonly tail: Buffer;
}

/**
 * Takes a picture from the wire to where it goes, without holding it whole: its host's answer, its
 * kind, its length and its end are looked at on the way. One that lacks its end in the same way at two
 * tries, one after the other, is all that there is.
 *
 * @returns what each try of the download is handed to
 */
function takeFromWire<T>(destination: Destination<T>): (download: Download) => Promise<Outcome<T>> {
	const { maximumBytes, tooLarge } = destination;
	let brokenBefore: BrokenPicture | undefined;
	return async ({ statusCode, headers, body }) => {
		const before = brokenBefore;
		brokenBefore = undefined;
		let lineError: NodeJS.ErrnoException | undefined;
		withErrorSink(body, (error) => (lineError ??= error));
		const refuse = (problem: Problem) => {
			body.destroy();
			return { problem };
		};
		if (statusCode < 200 || statusCode >= 300) return refuse(hostProblem(statusCode));
		const announced = headers['content-length'];
		if (Number(announced ?? 0) > maximumBytes) return refuse(tooLarge);
		const start = await peek(body, SIGNATURE_LENGTH);
		const { value: type, problem } = destination.typeOf(start, headers['content-type']);
		if (problem) return refuse(problem);
		// It ended before its signature did, so there is nothing left to take.
		if (start.length < SIGNATURE_LENGTH) return refuse(cutOff(start.length, announced));
		const header = new DimensionsReader(type);
		const passing = limitBytes(body, maximumBytes, (chunk) => header.push(chunk));
		try {
			const value = await destination.take(passing.stream, type, () => header.dimensions);
			const arrived = { bytes: passing.passedBytes(), tail: passing.tail() };
			const isComplete = isWhole(type, start, arrived.tail, arrived.bytes);
			if (isComplete || isSame(arrived, before)) return { value };
			brokenBefore = arrived;
			return refuse(cutOff(arrived.bytes, announced));
		} catch (error) {
			if (error instanceof TooLargeError) return refuse(tooLarge);
			const reason = reasonOf(error);
			if (!lineError) return refuse({ kind: destination.faultOfTaking, reason });
			return refuse({ kind: 'interrupted', reason, ...omitUndefined({ code: lineError.code }) });
		}
	};
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

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

const isSame = (arrived: BrokenPicture, before: BrokenPicture | undefined): boolean =>
	before?.bytes === arrived.bytes && before.tail.equals(arrived.tail);

function cutOff(bytes: number, announced: string | undefined): Problem {
	const of = announced === undefined ? '' : ` of ${announced}`;
	return { kind: 'interrupted', reason: `only ${bytes}${of} bytes arrived, without the end` };
}
