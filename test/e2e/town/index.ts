import fastify from 'fastify';
import { addWordPress, type WordPress } from '../receivers/wordpress';
import { addChatModel, type ChatModel } from './chatModel';
import { addDrive, type Drive } from './drive';
import { takeFormsAndFiles } from './form';
import { addInstagram, type InstagramPost } from './instagram';
import { addLine, type LineReply } from './line';
import { addPerson, type Review } from './person';
import { addPhotos } from './photos';
import type { Picture } from './pictures';
import { addPosting, type Post } from './posting';
import { answerRefusals } from './refusal';
import { addSheets, type Sheet } from './sheets';
import { addTelegram, type Telegram } from './telegram';
import { addVideo, type Clip } from './video';
import { addX } from './x';

const BODY_LIMIT_BYTES = 50 * 1024 * 1024;

/**
 * All that stands around an image API in the public workflows, on one port of the loopback: each service
 * decodes what it gets and refuses what the real one refuses. What came in is kept, for tests to look at.
 */
export interface Town {
	url: string;
	sheets: Readonly<Record<string, Sheet>>;
	drive: Drive;
	wordPress: WordPress;
	instagram: InstagramPost[];
	telegram: Telegram;
	line: LineReply[];
	chatModel: ChatModel;
	x: Picture[];
	clips: Clip[];
	posts: Post[];
	reviews: Review[];
	close(): Promise<void>;
}

/**
 * Starts a town of its own for a test.
 *
 * @param sheetsOf the sheets of its spreadsheet, by the town's address
 */
export async function startTown(
	sheetsOf: (url: string) => Readonly<Record<string, Sheet>>,
): Promise<Town> {
	const server = fastify({ bodyLimit: BODY_LIMIT_BYTES });
	takeFormsAndFiles(server);
	answerRefusals(server);
	let url = '';
	const origin = (): string => url;
	const sheets: Record<string, Sheet> = {};
	addPhotos(server);
	addSheets(server, sheets);
	const services = {
		drive: addDrive(server, origin),
		// The workflows send no login, so this site asks for none.
		wordPress: addWordPress(server, origin),
		instagram: addInstagram(server),
		telegram: addTelegram(server, origin),
		line: addLine(server),
		chatModel: addChatModel(server, origin),
		x: addX(server),
		clips: addVideo(server, origin),
		posts: addPosting(server),
		reviews: addPerson(server),
	};
	url = await server.listen({ host: '127.0.0.1', port: 0 });
	Object.assign(sheets, sheetsOf(url));
	return { url, sheets, ...services, close: async () => await server.close() };
}
