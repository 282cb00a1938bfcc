import type { FastifyInstance } from 'fastify';
import { fetchPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

const LONGEST_CAPTION = 2_200;
const LARGEST_FILE_BYTES = 8 * 1024 * 1024;
/** Width by height: 4:5 to 1.91:1, with room for whole pixels. */
const SHAPES = { narrowest: 0.795, widest: 1.915 };

/** What its followers see. */
export interface InstagramPost {
	caption: string;
	picture: Picture;
}

interface ContainerQuery {
	image_url?: string;
	caption?: string;
}

/**
 * An account of Instagram, as the Graph API publishes to it: `POST /graph/<user>/media` makes a container
 * of `image_url`, which Instagram fetches at once, and `POST /graph/<user>/media_publish` shows it.
 *
 * Refuses what is not a JPEG of at most 8 MB between 4:5 and 1.91:1, captions beyond 2,200 characters,
 * and containers that are not there or are published already.
 */
export function addInstagram(server: FastifyInstance): InstagramPost[] {
	const containers = new Map<string, InstagramPost>();
	const posts: InstagramPost[] = [];
	server.post<{ Querystring: ContainerQuery }>('/graph/:user/media', async (request) => {
		const { image_url: link, caption = '' } = request.query;
		if (caption.length > LONGEST_CAPTION) {
			throw refusal(36_004, 2_207_010, 'The caption was too long.');
		}
		const id = `1789${containers.size + 1}`;
		containers.set(id, { caption, picture: acceptable(await fetchPicture(link)) });
		return { id };
	});
	server.post<{ Querystring: { creation_id?: string } }>(
		'/graph/:user/media_publish',
		(request) => {
			const id = request.query.creation_id ?? '';
			const post = containers.get(id);
			if (!post || posts.includes(post))
				throw refusal(9_007, 2_207_027, 'Media ID is not available');
			posts.push(post);
			return { id: `post${posts.length}` };
		},
	);
	return posts;
}

function acceptable(picture: Picture | undefined): Picture {
	if (!picture) {
		throw refusal(9_004, 2_207_052, 'The media could not be fetched from this URI.');
	}
	if (picture.type !== 'image/jpeg') {
		throw refusal(9_004, 2_207_052, 'Only photo or video can be accepted as media type.');
	}
	if (picture.bytes.length > LARGEST_FILE_BYTES) {
		throw refusal(36_001, 2_207_005, 'The image size is too large.');
	}
	const shape = picture.width / picture.height;
	if (shape < SHAPES.narrowest || shape > SHAPES.widest) {
		throw refusal(36_003, 2_207_009, 'The submitted image has an invalid aspect ratio.');
	}
	return picture;
}

const refusal = (code: number, subcode: number, message: string): Refusal =>
	new Refusal(400, { error: { message, type: 'OAuthException', code, error_subcode: subcode } });
