import type { IBinaryData } from 'n8n-workflow';

import type { GatewayClient } from '../client/gatewayClient';
import type { ByteStream, Download } from '../client/http';
import { READ_RULES, type Until } from '../client/retry';
import type { Outcome, Problem, ProblemKind } from '../core/problem';
import type { GeneratedImage } from '../core/task';
import { pictureTypeOf, SIGNATURE_LENGTH, type PictureType } from './signature';
import { limitBytes, peek, TooLargeError, tooLarge, withErrorSink } from './stream';

/** Puts bytes into n8n's binary store. */
export type StorePicture = (
	bytes: ByteStream,
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
 * it whole, tried again on a bad line.
 *
 * @returns `pictureUnavailable`, with the URL, where it cannot be had; `stopped` on Stop
 */
export async function fetchPicture(
	client: GatewayClient,
	image: GeneratedImage,
	store: StorePicture,
	until: Until,
	maximumBytes: number,
): Promise<Outcome<FetchedPicture>> {
	if (!isWebUrl(image.url)) return unavailable(image, { kind: 'badParameters', reason: NOT_WEB });
	const outcome = await client.download(
		image.url,
		{ ...until, retryNotFound: true },
		async (download) => await storeDownload(download, image, store, maximumBytes),
	);
	const { problem } = outcome;
	return problem && problem.kind !== 'stopped' ? unavailable(image, problem) : outcome;
}

const NOT_WEB = 'its address is not http or https';

async function storeDownload(
	{ statusCode, headers, body }: Download,
	image: GeneratedImage,
	store: StorePicture,
	maximumBytes: number,
): Promise<Outcome<FetchedPicture>> {
	withErrorSink(body);
	const refuse = (problem: Problem) => {
		body.destroy();
		return { problem };
	};
	if (statusCode !== 200) return refuse(hostProblem(statusCode));
	const announced = headers['content-encoding'] ? undefined : headers['content-length'];
	const announcedBytes = announced === undefined ? undefined : Number(announced);
	if (announcedBytes !== undefined && announcedBytes > maximumBytes) {
		return refuse(tooLarge(maximumBytes));
	}
	const type = pictureTypeOf(await peek(body, SIGNATURE_LENGTH));
	if (!type) return refuse({ kind: 'noImages', reason: 'what lies there is not a picture' });
	const fileName = fileNameOf(image, type);
	const { contentType } = type;
	const { stream, passedBytes } = limitBytes(body, maximumBytes);
	try {
		const binary = await store(stream, fileName, contentType);
		if (announcedBytes === undefined || announcedBytes === passedBytes()) {
			return { value: { binary, fileName, contentType } };
		}
		return refuse(cutOff(passedBytes(), announcedBytes));
	} catch (error) {
		if (error instanceof TooLargeError) return refuse(tooLarge(maximumBytes));
		const reason = error instanceof Error ? error.message : String(error);
		return refuse({ kind: 'interrupted', reason });
	}
}

function cutOff(bytes: number, announcedBytes: number): Problem {
	return { kind: 'interrupted', reason: `only ${bytes} of ${announcedBytes} bytes arrived` };
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
			pictureUrl: url,
		},
	};
}

function isWebUrl(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/**
 * The gateway's file name, or the URL's, with the extension that the bytes tell: a gateway may send
 * PNG where JPEG was asked for (docs/contracts/models.md#flux_kontext_max).
 */
function fileNameOf({ fileName, url }: GeneratedImage, { extension }: PictureType): string {
	const base = fileName ?? decodeSafely(new URL(url).pathname.split('/').pop() ?? '');
	const stem = base
		.replace(/\.[A-Za-z0-9]{1,5}$/, '')
		.replace(/[^\p{L}\p{N} ._()-]+/gu, '_')
		.replace(/^\.+/, '')
		.slice(0, LONGEST_STEM);
	return `${stem || 'image'}.${extension}`;
}

/** Longest name before its extension, in characters; file systems take 255 bytes. */
const LONGEST_STEM = 80;

function decodeSafely(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
