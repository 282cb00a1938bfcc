import fastify, { type FastifyInstance } from 'fastify';
import { readPicture } from '../town/pictures';
import { answerRefusals, Refusal } from '../town/refusal';

/** The account of the site: a user and an application password. */
const ACCOUNT = { username: 'editor', password: 'abcd EFGH 1234 ijkl MNOP 5678' };
const AUTHORIZATION = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;
const BODY_LIMIT_BYTES = 50 * 1024 * 1024;
const FIRST_ID = 15;

/** Name endings of each type that the media library takes, the one that it gives first. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
	'image/jpeg': ['jpg', 'jpeg', 'jpe'],
	'image/png': ['png'],
	'image/webp': ['webp'],
};

/** A file in the media library. */
export interface Media {
	id: number;
	fileName: string;
	/** By its bytes, whatever was declared. */
	mimeType: string;
	bytes: Buffer;
	altText: string;
}

/** A post as it was published. */
export interface WordPressPost {
	id: number;
	title: string;
	content: string;
	status: string;
	featuredMedia: Media | undefined;
	/** The fields of the plugin Advanced Custom Fields. */
	acf: Record<string, unknown>;
}

/** What a site holds. */
export interface WordPress {
	library: Media[];
	posts: WordPressPost[];
}

/** A site with WordPress's REST interface for media and posts, as far as an upload needs it. */
export interface WordPressSite {
	url: string;
	/** What n8n's credential of type `wordpressApi` holds. */
	credential: Record<string, unknown>;
	close(): Promise<void>;
}

/** Starts a site that asks for a login, on a free port of the loopback. */
export async function startWordPress(): Promise<WordPressSite> {
	const server = fastify({ bodyLimit: BODY_LIMIT_BYTES });
	server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	server.addHook('onRequest', async (request, reply) => {
		const needsLogin = request.method !== 'GET';
		if (!needsLogin || request.headers.authorization === AUTHORIZATION) return;
		await reply.code(401).send({
			code: 'rest_cannot_create',
			message: 'Sorry, you are not allowed to create posts as this user.',
			data: { status: 401 },
		});
	});
	answerRefusals(server);
	let url = '';
	addWordPress(server, () => url);
	url = await server.listen({ host: '127.0.0.1', port: 0 });
	const credential = { ...ACCOUNT, url, allowUnauthorizedCerts: false };
	return { url, credential, close: async () => await server.close() };
}

/**
 * Adds a site to a server that hands on files as bytes and answers refusals. Paths, bodies, replies and
 * errors are those of WordPress's REST API handbook: `POST /wp-json/wp/v2/media` takes a file with its name
 * in Content-Disposition, `POST /wp-json/wp/v2/media/<id>` changes its texts, the file is then at its
 * `source_url` for everyone, and `POST /wp-json/wp/v2/posts` publishes.
 *
 * Refuses uploads without a name, a type or bytes, files that are no pictures, whatever their name says,
 * posts with nothing in them, and featured media that is not in the library.
 *
 * @param origin address of the site, once it listens
 */
export function addWordPress(server: FastifyInstance, origin: () => string): WordPress {
	const site: WordPress = { library: [], posts: [] };
	addMediaRoutes(server, site, origin);
	addPostRoutes(server, site, origin);
	return site;
}

function addMediaRoutes(
	server: FastifyInstance,
	{ library }: WordPress,
	origin: () => string,
): void {
	const mediaOf = (id: string): Media => {
		const media = library.find((each) => each.id === Number(id));
		if (!media) throw refusal(404, 'rest_post_invalid_id', 'Invalid post ID.');
		return media;
	};
	server.post('/wp-json/wp/v2/media', async ({ headers, body }, reply) => {
		const disposition = headers['content-disposition'];
		const media = {
			...(await readUpload(disposition, headers['content-type'], body)),
			id: FIRST_ID + library.length,
			altText: '',
		};
		media.fileName = freeName(media.fileName, library);
		library.push(media);
		return await reply.code(201).send(describe(media, origin()));
	});
	server.post<{ Params: { id: string }; Body: { alt_text?: string } }>(
		'/wp-json/wp/v2/media/:id',
		(request) => {
			const media = mediaOf(request.params.id);
			media.altText = request.body.alt_text ?? media.altText;
			return describe(media, origin());
		},
	);
	server.get<{ Params: { id: string } }>('/wp-json/wp/v2/media/:id', (request) =>
		describe(mediaOf(request.params.id), origin()),
	);
	server.get<{ Params: { fileName: string } }>(
		'/wp-content/uploads/:fileName',
		async (request, reply) => {
			const { fileName } = request.params;
			const media = library.find((file) => file.fileName === fileName);
			if (!media) return await reply.code(404).send();
			return await reply.type(media.mimeType).send(media.bytes);
		},
	);
}

