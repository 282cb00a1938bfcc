import type { IBinaryData } from 'n8n-workflow';

import { ProblemError, type Outcome, type Problem, type ProblemKind } from '../core/problem';
import { untilAnswered } from '../client/retry';
import { READ_RULES } from '../tasks/rules';
import type { Session } from '../client/gatewayClient';
import type { GeneratedImage } from '../core/task';
import type { ByteStream, Download } from '../client/http';
import { counted, heedless, peek, tooLarge } from './stream';
import { pictureTypeOf, SIGNATURE_LENGTH, type PictureType } from './signature';

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

/** How a picture is fetched. */
export interface PictureLimits {
	/** When to give up, in milliseconds since 1970. */
	readonly deadlineMs: number;
	readonly maximumBytes: number;
}

/** The longest that one try at a picture may take, in milliseconds: 20 MB at 2 Mbit/s need 80 s. */
const PICTURE_TIMEOUT_MS = 120_000;

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
 * @throws ProblemError `pictureUnavailable`, with the URL; `stopped` on Stop
 */
export async function fetchPicture(
	session: Session,
	image: GeneratedImage,
	store: StorePicture,
	{ deadlineMs, maximumBytes }: PictureLimits,
): Promise<FetchedPicture> {
	if (!isWebUrl(image.url)) throw unavailable(image, { kind: 'badParameters', reason: NOT_WEB });
	const { transport, halt } = session;
	return await untilAnswered(
		session,
		async (leftMs) =>
			await transport.download(
				image.url,
				{ timeoutMs: Math.min(PICTURE_TIMEOUT_MS, leftMs), signal: halt },
				async (download) => await storeDownload(download, image, store, maximumBytes),
			),
		{ deadlineMs, mayLag: true },
	).catch((error: unknown) => {
		if (!(error instanceof ProblemError) || error.problem.kind === 'stopped') throw error;
		throw unavailable(image, error.problem);
	});
}

const NOT_WEB = 'its address is not http or https';

async function storeDownload(
	{ statusCode, headers, body }: Download,
	image: GeneratedImage,
	store: StorePicture,
	maximumBytes: number,
): Promise<Outcome<FetchedPicture>> {
	heedless(body);
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
	const { stream, passedBytes } = counted(body, maximumBytes);
	try {
		const binary = await store(stream, fileName, contentType);
		if (announcedBytes === undefined || announcedBytes === passedBytes()) {
			return { value: { binary, fileName, contentType } };
		}
		return refuse(cutOff(passedBytes(), announcedBytes));
	} catch (error) {
		return refuse(
			error instanceof ProblemError
				? error.problem
				: { kind: 'interrupted', reason: error instanceof Error ? error.message : String(error) },
		);
	}
}

function cutOff(bytes: number, announcedBytes: number): Problem {
	return { kind: 'interrupted', reason: `only ${bytes} of ${announcedBytes} bytes arrived` };
}

function hostProblem(statusCode: number): Problem {
	const kind = KIND_OF_STATUS[statusCode] ?? (statusCode >= 500 ? 'gatewayFault' : 'badParameters');
	return { kind, httpCode: statusCode, reason: `its host answered HTTP ${statusCode}` };
}

function unavailable({ url }: GeneratedImage, problem: Problem): ProblemError {
	const tried = READ_RULES[problem.kind] === 'again' ? ', tried until the time was up' : '';
	return new ProblemError({
		...problem,
		kind: 'pictureUnavailable',
		reason: `${problem.reason ?? problem.code ?? problem.kind}${tried}`,
		pictureUrl: url,
	});
}

function isWebUrl(url: string): boolean {
	return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/**
 * The gateway's file name, or the URL's, with the extension that the bytes tell: a gateway may send
 * PNG where JPEG was asked for (contract: models).
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
