import type { FastifyInstance } from 'fastify';
import { formOf } from './form';
import { readPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

/** Most photos in one post, by platform. */
const MOST_PHOTOS: Readonly<Record<string, number>> = { x: 4, instagram: 10 };

/** A post with its photos, in the order of the form. */
export interface Post {
	title: string;
	platform: string;
	photos: Array<{ field: string; fileName: string; picture: Picture }>;
}

/**
 * A service that posts several photos at once to a social network: `POST /uploadpost`, a form with `title`,
 * `platform` and a file in each field whose name begins with `photo`. Refuses a post without photos or with
 * more than the platform shows, one whose platform is unknown, and files that are no pictures.
 */
export function addPosting(server: FastifyInstance): Post[] {
	const posts: Post[] = [];
	server.post('/uploadpost', async (request) => {
		const { texts, files } = formOf(request.body);
		const { title = '', platform = '' } = texts;
		const most = MOST_PHOTOS[platform];
		if (!title) throw refusal('Title is required');
		if (most === undefined) throw refusal(`Unknown platform: ${platform}`);
		const sent = files.filter(({ field }) => field.startsWith('photo'));
		if (sent.length === 0) throw refusal('No photos provided');
		if (sent.length > most) throw refusal(`${platform} takes at most ${most} photos`);
		const photos = await Promise.all(
			sent.map(async ({ field, fileName, bytes }) => {
				const picture = await readPicture(bytes);
				if (!picture) throw refusal(`${fileName} is not a supported image`);
				return { field, fileName, picture };
			}),
		);
		posts.push({ title, platform, photos });
		return { success: true, photos: photos.length };
	});
	return posts;
}

const refusal = (message: string): Refusal => new Refusal(400, { success: false, message });
