import type { GatewayClient } from '../client/gatewayClient';
import type { Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import { shownMegabytes, type EarlierPicture, type FetchedUrl } from './checkedImage';
import { findEarlierPicture, unavailable as earlierUnavailable } from './earlierTask';
import { otherThanPicture, pictureTypeOf } from './signature';
import { takePicture, type Destination } from './take';

/** An image's bytes, as they come or all at once. */
type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/**
 * Fetches an input image that the node has to fetch, as base64: without the key, through n8n's own
 * helper, so that its proxy and its rules for hosts hold. Of its bytes only their base64 is held.
 *
 * @returns `inputImageUnavailable`, in words that show no more of the address than its host;
 * `earlierTaskUnavailable` for the picture of an earlier task; `stopped` on Stop
 */
export async function fetchInputImage(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	until: Until,
): Promise<Outcome<string>> {
	return await fetchInput(client, image, until, toBase64);
}

/** Fetches an input image to see whether it can be sent; nothing of it is kept. */
export async function checkInputImage(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	until: Until,
): Promise<Problem | undefined> {
	return (await fetchInput(client, image, until, drain)).problem;
}

async function fetchInput<T>(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	until: Until,
	take: (chunks: Chunks) => Promise<T>,
): Promise<Outcome<T>> {
	const isByUrl = image.form === 'fetchedUrl';
	const found: Outcome<{ readonly url: string }> = isByUrl
		? { value: image }
		: await findEarlierPicture(client, image, until);
	if (found.problem) return found;
	const { url } = found.value;
	const outcome = await takePicture(url, destinationOf(image, take), async (consume) =>
		client.fetchInput(url, until, consume),
	);
	const { problem } = outcome;
	if (!problem || problem.kind === 'stopped') return outcome;
	const reason = (problem.reason ?? problem.code ?? 'it did not come in time')
		// It may hold a password or a signature.
		.replace(/\b[a-z]+:\/\/\S+/gi, 'its address');
	if (!isByUrl) {
		return earlierUnavailable(image, `its picture could not be fetched: ${reason}`, problem);
	}
	const place = `${image.name}, at ${new URL(url).host}`;
	return { problem: { ...problem, ...unavailable(`${place}: ${reason}`) } };
}

function destinationOf<T>(
	{ maximumBytes }: FetchedUrl | EarlierPicture,
	take: (chunks: Chunks) => Promise<T>,
): Destination<T> {
	return {
		maximumBytes,
		tooLarge: unavailable(`it is larger than ${shownMegabytes(maximumBytes)} MB`),
		typeOf: (start) => {
			const type = pictureTypeOf(start);
			if (type) return { value: type };
			return { problem: unavailable(`what lies there is ${otherThanPicture(start)}`) };
		},
		take: async (content) => take(Buffer.isBuffer(content) ? [content] : content),
		faultOfTaking: 'inputImageUnavailable',
	};
}

const unavailable = (reason: string): Problem => ({ kind: 'inputImageUnavailable', reason });

/** The bytes as base64, as they come: three bytes are four letters. */
async function toBase64(chunks: Chunks): Promise<string> {
	let text = '';
	let rest: Buffer = Buffer.alloc(0);
	for await (const chunk of chunks) {
		const bytes = Buffer.concat([rest, chunk]);
		const whole = bytes.length - (bytes.length % 3);
		text += bytes.toString('base64', 0, whole);
		rest = bytes.subarray(whole);
	}
	return text + rest.toString('base64');
}

/** Lets all bytes pass, and gives their number. */
async function drain(chunks: Chunks): Promise<number> {
	let bytes = 0;
	for await (const chunk of chunks) bytes += chunk.length;
	return bytes;
}
