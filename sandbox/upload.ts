import { pictureType } from './inputImages';
import type { Refusal } from './protocol';

/** Largest upload, in bytes: 10 MB (docs/contracts/toapis.md#upload). */
const largestUploadBytes = 10 * 1024 * 1024;

/** An uploaded picture. */
export interface Upload {
	bytes: Buffer;
	/** By its bytes, not by what the sender says. */
	type: string;
}

/** Reads the file out of a multipart form, or says what is wrong with it. */
export async function readUpload(
	contentType: string | undefined,
	body: unknown,
): Promise<Upload | Refusal> {
	const file = await formFile(contentType, body);
	if (!file) {
		return invalid('a multipart form with a file in the field "file" is required');
	}
	if (file.size > largestUploadBytes) return invalid('the file is larger than 10 MB');
	const bytes = Buffer.from(await file.arrayBuffer());
	const type = pictureType(bytes);
	return type ? { bytes, type } : invalid('the file is not a JPEG, PNG, WebP or GIF image');
}

function invalid(message: string): Refusal {
	return { kind: 'invalid', message, path: ['file'] };
}

/** Node's own reader of multipart forms; undefined when the body is none. */
async function formFile(contentType: string | undefined, body: unknown): Promise<File | undefined> {
	if (!contentType?.startsWith('multipart/form-data') || !Buffer.isBuffer(body)) return undefined;
	try {
		const form = await new Response(new Uint8Array(body), {
			headers: { 'content-type': contentType },
		}).formData();
		const file = form.get('file');
		return typeof file === 'object' && file !== null ? file : undefined;
	} catch {
		return undefined;
	}
}
