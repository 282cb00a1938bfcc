import { digest } from '../../n8n/digest';
import { photo } from '../town/photos';
import { expectPictureOf } from './pictures';
import { closeTowns, editionsOf, publish } from './publicWorkflow';

afterAll(closeTowns);

describe.each(editionsOf('w09'))('W09, the editing tool of an assistant, %s', (edition) => {
	const order = (request: string) => ({
		image: 'Mug',
		request,
		chatID: '42',
		pictureID: 'mug.png',
	});

	it('sends the same picture to Telegram and Drive, and logs the words', async () => {
		const { post, tasks, town } = await publish(edition, 'w09');
		await post(order('Make the "mug" blue'));
		const { photos } = town.telegram;
		expect(photos).toMatchObject([
			{ chat: '42', caption: expect.stringMatching(/^Mug \(edited\)/) },
		]);
		const [task, ...others] = await tasks();
		expect(others).toEqual([]);
		await expectPictureOf(task, photos[0]?.picture.bytes, [await photo('mug.png')]);
		const [file] = town.drive.files;
		expect(digest(file!.bytes)).toBe(digest(photos[0]!.picture.bytes));
		expect(town.sheets.log!.rows).toEqual([
			{
				...{ Title: 'Mug', Type: 'Edit', Request: 'Make the "mug" blue', ID: file?.id },
				Link: expect.stringContaining(file!.id),
			},
		]);
	});

	it('sends nothing anywhere where the picture is refused', async () => {
		const { post, town } = await publish(edition, 'w09');
		await post(order('[blocked] Make the mug odd'));
		expect(town.telegram.photos).toEqual([]);
		expect(town.drive.files).toEqual([]);
		expect(town.sheets.log!.rows).toEqual([]);
	});
});

describe.each(editionsOf('w14'))('W14, a chat bot that answers with a link, %s', (edition) => {
	const said = (replyToken: string, text: string) => ({
		events: [{ replyToken, source: { userId: 'u' }, message: { text } }],
	});

	it('replies with a picture, and with a word where none came', async () => {
		const { post, ended, tasks, town } = await publish(edition, 'w14');
		await post(said('r1', 'Spring "sale"'));
		await ended(1);
		expect(town.line).toMatchObject([{ replyToken: 'r1', texts: [], pictures: [{}] }]);
		const [task] = await tasks();
		expect(task?.prompt).toBe('A square advertising banner. Spring "sale"');
		await expectPictureOf(task, town.line[0]?.pictures[0]?.bytes);

		await post(said('r2', '[no-credit] Spring sale'));
		await ended(2);
		expect(town.line[1]).toEqual({
			replyToken: 'r2',
			texts: [expect.stringMatching(/^That did not work: .*credit/)],
			pictures: [],
		});
	});
});
