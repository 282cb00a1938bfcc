import { settledList } from '../../tooling/editor/browserWait';
import type { Editor } from '../../tooling/editor/editor';
import { openEditor } from './openEditor';
import type { NodeView } from '../../tooling/editor/nodeView';
import { fixture } from './fixture';
import { NAME } from './mcpServer';

jest.setTimeout(300_000);

const TOOL = 'Draw picture';

/** What the tool's form offers beside the two options that the example has set. */
const OPTIONS = [
	'Cancel on Stop',
	'Download Images',
	'Include Raw Response',
	'Max Paid Tasks per Execution',
	'Pay Once Key',
	'Poll Interval (Seconds)',
	'Reuse in Test Runs',
	'Share Link',
];
/** What is about the file, once there is one. */
const OF_FILE = ['Max Image Size (MB)', 'Put Output File in Field'];

let editor: Editor;

beforeAll(async () => (editor = await openEditor()));
afterAll(async () => await editor.close());

async function expectAddable(node: NodeView, labels: readonly string[]): Promise<void> {
	const expected = [...labels].sort();
	expect(await settledList(async () => node.addable('Options'), expected)).toEqual(expected);
}

it("The tool's form offers what a call can use, and of the file nothing until it is wanted", async () => {
	await editor.openWorkflow(NAME, TOOL);
	await editor.screenshot('mcp-server-draws');
	const node = await editor.openNode(TOOL);
	await expectAddable(node, OPTIONS);
	await node.add('Options', 'Download Images');
	const others = OPTIONS.filter((label) => label !== 'Download Images');
	// n8n 1 adds it with the default of the node's own form, which is on.
	if (fixture.line !== '1.123') {
		await expectAddable(node, others);
		await node.toggle('downloadImages');
	}
	await expectAddable(node, [...others, ...OF_FILE]);
	await node.add('Options', 'Max Image Size (MB)');
	await node.fill('maxImageSize', '7');
	await editor.screenshot('tool-form');
	expect(await node.value('maxImageSize')).toBe('7');
	expect(await node.value('timeout')).toBe('45');
});