async function readUpload(
	disposition: string | undefined,
	type: string | undefined,
	body: unknown,
) {
	if (!Buffer.isBuffer(body) || body.length === 0) {
		throw refusal(400, 'rest_upload_no_data', 'No data supplied.');
	}
	if (!type) throw refusal(400, 'rest_upload_no_content_type', 'No Content-Type supplied.');
	if (!disposition) {
		throw refusal(400, 'rest_upload_no_content_disposition', 'No Content-Disposition supplied.');
	}
	const fileName = /^attachment; filename="([^"/]+)"$/.exec(disposition)?.[1];
	if (!fileName) {
		const message =
			'Invalid Content-Disposition supplied. Content-Disposition needs to be formatted as `attachment; filename="image.png"` or similar.';
		throw refusal(400, 'rest_upload_invalid_disposition', message);
	}
	const picture = await readPicture(body);
	const isNamedPicture = Object.values(ENDINGS).some((endings) =>
		endings.includes(endOf(fileName)),
	);
	if (!picture || !isNamedPicture) {
		const message = 'Sorry, you are not allowed to upload this file type.';
		throw refusal(500, 'rest_upload_sideload_error', message);
	}
	return { fileName: namedByBytes(fileName, picture.type), mimeType: picture.type, bytes: body };
}

const endOf = (fileName: string): string => fileName.split('.').at(-1)!.toLowerCase();

/** WordPress gives a picture the ending of what it is. */
function namedByBytes(fileName: string, type: string): string {
	const endings = ENDINGS[type] ?? [];
	return endings.includes(endOf(fileName)) ? fileName : fileName.replace(/\w+$/, endings[0] ?? '');
}

/** The name, or with a number behind it where the library has the name. */
function freeName(fileName: string, library: readonly Media[]): string {
	const isTaken = (name: string) => library.some((media) => media.fileName === name);
	let free = fileName;
	for (let number = 1; isTaken(free); number++) free = fileName.replace(/(?=\.\w+$)/, `-${number}`);
	return free;
}

interface PostBody {
	title?: string;
	content?: string;
	status?: string;
	featured_media?: number;
	acf?: Record<string, unknown>;
}

function addPostRoutes(
	server: FastifyInstance,
	{ library, posts }: WordPress,
	origin: () => string,
): void {
	server.post<{ Body: PostBody }>('/wp-json/wp/v2/posts', async (request, reply) => {
		const { title = '', content = '', status = 'draft', acf = {}, ...body } = request.body;
		if (!title && !content) {
			throw refusal(400, 'empty_content', 'Content, title, and excerpt are empty.');
		}
		const featuredMedia = library.find(({ id }) => id === body.featured_media);
		if (body.featured_media && !featuredMedia) {
			throw refusal(400, 'rest_invalid_featured_media', 'Invalid featured media ID.');
		}
		const post = { id: 1_000 + posts.length, title, content, status, featuredMedia, acf };
		posts.push(post);
		return await reply.code(201).send({
			id: post.id,
			link: `${origin()}/?p=${post.id}`,
			status,
			title: { raw: title, rendered: title },
			content: { raw: content, rendered: content },
			featured_media: featuredMedia?.id ?? 0,
			acf,
		});
	});
}

const refusal = (status: number, code: string, message: string): Refusal =>
	new Refusal(status, { code, message, data: { status } });

function describe({ id, fileName, mimeType, altText }: Media, site: string) {
	const title = fileName.replace(/\.\w+$/, '');
	const address = `${site}/wp-content/uploads/${fileName}`;
	return {
		id,
		guid: { raw: address, rendered: address },
		slug: title.toLowerCase(),
		status: 'inherit',
		type: 'attachment',
		title: { raw: title, rendered: title },
		alt_text: altText,
		media_type: 'image',
		mime_type: mimeType,
		source_url: address,
	};
}
