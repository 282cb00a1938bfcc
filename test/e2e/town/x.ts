import type { FastifyInstance } from 'fastify';
import { formOf } from './form';
import { readPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

const LARGEST_IMAGE_BYTES = 5 * 1024 * 1024;
const PATH = '/x/media/upload.json';

/**
 * The media of an account of X: `POST /x/media/upload.json`, a form with the file as `media`. Refuses what
 * is no JPEG, PNG or WebP of at most 5 MB.
 */
export function addX(server: FastifyInstance): Picture[] {
	const media: Picture[] = [];
	server.post(PATH, async (request) => {
		const file = formOf(request.body).files.find(({ field }) => field === 'media');
		if (!file) throw refusal('media parameter is missing.');
		const picture = await readPicture(file.bytes);
		if (!picture) throw refusal('media type unrecognized.');
		const { type, width, height, bytes } = picture;
		if (bytes.length > LARGEST_IMAGE_BYTES)
			throw refusal('Image file size must be <= 5242880 bytes');
		media.push(picture);
		const id = 7_105_113_633 + media.length;
		const image = { image_type: type, w: width, h: height };
		return { media_id: id, media_id_string: String(id), size: bytes.length, image };
	});
	return media;
}

const refusal = (error: string): Refusal => new Refusal(400, { request: PATH, error });
