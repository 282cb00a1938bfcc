import { digest } from '../n8n/digest';
import type { TaskRow } from '../../sandbox';
import { drawnFor, tasksWith } from './gatewayTasks';
import { itemsOf, openN8n, outcomeOf, pictureOf, runManually, type SavedExecution } from './n8n';
import { recordOutput } from './outputs';

const PROMPT = 'A clean product photo of a red apple on a white table, soft studio lighting.';

/** The workflows with a button, by what their one node asks the gateway for. */
const DRAWINGS = [
	{
		workflow: 'Draw a picture',
		gateway: 'seaArtCloud',
		model: 'flux_kontext_max',
		parameters: { prompt: PROMPT, aspect_ratio: '4:3', seed: 42 },
		contentType: 'image/png',
	},
	{
		workflow: 'Draw with SeaArt Cloud',
		gateway: 'seaArtCloud',
		model: 'flux_2_pro',
		parameters: { prompt: PROMPT, width: 1024, height: 768, seed: 42, output_format: 'png' },
		contentType: 'image/png',
	},
	{
		workflow: 'Draw with OdiRouter',
		gateway: 'odiRouter',
		model: 'flux_pro_11',
		parameters: {
			prompt: PROMPT,
			width: 1024,
			height: 768,
			seed: 42,
			output_format: 'jpeg',
			prompt_upsampling: false,
			safety_tolerance: 2,
		},
		contentType: 'image/jpeg',
	},
	{
		workflow: 'Draw with VTrix',
		gateway: 'vtrix',
		model: 'flux_kontext_max',
		parameters: {
			prompt: PROMPT,
			aspect_ratio: '16:9',
			seed: 42,
			steps: 28,
			guidance_scale: 3.5,
			negative_prompt: 'text, watermark',
		},
		contentType: 'image/jpeg',
	},
	{
		workflow: 'Draw with ToAPIs',
		gateway: 'toApis',
		model: 'flux-kontext-max',
		parameters: { prompt: PROMPT, size: '4:3', n: 2 },
		contentType: 'image/png',
	},
];

describe.each(DRAWINGS)('the workflow "$workflow"', (row) => {
	const { workflow, gateway, model, parameters, contentType } = row;
	const rest = openN8n();
	let execution: SavedExecution;
	let task: TaskRow | undefined;

	beforeAll(async () => {
		execution = await runManually(rest, workflow);
		const id = itemsOf(execution, 'FLUX Image')[0]?.json.requestId;
		task = (await tasksWith(PROMPT)).find((candidate) => candidate.id === id);
	});

	it('asks the gateway for what its fields say, once', () => {
		expect(outcomeOf(execution)).toEqual({ status: 'success' });
		expect(task).toMatchObject({ gateway, model, billed: 1 });
		expect(task?.parameters).toEqual(parameters);
	});

	it('puts out the very pictures that the gateway drew', async () => {
		const items = itemsOf(execution, 'FLUX Image');
		const pictures = await Promise.all(items.map(async (item) => await pictureOf(rest, item)));
		expect(task).toBeDefined();
		const drawn = await drawnFor(task!);
		expect(pictures.map(digest)).toEqual(drawn.map(digest));
		expect(items.map(({ json }) => json.contentType)).toEqual(drawn.map(() => contentType));
		recordOutput(workflow, ...pictures, ...items.map(({ json }) => json));
	});
});
