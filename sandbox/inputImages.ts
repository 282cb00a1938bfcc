import { createHash } from 'node:crypto';
import { createCanvas, loadImage, type Canvas } from '@napi-rs/canvas';
import { request } from 'undici';
import type { ModelTable } from './models';
import { isUrl, type Complaint, type Parameters } from './validation';

/** Largest input image, in bytes: 20 MB (docs/contracts/queue.md#images-in). */
const largestImageBytes = 20 * 1024 * 1024;

/** Longer side of what is kept of an input image, in pixels: enough to show it in a corner. */
const thumbnailSide = 256;

/** Thumbnails remembered, so that a thousand tasks with one image decode it once. */
const thumbnailsRemembered = 200;

/** A small copy of an input image, with the size of the original. */
export interface Thumbnail {
	canvas: Canvas;
	width: number;
	height: number;
	/** Digest of the original's bytes. */
	digest: string;
}

/** Reads a file that the picture host holds, without going over the network. */
export type LocalFiles = (url: string) => Promise<Buffer | undefined>;

const signatures: ReadonlyArray<readonly [type: string, pattern: RegExp]> = [
	['image/png', /^\x89PNG\r\n/],
	['image/jpeg', /^\xff\xd8\xff/],
	['image/webp', /^RIFF[^]{4}WEBP/],
	['image/gif', /^GIF8[79]a/],
];

/** The type of a picture by its first bytes; undefined when it is none that the gateways take. */
export function pictureType(bytes: Buffer): string | undefined {
	const start = bytes.subarray(0, 16).toString('latin1');
	return signatures.find(([, pattern]) => pattern.test(start))?.[0];
}

const remembered = new Map<string, Promise<Thumbnail>>();

/** Decodes a picture and shrinks it. Rejects when the bytes are no picture. */
export function thumbnailOf(bytes: Buffer): Promise<Thumbnail> {
	const digest = createHash('sha256').update(bytes).digest('hex');
	const known = remembered.get(digest);
	if (known) return known;
	const made = shrink(bytes, digest);
	remembered.set(digest, made);
	const [oldest] = remembered.keys();
	if (remembered.size > thumbnailsRemembered && oldest !== undefined) remembered.delete(oldest);
	return made;
}

async function shrink(bytes: Buffer, digest: string): Promise<Thumbnail> {
	if (!pictureType(bytes)) throw new Error('is not a PNG, JPEG, WebP or GIF image');
	const image = await loadImage(bytes).catch(() => {
		throw new Error('cannot be decoded as an image');
	});
	const { width, height } = image;
	const scale = Math.min(1, thumbnailSide / Math.max(width, height));
	const canvas = createCanvas(
		Math.max(1, Math.round(width * scale)),
		Math.max(1, Math.round(height * scale)),
	);
	canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
	return { canvas, width, height, digest };
}

/** The images of a create, or what is wrong with them. */
export interface InputImages {
	thumbnails: Thumbnail[];
	complaints: Complaint[];
}

/** Reads all images that the parameters hold, in the order of the model's table. */
export async function readInputImages(
	parameters: Parameters,
	table: ModelTable,
	localFiles: LocalFiles,
): Promise<InputImages> {
	const read = await Promise.all(
		imageTexts(parameters, table).map(async ([name, text]) => {
			try {
				return await thumbnailOf(await imageBytes(text, localFiles));
			} catch (error) {
				const message = error instanceof Error ? error.message : 'cannot be read';
				return { path: [name], message, type: 'value_error.image' } satisfies Complaint;
			}
		}),
	);
	return {
		thumbnails: read.filter((entry): entry is Thumbnail => 'canvas' in entry),
		complaints: read.filter((entry): entry is Complaint => 'path' in entry),
	};
}

function imageTexts(parameters: Parameters, table: ModelTable): Array<[string, string]> {
	return Object.entries(table.parameters).flatMap(([name, rule]): Array<[string, string]> => {
		const value = parameters[name];
		if (rule.type === 'image' && typeof value === 'string') return [[name, value]];
		if (rule.type !== 'imageUrls' || !Array.isArray(value)) return [];
		return value.map((url) => [name, String(url)]);
	});
}

async function imageBytes(text: string, localFiles: LocalFiles): Promise<Buffer> {
	const bytes = isUrl(text) ? await download(text, localFiles) : decodeBase64(text);
	if (bytes.length > largestImageBytes) throw new Error('must not be larger than 20 MB');
	return bytes;
}

function decodeBase64(text: string): Buffer {
	if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) throw new Error('is not valid base64');
	return Buffer.from(text, 'base64');
}

/** The sandbox never leaves the loopback, whatever URL it is given. */
async function download(url: string, localFiles: LocalFiles): Promise<Buffer> {
	const local = await localFiles(url);
	if (local) return local;
	if (new URL(url).hostname !== '127.0.0.1') {
		throw new Error('could not be downloaded (the sandbox reads from 127.0.0.1 only)');
	}
	const response = await request(url, { headersTimeout: 10_000, bodyTimeout: 10_000 });
	if (response.statusCode !== 200) {
		await response.body.dump();
		throw new Error(`could not be downloaded (HTTP ${response.statusCode})`);
	}
	return Buffer.from(await response.body.arrayBuffer());
}
