import { digest } from '../../n8n/digest';
import { photo } from '../town/photos';
import { expectPictureOf } from './pictures';
import { closeTowns, editionsOf, publish } from './publicWorkflow';
import { eventually } from '../../../tooling/eventually';
import type { Town } from '../town';

afterAll(closeTowns);

describe.each(editionsOf('w03'))('W03, one character in many scenes, %s', (edition) => {
	const scenes = [
		'The mascot leaves an office',
		'Now it sits in a "cafe"',
		'Now it stands on a beach',
	];

	it('draws each scene from the one before, and posts all pictures together', async () => {
		const { post, tasks, town } = await publish(edition, 'w03');
		await post({ prompts: scenes });
		expect(town.posts).toMatchObject([
			{
				...{ title: 'A day of our mascot', platform: 'x' },
				photos: [
					{ field: 'photo_1', picture: { type: 'image/png' } },
					{ field: 'photo_2', picture: { type: 'image/png' } },
					{ field: 'photo_3', picture: { type: 'image/png' } },
				],
			},
		]);
		const made = await tasks();
		expect(made.map(({ prompt }) => prompt)).toEqual(scenes);
		let before = await photo('mascot.png');
		for (const [index, { picture }] of town.posts[0]!.photos.entries()) {
			await expectPictureOf(made[index], picture.bytes, [before]);
			before = picture.bytes;
		}
	});

	it('draws no further and posts nothing where a scene is refused', async () => {
		const { post, tasks, town } = await publish(edition, 'w03');
		await post({ prompts: ['The mascot leaves', '[moderated] Somewhere odd', 'Home again'] });
		expect(await tasks()).toHaveLength(2);
		expect(town.posts).toEqual([]);
	});
});

describe.each(editionsOf('w16'))('W16, a person approves, or it is drawn again, %s', (edition) => {
	const asked = async (town: Town, count: number) => {
		const { reviews } = town;
		await eventually(
			`${count} pictures to look at`,
			async () => reviews.length,
			(length) => length >= count,
		);
		return reviews[count - 1]!;
	};

	it('draws again with the words of the refusal, and publishes what was approved', async () => {
		const { post, ended, tasks, town } = await publish(edition, 'w16');
		const prompt = 'The mug on a picnic blanket';
		await post({ prompt, image_url: `${town.url}/photos/mug.png`, product: 'mug-7' });
		await (await asked(town, 1)).answer({ answer: 'again', words: 'In the evening.' });
		const approved = await asked(town, 2);
		expect(town.drive.files).toEqual([]);
		await approved.answer({ answer: 'approved' });
		await ended(1);

		const made = await tasks();
		expect(made.map((task) => task.prompt)).toEqual([prompt, `${prompt} In the evening.`]);
		const [file, ...others] = town.drive.files;
		expect(others).toEqual([]);
		expect(file?.texts).toEqual({ product: 'mug-7' });
		expect(digest(file!.bytes)).toBe(digest(approved.picture.bytes));
		await expectPictureOf(made[1], file?.bytes, [await photo('mug.png')]);
	});
});
