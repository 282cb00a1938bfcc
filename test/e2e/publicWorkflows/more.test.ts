import type { TaskRow } from '../../../sandbox';
import { photo } from '../town/photos';
import { fetchPicture } from '../town/pictures';
import { browserForm } from './browserForm';
import { expectPictureOf } from './pictures';
import { closeTowns, publish } from './publicWorkflow';

afterAll(closeTowns);

describe('M01, attachments of a base, edited and posted together', () => {
	it('posts what was drawn, and lists the links with a gap where a product failed', async () => {
		const { post, tasks, town } = await publish('more', 'm01');
		await post({});
		const made = await tasks();
		const taskOf = (prompt: string) => made.find((task) => task.prompt === prompt);
		const both = taskOf('Both on one desk');
		const alone = taskOf('The lamp alone');
		const [mug, lamp] = [await photo('mug.png'), await photo('lamp.png')];
		expect(made).toHaveLength(3);

		expect(town.posts).toMatchObject([{ title: 'Mug and lamp, Lamp', photos: [{}, {}] }]);
		const [first, second] = town.posts[0]!.photos;
		await expectPictureOf(both, first?.picture.bytes, [mug, lamp]);
		await expectPictureOf(alone, second?.picture.bytes, [lamp]);
		expect(JSON.parse(String(town.sheets.albums!.rows[0]?.Links))).toEqual([
			expect.stringContaining(both!.id),
			null,
			expect.stringContaining(alone!.id),
		]);
	});
});

describe('M02, a form with two photos, made into one picture', () => {
	const fields = (wish: string, photos: readonly Buffer[]) =>
		browserForm([
			...photos.map((bytes, index) => ['field-0', { name: `${index}.jpg`, bytes }] as const),
			['field-1', 'Two "photos"'],
			['field-2', wish],
		]);

	it('edits both files into one JPEG of the library', async () => {
		const { submit, tasks, town } = await publish('more', 'm02');
		const photos = [await photo('old.jpg'), await photo('new.jpg')];
		const page = await submit(fields('Put both people onto one bench', photos));
		const [task, ...others] = await tasks();
		expect(others).toEqual([]);
		const [media] = town.wordPress.library;
		expect(media).toMatchObject({ fileName: 'two-photos-.jpg', mimeType: 'image/jpeg' });
		await expectPictureOf(task, media?.bytes, photos);
		expect(page).toContain(`/wp-content/uploads/${media?.fileName}`);
	});

	it('pays nothing for more photos than the model takes, and says so', async () => {
		const { submit, tasks } = await publish('more', 'm02');
		const old = await photo('old.jpg');
		const page = await submit(fields('Put them all together', [old, old, old, old, old]));
		expect(page).toContain('That did not work');
		expect(page).toMatch(/at most 4|up to 4/);
		expect(await tasks()).toEqual([]);
	});
});

describe('M03, a prompt of a language model, drawn by several gateways', () => {
	const words = 'A sign, "OPEN",\nover two lines\t\u2014 50% off \\o/ {{ 1 + 1 }} \u{1F33B}';
	it('hands the words to each gateway as they are, and keeps them beside each picture', async () => {
		const { post, tasks, town } = await publish('more', 'm03');
		town.chatModel.words = words;
		const answers = (await post({ topic: 'a shop' })).json<
			Array<{ gateway: string; url: string; prompt: string; error?: string }>
		>();
		const made = await tasks();
		const gateways = ['seaArtCloud', 'odiRouter', 'vtrix', 'toApis'];
		expect(answers.map(({ gateway }) => gateway)).toEqual(gateways);
		for (const { gateway, url, prompt, error } of answers) {
			const task = made.find((each) => each.gateway === gateway);
			expect({ prompt, sent: task?.prompt, error }).toEqual({ prompt: words, sent: words });
			await expectPictureOf(task, (await fetchPicture(url))?.bytes);
		}
	});
});

describe('M04, three variants of one motif, in one post', () => {
	it('posts the variants in the order of their seeds, with the title of the order', async () => {
		const { post, tasks, town } = await publish('more', 'm04');
		await post({ title: 'Three "kites"', motif: 'A kite over the harbour' });
		const made = (await tasks()).map((task) => ({ ...task, seed: seedOf(task) }));
		expect(made.map(({ seed }) => seed).sort()).toEqual([7, 8, 9]);
		expect(town.posts).toMatchObject([{ title: 'Three "kites"', photos: [{}, {}, {}] }]);
		for (const [index, { picture }] of town.posts[0]!.photos.entries()) {
			expect(picture.type).toBe('image/jpeg');
			await expectPictureOf(
				made.find(({ seed }) => seed === 7 + index),
				picture.bytes,
			);
		}
	});
});

const seedOf = ({ parameters }: TaskRow): number => (parameters as { seed: number }).seed;
