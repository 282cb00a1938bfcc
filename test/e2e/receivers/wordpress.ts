import fastify, { type FastifyInstance } from 'fastify';

/** The account of the site: a user and an application password. */
const ACCOUNT = { username: 'editor', password: 'abcd EFGH 1234 ijkl MNOP 5678' };
const AUTHORIZATION = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;
const BODY_LIMIT_BYTES = 50 * 1024 * 1024;
const FIRST_ID = 15;

/** A file in the media library. */
interface Media {
	id: number;
	fileName: string;
	mimeType: string;
	bytes: Buffer;
	altText: string;
}

/** A site with WordPress's REST interface for media, as far as an upload needs it. */
export interface WordPressSite {
	url: string;
	/** What n8n's credential of type `wordpressApi` holds. */
	credential: Record<string, unknown>;
	close(): Promise<void>;
}

/**
 * Starts the site on a free port of the loopback. Paths, bodies, replies and errors are those of
 * WordPress's REST API handbook: `POST /wp-json/wp/v2/media` takes a file with its name in
 * Content-Disposition, `POST /wp-json/wp/v2/media/<id>` changes its texts, and the file is then at
 * its `source_url` for everyone.
 */
export async function startWordPress(): Promise<WordPressSite> {
	const server = fastify({ bodyLimit: BODY_LIMIT_BYTES });
	server.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_request, body, done) => {
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
	const library = new Map<number, Media>();
	let url = '';
	addMediaRoutes(server, library, () => url);
	url = await server.listen({ host: '127.0.0.1', port: 0 });
	const credential = { ...ACCOUNT, url, allowUnauthorizedCerts: false };
	return { url, credential, close: async () => await server.close() };
}

function addMediaRoutes(
	server: FastifyInstance,
	library: Map<number, Media>,
	site: () => string,
): void {
	server.post('/wp-json/wp/v2/media', async (request, reply) => {
		const disposition = String(request.headers['content-disposition']);
		const fileName = /^attachment; filename="([^"/]+)"$/.exec(disposition)?.[1];
		if (!fileName || !Buffer.isBuffer(request.body)) {
			return await reply.code(400).send({
				code: 'rest_upload_no_content_disposition',
				message: 'No Content-Disposition supplied.',
				data: { status: 400 },
			});
		}
		const id = FIRST_ID + library.size;
		const mimeType = String(request.headers['content-type']);
		const media = { id, fileName, mimeType, bytes: request.body, altText: '' };
		library.set(id, media);
		return await reply.code(201).send(describe(media, site()));
	});
	server.post<{ Params: { id: string }; Body: { alt_text?: string } }>(
		'/wp-json/wp/v2/media/:id',
		async (request, reply) => {
			const media = library.get(Number(request.params.id));
			if (!media) return await reply.code(404).send(INVALID_ID);
			media.altText = request.body.alt_text ?? media.altText;
			return describe(media, site());
		},
	);
	server.get<{ Params: { id: string } }>('/wp-json/wp/v2/media/:id', async (request, reply) => {
		const media = library.get(Number(request.params.id));
		return media ? describe(media, site()) : await reply.code(404).send(INVALID_ID);
	});
	server.get<{ Params: { fileName: string } }>(
		'/wp-content/uploads/:fileName',
		async (request, reply) => {
			const { fileName } = request.params;
			const media = [...library.values()].find((file) => file.fileName === fileName);
			if (!media) return await reply.code(404).send();
			return await reply.type(media.mimeType).send(media.bytes);
		},
	);
}

const INVALID_ID = {
	code: 'rest_post_invalid_id',
	message: 'Invalid post ID.',
	data: { status: 404 },
};

function describe({ id, fileName, mimeType, altText }: Media, site: string) {
	const title = fileName.replace(/\.\w+$/, '');
	return {
		id,
		slug: title.toLowerCase(),
		status: 'inherit',
		type: 'attachment',
		title: { raw: title, rendered: title },
		alt_text: altText,
		media_type: 'image',
		mime_type: mimeType,
		source_url: `${site}/wp-content/uploads/${fileName}`,
	};
}
