import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream } from '../client/http';
import type { Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import { embeddedBytes } from '../gateways/pictures';
import { shownMegabytes, type EarlierPicture, type FetchedUrl } from './checkedImage';
import { findEarlierPicture, unavailable as earlierUnavailable } from './earlierTask';
import { otherThanPicture, pictureTypeOf, type PictureType } from './signature';
import { takePicture, type BrokenPicture, type Destination } from './take';

/** What is made of an image's bytes. */
interface Way<T> {
	readonly ofStream: Destination<T>['take'];
	/** Of an image that came within a reply. */
	readonly ofBytes: (bytes: Buffer) => T;
}

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
	const way = { ofStream: toBase64, ofBytes: (bytes: Buffer) => bytes.toString('base64') };
	return await fetchInput(client, image, until, way);
}

/** Fetches an input image to see whether it can be sent; nothing of it is kept. */
export async function checkInputImage(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	until: Until,
): Promise<Problem | undefined> {
	const way = { ofStream: drain, ofBytes: ({ length }: Buffer) => length };
	return (await fetchInput(client, image, until, way)).problem;
}

async function fetchInput<T>(
	client: GatewayClient,
	image: FetchedUrl | EarlierPicture,
	until: Until,
	way: Way<T>,
): Promise<Outcome<T>> {
	if (image.form === 'fetchedUrl') {
		const outcome = await fetchFrom(client, image.url, image, until, way);
		const { problem } = outcome;
		return problem && problem.kind !== 'stopped' ? { problem: inWords(image, problem) } : outcome;
	}
	const found = await findEarlierPicture(client, image, until);
	if (found.problem) return found;
	const outcome = await ofEarlierPicture(client, found.value.url, image, until, way);
	const { problem } = outcome;
	if (!problem) return outcome;
	const reason = `its picture could not be fetched: ${withoutAddress(problem)}`;
	return earlierUnavailable(image, reason, problem);
}

async function ofEarlierPicture<T>(
	client: GatewayClient,
	url: string,
	image: EarlierPicture,
	until: Until,
	way: Way<T>,
): Promise<Outcome<T>> {
	const embedded = embeddedBytes(url);
	if (embedded) return ofEmbedded(embedded, image, way);
	if (!isWebUrl(url)) return { problem: unavailable('its address is not http or https') };
	return await fetchFrom(client, url, image, until, way);
}

function ofEmbedded<T>(bytes: Buffer, image: EarlierPicture, { ofBytes }: Way<T>): Outcome<T> {
	const { problem } = inputType(bytes);
	if (problem) return { problem };
	return bytes.length > image.maximumBytes
		? { problem: tooLarge(image) }
		: { value: ofBytes(bytes) };
}

async function fetchFrom<T>(
	client: GatewayClient,
	url: string,
	image: FetchedUrl | EarlierPicture,
	until: Until,
	{ ofStream }: Way<T>,
): Promise<Outcome<T>> {
	const destination: Destination<T> = {
		maximumBytes: image.maximumBytes,
		tooLarge: tooLarge(image),
		typeOf: inputType,
		take: ofStream,
		faultOfTaking: 'inputImageUnavailable',
	};
	let broken: BrokenPicture | undefined;
	return await client.fetchInput(url, until, async (download) => {
		const taken = await takePicture(download, destination, broken);
		broken = taken.broken;
		return taken.outcome;
	});
}

const isWebUrl = (url: string) => /^https?:\/\//i.test(url) && URL.canParse(url);

const tooLarge = ({ maximumBytes }: Pick<FetchedUrl, 'maximumBytes'>) =>
	unavailable(`it is larger than ${shownMegabytes(maximumBytes)} MB`);

const unavailable = (reason: string): Problem => ({ kind: 'inputImageUnavailable', reason });

function inputType(start: Buffer): Outcome<PictureType> {
	const type = pictureTypeOf(start);
	return type
		? { value: type }
		: { problem: unavailable(`what lies there is ${otherThanPicture(start)}`) };
}

/** Which image it is, and why; its address may hold a password or a signature, so only its host is told. */
function inWords({ name, url }: FetchedUrl, problem: Problem): Problem {
	const reason = `${name}, at ${new URL(url).host}: ${withoutAddress(problem)}`;
	return { ...problem, ...unavailable(reason) };
}

const withoutAddress = ({ reason, code }: Problem): string =>
	(reason ?? code ?? 'it did not come in time').replace(/\b[a-z]+:\/\/\S+/gi, 'its address');

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
