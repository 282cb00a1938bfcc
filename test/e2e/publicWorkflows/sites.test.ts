import { digest } from '../../n8n/digest';
import { fetchPicture } from '../town/pictures';
import { expectPictureOf } from './pictures';
import { closeTowns, editionsOf, publish } from './publicWorkflow';

afterAll(closeTowns);

interface LinksAnswer {
	error: string | null;
	result: Array<{ url: string; width: number; height: number; content_type: string }>;
}

describe.each(editionsOf('w01'))('W01, a prompt by webhook, links as JSON, %s', (edition) => {
	it('answers with links, and tells of prompts that are blocked or filtered, the last unpaid', async () => {
		const { post, tasks } = await publish(edition, 'w01');
		const drawn = await post({ prompt: 'A sign that says "open"\nwith two lines, and a \\' });
		expect(drawn.statusCode).toBe(200);
		const { error, result } = drawn.json<LinksAnswer>();
		expect({ error, pictures: result.length }).toEqual({ error: null, pictures: 1 });
		const [link] = result;
		const picture = await fetchPicture(link?.url);
		await expectPictureOf((await tasks())[0], picture?.bytes);
		const { type, width, height } = picture!;
		expect(link).toMatchObject({ content_type: type, width, height });

		const blocked = await post({ prompt: '[moderated] A boat' });
		expect(blocked.statusCode).toBe(400);
		expect(blocked.json<LinksAnswer>().error).toMatch(/was blocked by the moderation/);
		expect(await tasks()).toHaveLength(2);

		const filtered = await post({ prompt: 'a forbidden thing' });
		expect(filtered.statusCode).toBe(400);
		expect(filtered.json<LinksAnswer>().error).toBe('This prompt breaks the rules.');
		expect(await tasks()).toHaveLength(2);
	});
});

describe.each(editionsOf('w02'))('W02, an article with its picture to WordPress, %s', (edition) => {
	const article = (title: string) => ({
		news: { title, message: 'All boats are back.' },
		default_language: 'german',
		acf: { title_english: 'Harbour' },
	});

	it('puts a JPEG into the library, and publishes the post with it', async () => {
		const { post, tasks, town } = await publish(edition, 'w02');
		await post(article('Harbour "opens" again'));
		const [media, ...others] = town.wordPress.library;
		expect(others).toEqual([]);
		expect(media?.mimeType).toBe('image/jpeg');
		await expectPictureOf((await tasks())[0], media?.bytes);
		expect(town.wordPress.posts).toMatchObject([
			{
				title: 'Harbour "opens" again',
				content: 'All boats are back.',
				status: 'publish',
				featuredMedia: { id: media?.id },
				acf: { title_english: 'Harbour' },
			},
		]);
	});

	it('publishes nothing where the picture is refused', async () => {
		const { post, town } = await publish(edition, 'w02');
		await post(article('[moderated] Harbour'));
		expect(town.wordPress).toEqual({ library: [], posts: [] });
	});
});

describe.each(editionsOf('w10'))('W10, a model by name, to WordPress and X, %s', (edition) => {
	it('draws with three models, each with its own size fields, and puts the same JPEG at both', async () => {
		const { post, tasks, town } = await publish(edition, 'w10');
		const answers: unknown[] = [];
		for (const model of ['flux-kontext', 'flux-1.1-pro', 'flux-2-pro']) {
			answers.push((await post({ prompt: 'A joke of a cat', slug: 'cat', model })).json());
		}
		const made = await tasks();
		expect(made).toMatchObject([
			{ model: 'flux_kontext_pro', parameters: { aspect_ratio: '16:9' } },
			{ model: 'flux_pro_11', parameters: { width: 1280, height: 704 } },
			{ model: 'flux_2_pro', parameters: { width: 1280, height: 704 } },
		]);
		expect(made[0]?.parameters).not.toHaveProperty('width');
		expect(made[1]?.parameters).not.toHaveProperty('aspect_ratio');

		const { library } = town.wordPress;
		const names = ['img-cat.jpg', 'img-cat-1.jpg', 'img-cat-2.jpg'];
		expect(library.map(({ fileName }) => fileName)).toEqual(names);
		expect(library.map(({ mimeType }) => mimeType)).toEqual(names.map(() => 'image/jpeg'));
		for (const [index, { bytes }] of library.entries()) await expectPictureOf(made[index], bytes);
		expect(town.x.map(({ bytes }) => digest(bytes))).toEqual(
			library.map(({ bytes }) => digest(bytes)),
		);
		expect(answers).toEqual(
			library.map(({ id, fileName }) => [
				{
					public_image_url: `${town.url}/wp-content/uploads/${fileName}`,
					wordpress_id: id,
					twitter_media_id: expect.stringMatching(/^\d+$/),
				},
			]),
		);
	});
});
