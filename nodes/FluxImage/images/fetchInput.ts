import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream } from '../client/http';
import type { Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import { shownMegabytes, type FetchedUrl } from './inputImages';
import { otherThanPicture, pictureTypeOf, type PictureType } from './signature';
import { takePicture, type BrokenPicture, type Destination } from './take';

/**
 * Fetches an input image that is given by its address, as base64: without the key, through n8n's own
 * helper, so that its proxy and its rules for hosts hold. Of its bytes only their base64 is held.
 *
 * @returns `inputImageUnavailable`, in words that show no more of the address than its host; `stopped`
 * on Stop
 */
export async function fetchInputImage(
	client: GatewayClient,
	image: FetchedUrl,
	until: Until,
): Promise<Outcome<string>> {
	return await fetchInput(client, image, until, toBase64);
}

/** Fetches an input image to see whether it can be sent; nothing of it is kept. */
export async function checkInputImage(
	client: GatewayClient,
	image: FetchedUrl,
	until: Until,
): Promise<Problem | undefined> {
	return (await fetchInput(client, image, until, drain)).problem;
}

async function fetchInput<T>(
	client: GatewayClient,
	image: FetchedUrl,
	until: Until,
	take: Destination<T>['take'],
): Promise<Outcome<T>> {
	const destination: Destination<T> = {
		maximumBytes: image.maximumBytes,
		tooLarge: unavailable(`it is larger than ${shownMegabytes(image.maximumBytes)} MB`),
		typeOf: inputType,
		take,
		faultOfTaking: 'inputImageUnavailable',
	};
	let broken: BrokenPicture | undefined;
	const outcome = await client.fetchInput(image.url, until, async (download) => {
		const taken = await takePicture(download, destination, broken);
		broken = taken.broken;
		return taken.outcome;
	});
	const { problem } = outcome;
	return problem && problem.kind !== 'stopped' ? { problem: inWords(image, problem) } : outcome;
}

const unavailable = (reason: string): Problem => ({ kind: 'inputImageUnavailable', reason });

function inputType(start: Buffer): Outcome<PictureType> {
	const type = pictureTypeOf(start);
	return type
		? { value: type }
		: { problem: unavailable(`what lies there is ${otherThanPicture(start)}`) };
}

/** Which image it is, and why; its address may hold a password or a signature, so only its host is told. */
function inWords({ name, url }: FetchedUrl, problem: Problem): Problem {
	const { reason = problem.code ?? 'it did not come in time' } = problem;
	const shown = reason.replace(/\b[a-z]+:\/\/\S+/gi, 'its address');
	return { ...problem, ...unavailable(`${name}, at ${new URL(url).host}: ${shown}`) };
}

/** The bytes as base64, as they come: three bytes are four letters. */
async function toBase64(stream: ByteStream): Promise<string> {
	let text = '';
	let rest: Buffer = Buffer.alloc(0);
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		const bytes = Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % 3);
		text += bytes.toString('base64', 0, whole);
		rest = bytes.subarray(whole);
	}
	return text + rest.toString('base64');
}

/** Lets all bytes pass, and gives their number. */
async function drain(stream: ByteStream): Promise<number> {
	let bytes = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) bytes += chunk.length;
	return bytes;
}
