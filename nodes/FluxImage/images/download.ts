import type { IBinaryData } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream } from '../client/http';
import { READ_RULES, type Until } from '../client/retry';
import type { Outcome } from '../core/problem';
import type { GeneratedImage } from '../core/task';
import type { Dimensions } from './dimensions';
import { foreignTypeOf, pictureTypeOf, SIGNATURE_LENGTH, type PictureType } from './signature';
import { isWebUrl, takePicture, type Destination } from './take';

/** Puts bytes into n8n's binary store. */
export type StorePicture = (
	bytes: ByteStream | Buffer,
	fileName: string,
	contentType: string,
) => Promise<IBinaryData>;

/** Where a picture goes. */
export interface PictureTarget {
	readonly store: StorePicture;
	/** What the file is called, without its extension. */
	readonly stem: string;
	readonly maximumBytes: number;
}

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
 * @returns `pictureUnavailable`, with the URL, where it cannot be had; `notStored` where n8n refuses
 * it; `stopped` on Stop
 */
export async function fetchPicture(
	client: GatewayClient,
	{ url }: GeneratedImage,
	target: PictureTarget,
	until: Until,
): Promise<Outcome<FetchedPicture>> {
	const outcome = await takePicture(url, storeOf(target), async (consume) =>
		client.download(url, { retryNotFound: true, ...until }, consume),
	);
	const { problem } = outcome;
	if (!problem || problem.kind === 'stopped' || problem.kind === 'notStored') return outcome;
	const tried = READ_RULES[problem.kind]?.retry === 'always' ? ', tried until the time was up' : '';
	return {
		problem: {
			...problem,
			kind: 'pictureUnavailable',
			reason: `${problem.reason ?? problem.code ?? problem.kind}${tried}`,
			...(isWebUrl(url) && { pictureUrl: url }),
		},
	};
}

/** n8n's store, under the name and the type that the bytes tell. */
function storeOf({ store, stem, maximumBytes }: PictureTarget): Destination<FetchedPicture> {
	return {
		maximumBytes,
		tooLarge: {
			kind: 'pictureUnavailable',
			reason: `it is larger than Max Image Size allows (${maximumBytes / 1_000_000} MB)`,
		},
		typeOf: (start, contentType) => {
			const type = pictureTypeOf(start) ?? foreignTypeOf(start) ?? typeByHost(start, contentType);
			if (type) return { value: type };
			return { problem: { kind: 'noImages', reason: 'what lies there is not a picture' } };
		},
		take: async (content, { contentType, extension }, dimensions) => {
			const fileName = `${stem}.${extension}`;
			const binary = await store(content, fileName, contentType);
			return { binary, fileName, contentType, dimensions: dimensions() };
		},
		faultOfTaking: 'notStored',
	};
}

/** Kinds that their bytes would have told; of a drawing in XML, no program here makes a picture. */
const TOLD_BY_BYTES: ReadonlySet<string> = new Set(['gif', 'jpeg', 'jpg', 'png', 'svg', 'webp']);

/** A kind of picture that is not known here, as its host calls it; a page or JSON is none. */
function typeByHost(start: Buffer, contentType = ''): PictureType | undefined {
	const extension = kindIn(contentType);
	if (extension === undefined || TOLD_BY_BYTES.has(extension)) return undefined;
	const isText = /^\s*[<{[]/.test(start.toString('latin1'));
	if (isText || start.length < SIGNATURE_LENGTH) return undefined;
	return { contentType: `image/${extension}`, extension };
}

/** The kind of picture that a content type names. */
const kindIn = (contentType: string): string | undefined =>
	/^image\/(?:x-)?([a-z0-9]+)/i.exec(contentType)?.[1]?.toLowerCase();

/** How the names of picture files end. */
const ENDING = /\.(avif|bmp|gif|heic|jpe?g|png|tiff?|webp)$/i;

/**
 * The extension of a picture that is not fetched, by its gateway's word: of its name, its type or its
 * address; nothing where none of them tells. Of a name no more is taken, for it may hold a path.
 */
export function toldExtension({
	fileName = '',
	contentType = '',
	url,
}: GeneratedImage): string | undefined {
	const endingOf = (name: string) => ENDING.exec(name)?.[1]?.toLowerCase();
	const kind = kindIn(contentType);
	const ofType = kind === 'jpeg' ? 'jpg' : kind;
	return endingOf(fileName.trim()) ?? ofType ?? endingOf(url.replace(/[?#][^]*$/, ''));
}
