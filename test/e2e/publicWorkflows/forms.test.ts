import { fetchPicture } from '../town/pictures';
import { photo } from '../town/photos';
import { itemsOf } from '../n8n';
import { browserForm } from './browserForm';
import { expectPictureOf } from './pictures';
import { closeTowns, editionsOf, publish } from './publicWorkflow';

afterAll(closeTowns);

describe.each(editionsOf('w05'))('W05, a photo by form, edited and animated, %s', (edition) => {
	it('edits the file of the form, and has the video made of the picture by its link', async () => {
		const { submit, ended, tasks, town } = await publish(edition, 'w05');
		const old = await photo('old.jpg');
		await submit(
			browserForm([
				['field-0', { name: 'old.jpg', bytes: old }],
				['field-1', 'wave "slowly"'],
			]),
		);
		const [execution] = await ended(1);
		const made = await tasks();
		expect(made).toHaveLength(1);
		expect(town.clips).toMatchObject([{ prompt: 'wave "slowly"', picture: { type: 'image/png' } }]);
		await expectPictureOf(made[0], town.clips[0]?.picture.bytes, [old]);
		expect(itemsOf(execution!, 'Result').map(({ json }) => json)).toEqual([
			{
				success: true,
				colorized_image_url: expect.stringContaining(made[0]!.id),
				animated_video_url: `${town.url}/clips/0.mp4`,
			},
		]);
	});
});

describe.each(editionsOf('w08'))(
	'W08, a form with styles, a picture on its page, %s',
	(edition) => {
		it('shows the picture on the last page', async () => {
			const { submit, tasks } = await publish(edition, 'w08');
			const page = await submit(
				browserForm([
					['field-0', 'A "lighthouse"'],
					['field-1', 'Neon'],
				]),
			);
			expect(page).toContain('Neon');
			const [, link] = /<img src=(?:"|&quot;)(.+?)(?:"|&quot;)/.exec(page) ?? [];
			const picture = await fetchPicture(link?.replaceAll('&amp;', '&'));
			expect(picture?.type).toBe('image/jpeg');
			const [task] = await tasks();
			expect(task?.prompt).toBe('Neon lights at night. A "lighthouse"');
			await expectPictureOf(task, picture?.bytes);
		});

		it('has a page for the failure, with its reason', async () => {
			const { submit } = await publish(edition, 'w08');
			const page = await submit(
				browserForm([
					['field-0', '[failed] A lighthouse'],
					['field-1', 'Ink'],
				]),
			);
			expect(page).toContain('That did not work');
			expect(page).toMatch(/Task \w+ failed/);
		});
	},
);
