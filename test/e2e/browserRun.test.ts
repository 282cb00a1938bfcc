import { createHash } from 'node:crypto';
import { drawPicture, pictureRequests } from '../../sandbox';
import { tasksAbout, tasksBecome } from './browserLedger';
import { emptyFluxImage, saveChain } from './browserWorkflow';
import { manualTrigger, pictureAsFile } from '../../tooling/n8n/chain';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';

jest.setTimeout(300_000);

const WORDS = 'Put the apple of the picture on a wooden table';

/** What the wire must carry for what is typed below; the picture itself is looked at apart. */
const EXPECTED = {
	prompt: WORDS,
	aspect_ratio: '3:2',
	guidance_scale: 4.5,
	output_format: 'png',
	prompt_upsampling: true,
	seed: 7,
};

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

async function applePicture(): Promise<Buffer> {
	const parameters = { prompt: 'A red apple', seed: 1, aspect_ratio: '1:1' };
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, 0.25);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return await drawPicture(picture);
}

describe('a person who fills every kind of field', () => {
	it('gets the picture that the fields ask for, drawn from the file of the item before', async () => {
		const apple = await applePicture();
		const url = await saveChain('Edit a file', [
			manualTrigger,
			...pictureAsFile(apple),
			emptyFluxImage,
		]);
		await editor.openCanvas(url);
		const node = await editor.openNode('FLUX Image');
		await node.choose('gateway', 'VTrix');
		await node.chooseCredential('VTrix account');
		await node.fill('prompt', WORDS);
		await node.addImage();
		await node.choose('aspectRatio', '3:2 (Landscape)');
		await node.add('Additional Fields', 'Guidance Scale');
		await node.fill('guidanceScale', '4.5');
		await node.add('Additional Fields', 'Output Format');
		await node.choose('outputFormat', 'PNG');
		await node.add('Additional Fields', 'Prompt Upsampling');
		await node.toggle('promptUpsampling');
		await node.add('Additional Fields', 'Seed');
		await node.fill('seed', '7');
		await editor.screenshot('every-kind-of-field');
		await node.scrollTo('gateway');
		await editor.screenshot('every-kind-of-field-top');

		await node.run();
		const picture = await editor.viewPicture();
		await editor.screenshot('edited-picture');

		const [task, ...others] = await tasksAbout(WORDS);
		expect(others).toEqual([]);
		const { input_image, ...parameters } = task?.parameters as Record<string, unknown>;
		expect(parameters).toEqual(EXPECTED);
		expect(input_image).toContain(shortDigest(apple.toString('base64')));
		expect(await editor.bytesOf(picture)).toEqual(await drawn(apple));
	});
});

/** How the sandbox's ledger names a long text. */
function shortDigest(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function drawn(apple: Buffer): Promise<Buffer> {
	const [expected] = pictureRequests('vtrix', 'flux_kontext_max', EXPECTED);
	if (!expected) throw new Error('The sandbox would draw nothing');
	return await drawPicture(expected, [apple]);
}

describe('a person who makes a mistake', () => {
	it('is told the field, the value and what it takes, and nothing is sent', async () => {
		const node = await editor.dropNode('Generate or edit an image');
		await node.chooseCredential('SeaArt Cloud account');
		await node.choose('model', 'FLUX 1.1 [pro]');
		await node.fill('prompt', 'An apple that is never drawn');
		await node.fill('width', '1000');
		await node.run();
		const { message, words } = await node.error();
		await editor.screenshot('validation-error');
		expect(message).toContain('Width must be a multiple of 32 from 256 to 1440, but is 1000');
		expect(words).toContain('nothing was sent and nothing was paid');
		expect(await tasksAbout('An apple that is never drawn')).toEqual([]);
	});

	it('is told that moderation blocked the task, which one, and what to do', async () => {
		const node = await editor.dropNode('Generate or edit an image');
		await node.chooseCredential('SeaArt Cloud account');
		await node.fill('prompt', 'A famous person at the beach [moderated]');
		await node.run();
		const { message, words } = await node.error();
		await editor.screenshot('moderated');
		const [task] = await tasksAbout('A famous person');
		expect(message).toContain(`Task ${task?.id} was blocked by the moderation of SeaArt Cloud`);
		expect(words).toContain('Reword the prompt');
		expect(words).toContain(String(task?.id));
	});
});

describe('a person who presses Stop', () => {
	it('finds all tasks of the run cancelled at the gateway', async () => {
		const prompts = ['One', 'Two', 'Three'].map((word) => `Boat ${word} [never]`);
		const url = await saveChain('Never finished', [
			manualTrigger,
			{
				name: 'Prompts',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: { mode: 'raw', jsonOutput: JSON.stringify({ prompts }), options: {} },
			},
			{
				name: 'One Item a Prompt',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'prompts', options: {} },
			},
			{ ...emptyFluxImage, parameters: { prompt: '={{ $json.prompts }}' } },
		]);
		await editor.openCanvas(url);
		const node = await editor.openNode('FLUX Image');
		await node.chooseCredential('SeaArt Cloud account');
		await node.close();

		await editor.startExecution();
		await tasksBecome('Boat ', 'running', 3);
		await editor.screenshot('waiting');
		await editor.stopExecution();
		const tasks = await tasksBecome('Boat ', 'cancelled', 3);
		await editor.screenshot('stopped');
		expect(tasks.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
	});
});
