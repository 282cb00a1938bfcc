import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { request } from 'undici';
import { digest } from '../n8n/digest';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { recordOutput } from './outputs';
import { fixture } from './fixture';
import { post } from './webhooks';

/** The picture that the sandbox drew for that prompt. */
async function drawnWith(prompt: string): Promise<Buffer> {
	const [drawn] = await drawnFor(await taskWith(prompt));
	if (!drawn) throw new Error('The sandbox drew nothing');
	return drawn;
}

async function fetched(url: string): Promise<{ type: string; bytes: Buffer }> {
	const { statusCode, headers, body } = await request(url);
	const bytes = Buffer.from(await body.arrayBuffer());
	if (statusCode !== 200) throw new Error(`HTTP ${statusCode} for ${url}: ${bytes.toString()}`);
	return { type: String(headers['content-type']), bytes };
}

const { s3, wordPress, folder } = fixture.receivers;

describe('the workflow "Webhook, picture, S3 storage"', () => {
	it('puts the picture into the bucket, and names its key', async () => {
		const prompt = 'A teapot for the bucket';
		const answer = await post('flux-image-to-s3', { prompt, seed: 3 });
		expect(answer.statusCode).toBe(201);
		const { id } = await taskWith(prompt);
		const { key } = answer.json<{ key: string }>();
		expect(key).toBe(`flux/flux-kontext-max_${id.replace(/\W|_/g, '')}_1.png`);
		expect(answer.json()).toEqual({ bucket: s3.bucket, key, requestId: id });
		const { bytes } = await fetched(`${s3.url}/${s3.bucket}/${key}`);
		expect(digest(bytes)).toBe(digest(await drawnWith(prompt)));
		recordOutput('Webhook, picture, S3 storage', bytes, answer.json());
	});
});

describe('the workflow "Webhook, picture, WordPress"', () => {
	it('puts the picture into the media library, with its prompt as alternative text', async () => {
		const prompt = 'A teapot for the website';
		const answer = await post('flux-image-to-wordpress', { prompt, seed: 4 });
		expect(answer.statusCode).toBe(201);
		const { mediaId, url } = answer.json<{ mediaId: number; url: string }>();
		const { type, bytes } = await fetched(url);
		expect(type).toBe('image/png');
		expect(digest(bytes)).toBe(digest(await drawnWith(prompt)));
		const media = await fetched(`${wordPress}/wp-json/wp/v2/media/${mediaId}`);
		expect(JSON.parse(media.bytes.toString())).toMatchObject({
			alt_text: prompt,
			mime_type: 'image/png',
			source_url: url,
		});
		recordOutput('Webhook, picture, WordPress', bytes, type);
	});
});

describe('the workflow "Webhook, picture, disk"', () => {
	it('writes the picture into the folder, and names the file', async () => {
		const prompt = 'A teapot for the shelf';
		const answer = await post('flux-image-to-disk', { prompt, seed: 5 });
		expect(answer.statusCode).toBe(201);
		const { fileName } = answer.json<{ fileName: string }>();
		expect(dirname(fileName)).toBe(folder);
		const bytes = await readFile(fileName);
		expect(digest(bytes)).toBe(digest(await drawnWith(prompt)));
		recordOutput('Webhook, picture, disk', bytes);
	});
});

describe.each(['flux-image-to-s3', 'flux-image-to-wordpress', 'flux-image-to-disk'])(
	'the webhook %s',
	(path) => {
		it('answers with the reason where no picture comes, and sends nothing on', async () => {
			const prompt = `Something forbidden for ${path} [moderated]`;
			const answer = await post(path, { prompt });
			expect(answer.statusCode).toBe(502);
			const [task] = await tasksWith(prompt);
			expect(answer.json()).toMatchObject({ requestId: task?.id, status: 'failed' });
		});
	},
);
