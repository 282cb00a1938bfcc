import type { FastifyInstance } from 'fastify';
import { drawPicture } from '../../../sandbox';

/** Photographs that people had before any picture was made. */
const PHOTOS = {
	'mug.png': { prompt: 'A mug on a table', width: 512, height: 512, format: 'png' },
	'lamp.png': { prompt: 'A lamp', width: 512, height: 512, format: 'png' },
	'mascot.png': { prompt: 'A mascot', width: 512, height: 512, format: 'png' },
	'old.jpg': { prompt: 'An old photograph', width: 640, height: 480, format: 'jpeg' },
	'new.jpg': { prompt: 'A new photograph', width: 480, height: 640, format: 'jpeg' },
} as const;

export type PhotoName = keyof typeof PHOTOS;

/** The bytes of a photograph, the same each time. */
export async function photo(name: PhotoName): Promise<Buffer> {
	return await drawPicture({ gateway: 'seaArtCloud', model: 'a camera', ...PHOTOS[name] });
}

/** A website with the photographs, at `/photos/<name>` for everyone. */
export function addPhotos(server: FastifyInstance): void {
	server.get<{ Params: { name: string } }>('/photos/:name', async (request, reply) => {
		const { name } = request.params;
		if (!isPhoto(name)) return await reply.code(404).type('text/html').send('<h1>Not found</h1>');
		return await reply.type(`image/${PHOTOS[name].format}`).send(await photo(name));
	});
}

const isPhoto = (name: string): name is PhotoName => Object.hasOwn(PHOTOS, name);
