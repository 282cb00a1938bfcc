import type { IBinaryData } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream } from '../client/http';
import { READ_RULES, type Until } from '../client/retry';
import type { Outcome, Problem } from '../core/problem';
import type { GeneratedImage } from '../core/task';
import { embeddedBytes } from '../gateways/pictures';
import { dimensionsOf, type Dimensions } from './dimensions';
import { foreignTypeOf, pictureTypeOf, SIGNATURE_LENGTH, type PictureType } from './signature';
import { tooLarge } from './stream';
import { takePicture, type BrokenPicture, type Destination } from './take';

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
	/** Absent where its header does not tell them. */
	readonly dimensions?: Dimensions | undefined;
}

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
	if (!isWebUrl(image.url))
		return unavailable(image, { kind: 'pictureUnavailable', reason: NOT_WEB });
	const destination = storeOf({ store, stem, maximumBytes });
	let broken: BrokenPicture | undefined;
	const outcome = await client.download(
		image.url,
		{ retryNotFound: true, ...until },
		async (download) => {
			const taken = await takePicture(download, destination, broken);
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
	const type = pictureTypeOf(bytes) ?? foreignTypeOf(bytes);
	if (!type) return unavailable(image, NO_PICTURE);
	if (bytes.length > maximumBytes) return unavailable(image, tooLarge(maximumBytes));
	const fileName = `${stem}.${type.extension}`;
	const { contentType } = type;
	try {
		const binary = await store(bytes, fileName, contentType);
		return { value: { binary, fileName, contentType, dimensions: dimensionsOf(type, bytes) } };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { problem: { kind: 'notStored', reason } };
	}
}

const NO_PICTURE: Problem = { kind: 'noImages', reason: 'what lies there is not a picture' };

const NOT_WEB = 'its address is not http or https';

/** n8n's store, under the name and the type that the bytes tell. */
function storeOf({ store, stem, maximumBytes }: PictureTarget): Destination<FetchedPicture> {
	return {
		maximumBytes,
		tooLarge: tooLarge(maximumBytes),
		typeOf: (start, contentType) => {
			const type = pictureTypeOf(start) ?? foreignTypeOf(start) ?? typeByHost(contentType, start);
			return type ? { value: type } : { problem: NO_PICTURE };
		},
		take: async (stream, { contentType, extension }, dimensions) => {
			const fileName = `${stem}.${extension}`;
			const binary = await store(stream, fileName, contentType);
			return { binary, fileName, contentType, dimensions: dimensions() };
		},
		faultOfTaking: 'notStored',
	};
}

/** Kinds that their bytes would have told; of a drawing in XML, no program here makes a picture. */
const TOLD_BY_BYTES: ReadonlySet<string> = new Set(['gif', 'jpeg', 'jpg', 'png', 'svg', 'webp']);

/** A kind of picture that is not known here, as its host calls it; a page or JSON is none. */
function typeByHost(contentType: string | undefined, start: Buffer): PictureType | undefined {
	const [, subtype] = /^image\/(?:x-)?([a-z0-9]+)/i.exec(contentType ?? '') ?? [];
	const isText = /^\s*[<{[]/.test(start.toString('latin1'));
	const extension = subtype?.toLowerCase();
	if (extension === undefined || TOLD_BY_BYTES.has(extension)) return undefined;
	if (isText || start.length < SIGNATURE_LENGTH) return undefined;
	return { contentType: `image/${extension}`, extension };
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
