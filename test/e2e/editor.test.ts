import { drawPicture, pictureRequests } from '../../sandbox';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';

/** n8n looks a community package up there when the node panel shows its details. */
const ASKED_BY_N8N = 'registry.npmjs.org';

describe('in the editor', () => {
	let editor: Editor;

	beforeAll(async () => {
		editor = await openEditor();
	});

	afterAll(async () => {
		await editor.close();
	});

	describe('the node panel', () => {
		beforeAll(async () => {
			await editor.openWorkflow('Draw a picture');
		});

		it.each(['FLUX', 'kontext', 'text to image', 'seaart'])(
			'finds the node by "%s"',
			async (words) => {
				const found = await editor.searchNode(words, 'FLUX Image');
				await found.waitFor();
				await (
					await editor.searchNode('no node has this name', 'FLUX Image')
				).waitFor({
					state: 'hidden',
				});
			},
		);
	});

	it('an empty canvas takes the node by one of its actions', async () => {
		await editor.openActions();
		await editor.panelItem('Start an image task').waitFor();
		const node = await editor.pickAction('Start an image task');
		expect(await node.value('operation')).toBe('Create');
		await node.close();
		await editor.canvasNode('Start an image task').waitFor();
	});

	it('"Draw a picture" draws one at the press of a button', async () => {
		await editor.openWorkflow('Draw a picture');
		expect(await editor.execute()).toMatch(/success/i);
	});

	it('shows in the output panel the picture that the gateway drew', async () => {
		await editor.openWorkflow('Draw a picture');
		await editor.execute();
		await editor.openNode('FLUX Image');
		const picture = await editor.viewPicture();

		const [expected] = pictureRequests('seaArtCloud', 'flux_kontext_max', {
			prompt: 'A clean product photo of a red apple on a white table, soft studio lighting.',
			seed: 42,
			aspect_ratio: '4:3',
		});
		if (!expected) throw new Error('The sandbox would draw nothing');
		expect((await editor.bytesOf(picture)).equals(await drawPicture(expected))).toBe(true);
		expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(
			expected.width,
		);
	});

	it('nothing is asked of any other host', () => {
		expect([...editor.foreignHosts].filter((host) => host !== ASKED_BY_N8N)).toEqual([]);
	});
});
