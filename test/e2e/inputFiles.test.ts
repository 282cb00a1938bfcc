import { FormData } from 'undici';
import { eventually } from '../../tooling/eventually';
import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow, WorkflowNode } from '../../tooling/n8n/workflow-files';
import { drawPicture } from '../../sandbox';
import { digest } from '../n8n/digest';
import { drawnFor, taskWith } from './gatewayTasks';
import { executionsOf, itemsOf, openN8n, pictureOf } from './n8n';
import { fluxNode, NODE } from './ownWorkflow';
import { postForm } from './webhooks';

const WEBHOOK = 'Form';

/** A node that hands its item on without the files. */
const WITHOUT_FILES = {
	name: 'Edit Fields',
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		assignments: {
			assignments: [
				{ id: '1', name: 'body.prompt', type: 'string', value: '={{ $json.body.prompt }}' },
			],
		},
		options: {},
	},
} as WorkflowNode;

/** A workflow that takes a form's files, with or without a node between that drops them. */
async function workflowOf(
	rest: N8nRest,
	path: string,
	binaryPropertyName: string,
	between: readonly WorkflowNode[],
): Promise<Workflow> {
	const webhook = {
		name: WEBHOOK,
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} },
	};
	const flux = await fluxNode(rest, {
		parameters: {
			prompt: '={{ $json.body.prompt }}',
			inputImages: { image: [{ source: 'binary', binaryPropertyName }] },
		},
	});
	const nodes = [webhook, ...between, flux];
	const links = nodes
		.slice(1)
		.map(({ name }, index) => [
			nodes[index]!.name,
			{ main: [[{ node: name, type: 'main', index: 0 }]] },
		]);
	return {
		name: path,
		nodes: nodes.map((node, index) => ({ ...node, id: `${index}`, position: [index * 200, 0] })),
		connections: Object.fromEntries(links) as Workflow['connections'],
		settings: { executionOrder: 'v1' },
	};
}

async function photo(prompt: string): Promise<Buffer> {
	const of = { gateway: 'vtrix', model: 'a camera', prompt, format: 'jpeg' } as const;
	return await drawPicture({ ...of, width: 320, height: 240 });
}

describe('Files of a form', () => {
	it.each<[string, string, readonly WorkflowNode[], number]>([
		['form-files', '={{ $binary }}', [], 2],
		['form-file-of-node', `={{ $('${WEBHOOK}').item.binary.photo }}`, [WITHOUT_FILES], 1],
		['form-files-of-node', `={{ $('${WEBHOOK}').item.binary }}`, [WITHOUT_FILES], 2],
		['form-files-by-name', 'photo, other', [], 2],
	])('are edited: %s by %s', async (path, binaryPropertyName, between, count) => {
		const rest = openN8n();
		const workflow = await workflowOf(rest, path, binaryPropertyName, between);
		const saved = await rest.createWorkflow(workflow);
		await rest.publish(saved);
		const prompt = `Paint it green, by ${path}`;
		const photos = [await photo('A room'), await photo('A garden')];
		const form = new FormData();
		form.set('prompt', prompt);
		for (const [index, name] of ['photo', 'other'].entries()) {
			const bytes = new Uint8Array(photos[index]!);
			form.set(name, new Blob([bytes], { type: 'image/jpeg' }), `${name}.jpg`);
		}
		expect((await postForm(path, form)).statusCode).toBe(200);
		const [execution] = await eventually(
			`the end of the execution of ${path}`,
			async () => await executionsOf(saved.id),
			(executions) => executions.length > 0,
		);
		expect(execution?.status).toBe('success');
		const [changed] = await drawnFor(await taskWith(prompt), photos.slice(0, count));
		const came = await pictureOf(rest, itemsOf(execution!, NODE)[0]);
		expect(digest(came)).toBe(changed && digest(changed));
	});
});
