import { loadImage } from '@napi-rs/canvas';

/** A picture that was decoded as a whole, so that no claim of its sender is believed. */
export interface Picture {
	type: PictureType;
	/** In pixels. */
	width: number;
	height: number;
	bytes: Buffer;
}

type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

const SIGNATURES: ReadonlyArray<readonly [PictureType, RegExp]> = [
	['image/png', /^\x89PNG\r\n/],
	['image/jpeg', /^\xff\xd8\xff/],
	['image/webp', /^RIFF[^]{4}WEBP/],
];

/** Decodes a file; undefined where it is no JPEG, PNG or WebP, or a broken one. */
export async function readPicture(bytes: Buffer): Promise<Picture | undefined> {
	const start = bytes.subarray(0, 16).toString('latin1');
	const type = SIGNATURES.find(([, signature]) => signature.test(start))?.[0];
	if (!type) return undefined;
	const size = await loadImage(bytes).catch(() => undefined);
	return size && { type, width: size.width, height: size.height, bytes };
}

/**
 * Fetches a picture by its link, as services do that take no file: without login, following
 * redirects. Never leaves the loopback.
 *
 * @returns undefined where the link is none, is dead, or leads to something else, such as a page
 */
export async function fetchPicture(link: unknown): Promise<Picture | undefined> {
	if (typeof link !== 'string' || !URL.canParse(link)) return undefined;
	if (new URL(link).hostname !== '127.0.0.1') return undefined;
	const response = await fetch(link).catch(() => undefined);
	if (!response) return undefined;
	const bytes = Buffer.from(await response.arrayBuffer());
	return response.ok ? await readPicture(bytes) : undefined;
}
