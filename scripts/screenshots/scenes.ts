import { drawPicture, pictureRequests } from '../../sandbox';
import { CredentialDialog } from '../../tooling/editor/credentialDialog';
import { WINDOW } from '../../tooling/editor/screen';
import { chainOf, manualTrigger, pictureAsFile, type Step } from '../../tooling/n8n/chain';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import type { Picture, Studio } from './studio';

/** The example workflow that most scenes are taken of, and its node. */
const EXAMPLE = 'Draw a picture';
const NODE = 'FLUX Image';
/** The example of a tool, and its name there. */
const TOOL_EXAMPLE = 'MCP server draws';
const TOOL = 'Draw picture';

/** So large that the notes of the largest example can be read. */
const CANVAS = { width: 2 * WINDOW.width, height: 2 * WINDOW.height };

/** What n8n marks its ways to show an output by. */
const OUTPUT_VIEWS = ['schema', 'table', 'json', 'binary'];

/** What n8n shows of the node beside its forms. */
export function scenePictures(
	accounts: Studio['accounts'],
	examples: readonly Workflow[],
): Picture[] {
	return [
		...PANEL_SCENES,
		...RUN_SCENES,
		...OUTPUT_VIEWS.map(outputPicture),
		REUSED_SCENE,
		...EDIT_AND_FAILURE_SCENES,
		...accounts.flatMap(credentialPictures),
		...examples.map(canvasPicture),
	];
}

const PANEL_SCENES: readonly Picture[] = [
	{
		name: 'node-search',
		take: async (studio) => {
			await studio.showExample(EXAMPLE, NODE);
			await (await studio.editor.searchNode('flux', NODE)).waitFor();
			await studio.editor.screenshot('node-search');
			studio.leave();
		},
	},
	{
		name: 'node-panel',
		inReadme: true,
		take: async (studio) => {
			studio.leave();
			await studio.editor.openActions();
			await studio.editor.panelItem('Start an image task').waitFor();
			await studio.editor.screenshot('node-panel');
		},
	},
	{
		name: 'agent-tool',
		take: async (studio) => {
			await studio.showExample(TOOL_EXAMPLE, TOOL);
			await studio.withNode(TOOL, async (view) => await view.screenshot('agent-tool'));
		},
	},
];

const RUN_SCENES: readonly Picture[] = [
	{
		name: 'workflow',
		inReadme: true,
		take: async (studio) => {
			await runExample(studio);
			await studio.editor.screenshot('workflow');
		},
	},
	{
		name: 'picture-in-output-panel',
		inReadme: true,
		take: async (studio) => {
			await runExample(studio);
			await studio.withNode(NODE, async () => {
				await studio.editor.viewPicture();
				await studio.editor.screenshot('picture-in-output-panel');
			});
		},
	},
];

const EDIT_AND_FAILURE_SCENES: readonly Picture[] = [
	{
		name: 'edited-picture',
		inReadme: true,
		take: async (studio) => {
			const apple = await applePicture();
			await studio.show('Edit a file', () => chainOf('Edit a file', editing(studio, apple)));
			await studio.withNode(NODE, async (view) => {
				await view.run();
				await studio.editor.viewPicture();
				await studio.editor.screenshot('edited-picture');
			});
		},
	},
	failurePicture('validation-error', {
		model: 'flux_pro_11',
		prompt: 'A red apple on a white table',
		width: 1000,
	}),
	failurePicture('moderated', { prompt: 'A famous person at the beach [moderated]' }),
];

async function runExample(studio: Studio): Promise<void> {
	await studio.showExample(EXAMPLE, NODE);
	await studio.run();
}

function outputPicture(view: string): Picture {
	const name = `output-${view}`;
	return {
		name,
		take: async (studio) => {
			await runExample(studio);
			await studio.withNode(NODE, async () => {
				const panel = studio.editor.marked('output-panel');
				await panel.locator(`[data-test-id="radio-button-${view}"]`).click();
				await studio.editor.screenshot(name);
			});
		},
	};
}

/** The output of a run whose picture is that of an earlier one. */
const REUSED_SCENE: Picture = {
	name: 'output-reused',
	take: async (studio) => {
		await runExample(studio);
		studio.leave();
		await runExample(studio);
		await studio.withNode(NODE, async () => await studio.editor.screenshot('output-reused'));
	},
};

/** An output panel with an error, of a run in the node's own view. */
function failurePicture(name: string, parameters: Step['parameters']): Picture {
	return {
		name,
		inReadme: true,
		take: async (studio) => {
			await studio.show(name, () =>
				chainOf(name, [manualTrigger, drawing(studio, 'seaArtCloud', parameters)]),
			);
			await studio.withNode(NODE, async (view) => {
				await view.run();
				await view.error();
				await studio.editor.screenshot(name);
			});
		},
	};
}

/** The dialog of a new credential, and what it says of a right key and of a wrong one. */
function credentialPictures({ gateway, apiKey, baseUrl }: Studio['accounts'][number]): Picture[] {
	const picture = (state: string, use: (dialog: CredentialDialog) => Promise<unknown>): Picture => {
		const name = `credential-${gateway.name}-${state}`;
		return {
			name,
			take: async (studio) => {
				studio.leave();
				await use(await CredentialDialog.create(studio.editor, `${gateway.title} API`));
				await studio.editor.screenshot(name);
			},
		};
	};
	return [
		picture('new', async () => await Promise.resolve()),
		picture('right-key', async (dialog) => await dialog.save(apiKey, baseUrl)),
		picture('wrong-key', async (dialog) => await dialog.save('not-a-key', baseUrl)),
	];
}

/** An example on its canvas. */
function canvasPicture({ name: example, nodes }: Workflow): Picture {
	const name = `canvas-${example.toLowerCase().replaceAll(/\W+/g, '-')}`;
	const node = nodes.find(({ type }) => !type.endsWith('.stickyNote'))?.name ?? NODE;
	return {
		name,
		take: async (studio) => {
			await studio.editor.page.setViewportSize(CANVAS);
			studio.leave();
			await studio.showExample(example, node);
			// n8n shows its list of what to do in production beside a workflow that is published.
			await studio.editor.page.keyboard.press('Escape');
			await studio.editor.screenshot(name);
			studio.leave();
			await studio.editor.page.setViewportSize(WINDOW);
		},
	};
}

/** A step of the node, with the credential of its gateway. */
const drawing = (studio: Studio, gateway: string, parameters: Step['parameters']): Step => ({
	name: NODE,
	type: 'n8n-nodes-flux-image.fluxImage',
	typeVersion: 1,
	parameters: { gateway, ...parameters },
	credentials: studio.credentialOf(gateway),
});

/** A picture comes as a file, and is edited. */
const editing = (studio: Studio, picture: Buffer): Step[] => [
	manualTrigger,
	...pictureAsFile(picture),
	drawing(studio, 'vtrix', {
		prompt: 'Put the apple of the picture on a wooden table',
		inputImages: { image: [{ source: 'binary' }] },
		aspectRatio: '3:2',
		additionalFields: { guidanceScale: 4.5, outputFormat: 'png', promptUpsampling: true, seed: 7 },
	}),
];

async function applePicture(): Promise<Buffer> {
	const parameters = { prompt: 'A red apple', seed: 1, aspect_ratio: '1:1' };
	const [picture] = pictureRequests('seaArtCloud', 'flux_kontext_max', parameters, 0.25);
	if (!picture) throw new Error('The sandbox would draw nothing');
	return await drawPicture(picture);
}
