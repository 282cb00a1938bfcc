import { tasksAbout } from './browserLedger';
import { settled } from '../../tooling/editor/browserWait';
import { emptyFluxImage, saveChain } from './browserWorkflow';
import { manualTrigger } from '../../tooling/n8n/chain';
import { digest } from '../n8n/digest';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import { executionsOf, itemsOf, openN8n, type SavedExecution } from './n8n';
import { publishPayOnce } from './payOnceWorkflow';

jest.setTimeout(300_000);

const NODE = 'FLUX Image';
const SEED = 7;
const HINT = 'Nothing was paid';
const PAID_AGAIN = 'This test run was paid, as an earlier one was.';

let editor: Editor;

beforeAll(async () => {
	editor = await openEditor();
});

afterAll(async () => {
	await editor.close();
});

/** Saves a workflow that draws the prompts, and opens it with the credential chosen. */
async function openDrawing(
	name: string,
	prompts: string[],
	additionalFields: { seed?: number } = { seed: SEED },
): Promise<string> {
	const url = await saveChain(name, [
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
		{
			...emptyFluxImage,
			parameters: { prompt: '={{ $json.prompts }}', additionalFields },
		},
	]);
	await editor.openCanvas(url);
	const node = await editor.openNode(NODE);
	await node.chooseCredential('SeaArt Cloud account');
	await node.close();
	return url.split('/').pop() ?? '';
}

/** Presses Execute workflow, and returns when it has succeeded. */
async function execute(): Promise<void> {
	expect(await editor.execute()).toMatch(/success/i);
}

/** What the node's output panel says and shows after a run. */
async function shown(): Promise<{ words: string; picture: string }> {
	const node = await editor.openNode(NODE);
	const panel = editor.marked('output-panel');
	await panel.locator('[data-test-id="radio-button-binary"]').waitFor();
	const words = await panel.innerText();
	const picture = digest(await editor.bytesOf(await editor.viewPicture()));
	await node.close();
	return { words, picture };
}

const requestIds = (execution: SavedExecution | undefined) =>
	itemsOf(execution!, NODE).map(({ json }) => json.requestId);

describe('a person who presses Execute again while building', () => {
	it('pays nothing for the same seed, is told so, and gets the same file; another seed pays', async () => {
		const words = 'A stone bridge, tried out';
		await openDrawing('Tried out', [words]);
		await execute();
		expect(await tasksAbout(words)).toHaveLength(1);
		const first = await shown();
		expect(first.words).not.toContain(HINT);

		await execute();
		const again = await shown();
		expect(again.words).toContain(HINT);
		expect(again.picture).toBe(first.picture);
		expect(await tasksAbout(words)).toHaveLength(1);
		const node = await editor.openNode(NODE);
		await editor.marked('output-panel').getByText(HINT).first().waitFor();
		await editor.screenshot('nothing-was-paid');

		await node.fill('seed', '8');
		await node.close();
		await execute();
		const other = await shown();
		expect(other.words).not.toContain(HINT);
		expect(other.picture).not.toBe(first.picture);
		const tasks = await tasksAbout(words);
		expect(tasks.map(({ parameters }) => (parameters as { seed: number }).seed)).toEqual([SEED, 8]);
	});

	it('is told what makes a test run cost nothing, where two in a row were paid', async () => {
		const words = 'A rope bridge, without a seed';
		await openDrawing('Paid again', [words], {});
		await execute();
		expect((await shown()).words).not.toContain(PAID_AGAIN);
		await execute();
		expect((await shown()).words).toContain(PAID_AGAIN);
		expect(await tasksAbout(words)).toHaveLength(2);
		const node = await editor.openNode(NODE);
		await editor.marked('output-panel').getByText(PAID_AGAIN).first().waitFor();
		await editor.screenshot('paid-again');
		await node.close();
	});

	it('gets two pictures for two equal items, and the same two again for nothing', async () => {
		const words = 'A wooden bridge, twice';
		const id = await openDrawing('Two equal items', [words, words]);
		await execute();
		await execute();
		const [second, first] = await settled(
			async () => await executionsOf(id),
			({ length }) => length === 2,
		);
		expect(new Set(requestIds(first)).size).toBe(2);
		expect(requestIds(second)).toEqual(requestIds(first));
		expect(await tasksAbout(words)).toHaveLength(2);
	});

	it('pays at the production URL, each time, for what the test runs had for nothing', async () => {
		const words = 'An iron bridge, in production';
		await openDrawing('Before production', [words]);
		await execute();
		expect(await tasksAbout(words)).toHaveLength(1);
		const production = await publishPayOnce(
			openN8n(),
			'in-production',
			{ order: '', prompt: words },
			{ hasKey: false, additionalFields: { seed: SEED } },
		);
		for (let delivery = 0; delivery < 2; delivery++) {
			expect(await production.deliver({ prompt: words })).not.toHaveProperty('reused');
		}
		expect(await tasksAbout(words)).toHaveLength(3);
	});
});
