import type { FastifyInstance } from 'fastify';
import { fetchPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

const LARGEST_IMAGE_BYTES = 10 * 1024 * 1024;
const SHORTEST_SIDE = 300;
/** The longer side by the shorter. */
const LONGEST_RATIO = 2.5;
const DURATIONS = [5, 10];
/** Looks until a clip is ready. */
const LOOKS = 2;

/** A clip that was ordered. */
export interface Clip {
	prompt: string;
	/** What it was made of. */
	picture: Picture;
	looks: number;
}

interface ClipOrder {
	prompt?: string;
	image_url?: string;
	duration?: number | string;
}

/**
 * A queue that makes a clip of a picture, as fal sells Kling: `POST /kling`, then its status, then its
 * result. The picture comes by link and is fetched at once. Refuses links without a picture, WebP, sides
 * below 300 pixels, ratios beyond 2.5, and results before the clip is ready.
 */
export function addVideo(server: FastifyInstance, origin: () => string): Clip[] {
	const clips: Clip[] = [];
	const clipOf = (id: string): Clip => {
		const clip = clips[Number(id)];
		if (!clip) throw new Refusal(404, { detail: 'Request not found' });
		return clip;
	};
	server.post<{ Body: ClipOrder }>('/kling', async (request) => {
		const { prompt, image_url: link, duration = 5 } = request.body;
		if (!prompt) throw refusal('prompt', 'field required');
		if (!DURATIONS.includes(Number(duration))) throw refusal('duration', 'must be 5 or 10');
		clips.push({ prompt, picture: acceptable(await fetchPicture(link)), looks: 0 });
		return { request_id: String(clips.length - 1), status: 'IN_QUEUE' };
	});
	server.get<{ Params: { id: string } }>('/kling/requests/:id/status', (request) => {
		const clip = clipOf(request.params.id);
		clip.looks++;
		const status = clip.looks < LOOKS ? 'IN_PROGRESS' : 'COMPLETED';
		return { request_id: request.params.id, status };
	});
	server.get<{ Params: { id: string } }>('/kling/requests/:id', (request) => {
		const clip = clipOf(request.params.id);
		if (clip.looks < LOOKS) throw new Refusal(400, { detail: 'Request is still in progress' });
		const url = `${origin()}/clips/${request.params.id}.mp4`;
		return { video: { url, content_type: 'video/mp4' } };
	});
	return clips;
}

function acceptable(picture: Picture | undefined): Picture {
	if (!picture) throw refusal('image_url', 'Failed to download the file');
	if (picture.type === 'image/webp') throw refusal('image_url', 'Unsupported image format');
	if (picture.bytes.length > LARGEST_IMAGE_BYTES) throw refusal('image_url', 'File too large');
	const [shorter, longer] = [picture.width, picture.height].sort((one, other) => one - other);
	if (shorter! < SHORTEST_SIDE || longer! > LONGEST_RATIO * shorter!) {
		throw refusal('image_url', 'Image dimensions are out of range');
	}
	return picture;
}

const refusal = (field: string, msg: string): Refusal =>
	new Refusal(422, { detail: [{ loc: ['body', field], msg, type: 'value_error' }] });
