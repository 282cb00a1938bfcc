import type { IBinaryData } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream, Download } from '../client/http';
import { READ_RULES, type Until } from '../client/retry';
import type { Outcome, Problem, ProblemKind } from '../core/problem';
import type { GeneratedImage } from '../core/task';
import { embeddedBytes } from '../gateways/pictures';
import { isWhole, pictureTypeOf, SIGNATURE_LENGTH, type PictureType } from './signature';
import { limitBytes, peek, TooLargeError, tooLarge, withErrorSink } from './stream';

/** Puts bytes into n8n's binary store. */
export type StorePicture = (
	bytes: ByteStream | Buffer,
	fileName: string,
	contentType: string,
) => Promise<IBinaryData>;

/** A generated image in n8n's hands. */
export interface FetchedPicture {
	readonly binary: IBinaryData;
	readonly fileName: string;
	readonly contentType: string;
}

/** What a picture host's HTTP status means; any other below 500 is final. */
const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
	401: 'notFound',
	403: 'notFound',
	404: 'notFound',
	408: 'gatewayFault',
	410: 'notFound',
	429: 'rateLimited',
};

/**
 * Fetches a generated image from the wire into n8n's binary store, without the key, without holding
 * it whole, tried again on a bad line. An image that stands in the reply itself is taken from there.
 *
 * @param stem what the file is called, without its extension
 * @returns `pictureUnavailable`, with the URL, where it cannot be had; `notStored` where n8n refuses
 * it; `stopped` on Stop
 */
export async function fetchPicture(
	client: GatewayClient,
	image: GeneratedImage,
	{ store, stem, maximumBytes }: PictureTarget,
	until: Until,
): Promise<Outcome<FetchedPicture>> {
	const embedded = embeddedBytes(image.url);
	if (embedded) return await storeEmbedded(embedded, image, { store, stem, maximumBytes });
	if (!isWebUrl(image.url)) return unavailable(image, { kind: 'badParameters', reason: NOT_WEB });
	let broken: BrokenPicture | undefined;
	const outcome = await client.download(
		image.url,
		{ retryNotFound: true, ...until },
		async (download) => {
			const taken = await storeDownload(download, { store, stem, maximumBytes }, broken);
			broken = taken.broken;
			return taken.outcome;
		},
	);
	const { problem } = outcome;
	const isPicture = problem && problem.kind !== 'stopped' && problem.kind !== 'notStored';
	return isPicture ? unavailable(image, problem) : outcome;
}

/** Where a picture goes. */
export interface PictureTarget {
	readonly store: StorePicture;
	/** What the file is called, without its extension. */
	readonly stem: string;
	readonly maximumBytes: number;
}

/** A picture that came within the reply: it is there, or it is none. */
async function storeEmbedded(
	bytes: Buffer,
	image: GeneratedImage,
	{ store, stem, maximumBytes }: PictureTarget,
): Promise<Outcome<FetchedPicture>> {
	const type = pictureTypeOf(bytes);
	if (!type) return unavailable(image, NO_PICTURE);
	if (bytes.length > maximumBytes) return unavailable(image, tooLarge(maximumBytes));
	const fileName = `${stem}.${type.extension}`;
	const { contentType } = type;
	try {
		return { value: { binary: await store(bytes, fileName, contentType), fileName, contentType } };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { problem: { kind: 'notStored', reason } };
	}
}

const NO_PICTURE: Problem = { kind: 'noImages', reason: 'what lies there is not a picture' };

const NOT_WEB = 'its address is not http or https';

/** What arrived of a picture that lacks its end: the same again is all that there is. */
interface BrokenPicture {
	readonly bytes: number;
	readonly tail: Buffer;
}

interface Taken {
	readonly outcome: Outcome<FetchedPicture>;
	readonly broken?: BrokenPicture;
}

async function storeDownload(
	{ statusCode, headers, body }: Download,
	{ store, stem, maximumBytes }: PictureTarget,
	brokenBefore: BrokenPicture | undefined,
): Promise<Taken> {
	let lineError: Error | undefined;
	withErrorSink(body, (error) => (lineError ??= error));
	const refuse = (problem: Problem, broken?: BrokenPicture): Taken => {
		body.destroy();
		return { outcome: { problem }, ...(broken && { broken }) };
	};
	if (statusCode < 200 || statusCode >= 300) return refuse(hostProblem(statusCode));
	if (Number(headers['content-length'] ?? 0) > maximumBytes) return refuse(tooLarge(maximumBytes));
	const start = await peek(body, SIGNATURE_LENGTH);
	const type = pictureTypeOf(start) ?? typeByHost(headers['content-type'], start);
	if (!type) return refuse(NO_PICTURE);
	const fileName = `${stem}.${type.extension}`;
	const { contentType } = type;
	const { stream, passedBytes, tail } = limitBytes(body, maximumBytes);
	try {
		const binary = await store(stream, fileName, contentType);
		const arrived = { bytes: passedBytes(), tail: tail() };
		const isAll =
			isWhole(type, start, arrived.tail, arrived.bytes) || isSame(arrived, brokenBefore);
		if (isAll) return { outcome: { value: { binary, fileName, contentType } } };
		return refuse(cutOff(arrived.bytes, headers['content-length']), arrived);
	} catch (error) {
		if (error instanceof TooLargeError) return refuse(tooLarge(maximumBytes));
		const reason = error instanceof Error ? error.message : String(error);
		return refuse({ kind: lineError ? 'interrupted' : 'notStored', reason });
	}
}

/** Kinds that their bytes would have told. */
const TOLD_BY_BYTES: ReadonlySet<string> = new Set(['gif', 'jpeg', 'jpg', 'png', 'webp']);

/** A kind of picture that is not known here, as its host calls it; a page or JSON is none. */
function typeByHost(contentType: string | undefined, start: Buffer): PictureType | undefined {
	const [, subtype] = /^image\/([a-z0-9]+)/i.exec(contentType ?? '') ?? [];
	const isText = /^\s*[<{[]/.test(start.toString('latin1'));
	const extension = subtype?.toLowerCase();
	if (extension === undefined || TOLD_BY_BYTES.has(extension)) return undefined;
	if (isText || start.length < SIGNATURE_LENGTH) return undefined;
	return { contentType: `image/${extension}`, extension };
}

function isSame(arrived: BrokenPicture, before: BrokenPicture | undefined): boolean {
	return before?.bytes === arrived.bytes && before.tail.equals(arrived.tail);
}

function cutOff(bytes: number, announced: string | undefined): Problem {
	const of = announced === undefined ? '' : ` of ${announced}`;
	return { kind: 'interrupted', reason: `only ${bytes}${of} bytes arrived, without the end` };
}

function hostProblem(statusCode: number): Problem {
	const kind = KIND_OF_STATUS[statusCode] ?? (statusCode >= 500 ? 'gatewayFault' : 'badParameters');
	return { kind, httpCode: statusCode, reason: `its host answered HTTP ${statusCode}` };
}

function unavailable({ url }: GeneratedImage, problem: Problem): { problem: Problem } {
	const tried = READ_RULES[problem.kind]?.retry === 'always' ? ', tried until the time was up' : '';
	return {
		problem: {
			...problem,
			kind: 'pictureUnavailable',
			reason: `${problem.reason ?? problem.code ?? problem.kind}${tried}`,
			...(isWebUrl(url) ? { pictureUrl: url } : {}),
		},
	};
}

function isWebUrl(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}
