import type { FastifyInstance } from 'fastify';
import { fetchPicture, type Picture } from './pictures';
import { Refusal } from './refusal';

const LARGEST_IMAGE_BYTES = 10 * 1024 * 1024;
const MOST_MESSAGES = 5;
const LONGEST_TEXT = 5_000;
const LONGEST_LINK = 2_000;

/** A reply as it appears in the chat. */
export interface LineReply {
	replyToken: string;
	/** What is read, of text messages. */
	texts: string[];
	/** What is seen, of image messages: the app fetches each by its link. */
	pictures: Picture[];
}

type LineMessage =
	| { type: 'text'; text?: string }
	| { type: 'image'; originalContentUrl?: string; previewImageUrl?: string };

interface ReplyBody {
	replyToken?: string;
	messages?: LineMessage[];
}

/**
 * LINE's Messaging API, as far as a bot replies: `POST /line/reply`. A reply token holds for one reply.
 * Image messages are links; the person's app fetches them, and shows JPEG and PNG up to 10 MB. That links
 * begin with https is not asked for here.
 */
export function addLine(server: FastifyInstance): LineReply[] {
	const replies: LineReply[] = [];
	server.post<{ Body: ReplyBody }>('/line/reply', async (request) => {
		const { replyToken, messages = [] } = request.body;
		if (!replyToken || replies.some((reply) => reply.replyToken === replyToken)) {
			throw new Refusal(400, { message: 'Invalid reply token' });
		}
		if (messages.length === 0 || messages.length > MOST_MESSAGES) {
			throw invalid('messages', 'Size must be between 1 and 5');
		}
		const reply: LineReply = { replyToken, texts: [], pictures: [] };
		for (const [index, message] of messages.entries()) {
			await show(message, `messages[${index}]`, reply);
		}
		replies.push(reply);
		return { sentMessages: messages.map((_, index) => ({ id: `${replies.length}${index}` })) };
	});
	return replies;
}

async function show(message: LineMessage, at: string, reply: LineReply): Promise<void> {
	if (message.type === 'text') {
		const { text = '' } = message;
		if (!text || text.length > LONGEST_TEXT) throw invalid(`${at}.text`, 'May not be empty');
		reply.texts.push(text);
		return;
	}
	const { originalContentUrl, previewImageUrl } = message;
	for (const [name, link] of Object.entries({ originalContentUrl, previewImageUrl })) {
		if (!link || !URL.canParse(link) || link.length > LONGEST_LINK) {
			throw invalid(`${at}.${name}`, 'Must be a valid URL');
		}
	}
	const picture = await fetchPicture(originalContentUrl);
	const isShown =
		picture && picture.type !== 'image/webp' && picture.bytes.length <= LARGEST_IMAGE_BYTES;
	if (isShown) reply.pictures.push(picture);
}

const invalid = (property: string, message: string): Refusal =>
	new Refusal(400, {
		message: 'The request body has 1 error(s)',
		details: [{ message, property }],
	});
