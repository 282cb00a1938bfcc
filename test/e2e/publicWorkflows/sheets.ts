import type { Sheet } from '../town/sheets';

/**
 * The spreadsheet that the workflows read from and write to.
 *
 * @param town address of the photographs
 */
export function sheetsOf(town: string): Readonly<Record<string, Sheet>> {
	const mug = `${town}/photos/mug.png`;
	const lamp = `${town}/photos/lamp.png`;
	return {
		prompts: {
			columns: [
				...['row_number', 'IMAGE URL', 'PROMPT', 'OUTPUT FORMAT', 'ASPECT RATIO'],
				...['RESULT', 'ERROR'],
			],
			matchedBy: 'row_number',
			rows: [
				promptRow(2, mug, 'Put the mug on a wooden desk by a window', 'jpeg', '1:1'),
				promptRow(3, lamp, 'Put the lamp into a dark room and switch it on', 'png', '16:9'),
				promptRow(4, mug, '[moderated] Put the mug somewhere odd', 'png', '1:1'),
			],
		},
		posts: {
			columns: ['row_number', 'Topic', 'Audience', 'Voice', 'Platform', 'Status'],
			matchedBy: 'Topic',
			rows: [
				{
					...{ row_number: 2, Topic: 'Autumn menu', Audience: 'families', Voice: 'warm' },
					...{ Platform: 'Instagram', Status: '0' },
				},
			],
		},
		log: {
			columns: ['Title', 'Type', 'Request', 'ID', 'Link'],
			matchedBy: 'ID',
			appends: true,
			rows: [],
		},
		products: {
			columns: ['Name', 'Idea', 'Attachments'],
			matchedBy: 'Name',
			rows: [
				{ Name: 'Mug and lamp', Idea: 'Both on one desk', Attachments: attachments(mug, lamp) },
				{ Name: 'Odd mug', Idea: '[moderated] An odd mug', Attachments: attachments(mug) },
				{ Name: 'Lamp', Idea: 'The lamp alone', Attachments: attachments(lamp) },
			],
		},
		albums: {
			columns: ['Album', 'Links'],
			matchedBy: 'Album',
			rows: [{ Album: 'autumn', Links: '' }],
		},
	};
}

function promptRow(number: number, url: string, prompt: string, format: string, ratio: string) {
	return {
		row_number: number,
		'IMAGE URL': url,
		PROMPT: prompt,
		'OUTPUT FORMAT': format,
		'ASPECT RATIO': ratio,
		RESULT: '',
	};
}

/** As Airtable gives attachments. */
function attachments(...urls: string[]): object[] {
	return urls.map((url, index) => ({
		id: `att${index}`,
		url,
		filename: url.split('/').at(-1),
		type: 'image/png',
	}));
}
