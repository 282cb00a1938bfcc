import { photo } from '../town/photos';
import { readPicture } from '../town/pictures';
import { expectPictureOf } from './pictures';
import { closeTowns, editionsOf, publish } from './publicWorkflow';

afterAll(closeTowns);

describe.each(editionsOf('w04'))('W04, rows of a sheet edited, to Drive, %s', (edition) => {
	it('gives each row its own picture, and the row that fails its reason', async () => {
		const { post, tasks, town } = await publish(edition, 'w04');
		await post({});
		const rows = town.sheets.prompts!.rows;
		const made = await tasks();
		const taskOf = (row: number) => made.find(({ prompt }) => prompt === rows[row]?.PROMPT);
		expect(made).toHaveLength(3);

		const [two, three] = rows.map(({ RESULT: link }) => town.drive.fileAt(link));
		await expectPictureOf(taskOf(0), two?.bytes, [await photo('mug.png')]);
		await expectPictureOf(taskOf(1), three?.bytes, [await photo('lamp.png')]);
		const [square, wide] = [await readPicture(two!.bytes), await readPicture(three!.bytes)];
		expect(square?.type).toBe('image/jpeg');
		expect(square?.width).toBe(square?.height);
		expect(wide?.type).toBe('image/png');
		expect(wide!.width).toBeGreaterThan(wide!.height);

		expect(rows).toMatchObject([
			{ row_number: 2 },
			{ row_number: 3 },
			{ row_number: 4, RESULT: '' },
		]);
		expect(rows.map(({ ERROR: error }) => error)).toEqual([
			undefined,
			undefined,
			expect.stringMatching(/was blocked by the moderation/),
		]);
		expect(town.drive.files).toHaveLength(2);
	});
});

describe.each(editionsOf('w07'))('W07, a sheet to Instagram, by link, %s', (edition) => {
	it('shows a JPEG with its caption, and marks the row as done', async () => {
		const { post, tasks, town } = await publish(edition, 'w07');
		await post({});
		expect(town.instagram).toMatchObject([
			{ caption: 'Autumn menu: come and taste it!', picture: { type: 'image/jpeg' } },
		]);
		await expectPictureOf((await tasks())[0], town.instagram[0]?.picture.bytes);
		expect(town.sheets.posts!.rows).toMatchObject([{ row_number: 2, Status: '1' }]);
	});

	it('marks nothing as done where the gateway gives a PNG in place of the JPEG', async () => {
		const { post, ended, town } = await publish(edition, 'w07');
		Object.assign(town.sheets.posts!.rows[0]!, { Topic: 'Autumn [quirk jpegIsPng=true]' });
		await post({});
		const [execution] = await ended(1);
		expect(execution?.status).toBe('error');
		expect(JSON.stringify(execution)).toContain('Only photo or video can be accepted');
		expect(town.instagram).toEqual([]);
		expect(town.sheets.posts!.rows).toMatchObject([{ Status: '0' }]);
	});
});
