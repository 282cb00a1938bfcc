import { request } from 'undici';
import { digest } from '../n8n/digest';
import { eventually } from '../../tooling/eventually';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import {
	executionsOf,
	itemsOf,
	openN8n,
	outcomeOf,
	pictureOf,
	runManually,
	workflowId,
} from './n8n';
import { recordOutput } from './outputs';
import { stage } from './stage';
import { post } from './webhooks';

const CREATING = 'Create, then wait';
const RECOVERING = 'Recover tasks after a crash';
/** Long enough that n8n is killed while they run, also where it answers slowly. */
const PROMPTS = ['A crash', 'Another crash', 'A third crash'].map((text) => `${text} [seconds=30]`);
/** n8n itself waits ten seconds after a crash before it starts. */
const TEST_TIMEOUT_MS = 400_000;

const rest = openN8n();

describe('the workflow "Create, then wait"', () => {
	it('sees its tasks through where nothing happens', async () => {
		const prompts = ['A calm lake', 'A calm sea'];
		await post('flux-image-safe', { prompts });
		const [execution] = await eventually(
			'the end of the execution',
			async () => await executionsOf(workflowId(CREATING)),
			(executions) => executions.length === 1,
		);
		const items = itemsOf(execution!, 'Your next step');
		const pictures = await Promise.all(items.map(async (item) => await pictureOf(rest, item)));
		expect(pictures.map(digest)).toEqual(await drawnWith(prompts));
		recordOutput(CREATING, ...pictures);
	});
});

describe('kill -9 of n8n while tasks run', () => {
	let ids: string[];

	beforeAll(async () => {
		await post('flux-image-safe', { prompts: PROMPTS });
		await eventually('the saved ids', savedProgress, (saved) => saved === PROMPTS.length);
		ids = (await Promise.all(PROMPTS.map(taskWith))).map(({ id }) => id);
		const { statusCode, body } = await request(stage.crashUrl, {
			method: 'POST',
			headersTimeout: 0,
		});
		expect([statusCode, await body.text()]).toEqual([200, 'n8n was killed and runs again']);
	}, TEST_TIMEOUT_MS);

	it('leaves the ids of the tasks in the database', async () => {
		const [crashed] = await eventually(
			'the crashed execution',
			async () =>
				(await executionsOf(workflowId(CREATING))).filter(({ status }) => status === 'crashed'),
			(executions) => executions.length === 1,
		);
		expect(itemsOf(crashed!, 'Create').map(({ json }) => json.requestId)).toEqual(ids);
		expect(itemsOf(crashed!, 'Wait')).toEqual([]);
	});

	it(
		'loses no picture: "Recover tasks after a crash" collects them, and pays nothing',
		async () => {
			const execution = await runManually(rest, RECOVERING);
			expect(outcomeOf(execution)).toEqual({ status: 'success' });
			const items = itemsOf(execution, 'Pictures');
			expect(items.map(({ json }) => json.requestId)).toEqual(ids);
			const pictures = await Promise.all(items.map(async (item) => await pictureOf(rest, item)));
			expect(pictures.map(digest)).toEqual(await drawnWith(PROMPTS));
			const billed = (await Promise.all(PROMPTS.map(tasksWith))).flat();
			expect(billed.map((task) => task.billed)).toEqual(PROMPTS.map(() => 1));
			recordOutput(RECOVERING, ...pictures);
		},
		TEST_TIMEOUT_MS,
	);
});

async function drawnWith(prompts: string[]): Promise<string[]> {
	const tasks = await Promise.all(prompts.map(taskWith));
	return (await Promise.all(tasks.map(async (task) => await drawnFor(task)))).flat().map(digest);
}

/** How many tasks n8n has written down of the execution that is still under way. */
async function savedProgress(): Promise<number> {
	const running = await executionsOf(workflowId(CREATING), 'running');
	return running.flatMap((execution) => itemsOf(execution, 'Create')).length;
}
