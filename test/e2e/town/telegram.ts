import type { FastifyInstance } from 'fastify';
import { formOf } from './form';
import { readPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

const LARGEST_PHOTO_BYTES = 10 * 1024 * 1024;
/** Width and height together, and the longer side by the shorter. */
const LIMITS = { sides: 10_000, ratio: 20 };
const LONGEST_CAPTION = 1_024;

/** The bot's token; any other is refused. */
const TOKEN = '1:of-the-town';

/** A photo in a chat. */
export interface TelegramPhoto {
	chat: string;
	caption: string;
	picture: Picture;
}

/** Telegram's Bot API, with the photos that the bot has sent. */
export interface Telegram {
	/** What n8n's credential of type `telegramApi` holds. */
	credential(): Record<string, unknown>;
	photos: TelegramPhoto[];
}

/**
 * Telegram's Bot API, as far as a bot sends photos: `POST /bot<token>/sendPhoto`. Refuses tokens that are
 * not the bot's, missing chats, captions that are too long, and what it cannot decode or is too large.
 *
 * @param origin address of the server, once it listens
 */
export function addTelegram(server: FastifyInstance, origin: () => string): Telegram {
	const photos: TelegramPhoto[] = [];
	server.post<{ Params: { token: string } }>('/bot:token/sendPhoto', async (request) => {
		if (request.params.token !== TOKEN) throw refusal(401, 'Unauthorized');
		const { texts, files } = formOf(request.body);
		const { chat_id: chat, caption = '' } = texts;
		if (!chat) throw refusal(400, 'Bad Request: chat_id is empty');
		if (caption.length > LONGEST_CAPTION) {
			throw refusal(400, 'Bad Request: message caption is too long');
		}
		const file = files.find(({ field }) => field === 'photo');
		if (!file) throw refusal(400, 'Bad Request: there is no photo in the request');
		photos.push({ chat, caption, picture: acceptable(await readPicture(file.bytes)) });
		const [id, photo] = [photos.length, [{ file_id: `ph${photos.length}` }]];
		return { ok: true, result: { message_id: id, chat: { id: chat }, photo } };
	});
	return { credential: () => ({ accessToken: TOKEN, baseUrl: origin() }), photos };
}

function acceptable(picture: Picture | undefined): Picture {
	if (!picture) throw refusal(400, 'Bad Request: IMAGE_PROCESS_FAILED');
	if (picture.bytes.length > LARGEST_PHOTO_BYTES) {
		throw refusal(413, 'Request Entity Too Large');
	}
	const [shorter, longer] = [picture.width, picture.height].sort((one, other) => one - other);
	if (shorter! + longer! > LIMITS.sides || longer! > LIMITS.ratio * shorter!) {
		throw refusal(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS');
	}
	return picture;
}

const refusal = (code: number, description: string): Refusal =>
	new Refusal(code, { ok: false, error_code: code, description });
