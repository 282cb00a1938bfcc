import type { N8nRest } from '../../tooling/n8n/rest';
import type { Workflow } from '../../tooling/n8n/workflow-files';
import { arrivedRequests } from '../n8n/ledger';
import { fixture } from './fixture';
import { tasksWith } from './gatewayTasks';
import { openN8n, workflowId } from './n8n';
import { post } from './webhooks';

const WORKFLOW = 'Webhook in, picture out';

/** No other test has these models make a picture: what n8n's process knows of them is from here. */
const [MODEL, BLIND_MODEL] = ['flux_kontext_pro', 'flux_2_max'] as const;

/** As many calls, one after the other, of jobs that last about 2.7 s; blind looks fall far from there. */
const CALLS = 14;
const TYPICAL_SECONDS = 2.7;
const GIVE_OR_TAKE = 0.02;

/** From the tenth call on n8n's process should know the jobs. */
const FIRST_INFORMED = 9;

/** What watching a job came to, as the gateway saw it. */
interface Watched {
	/** From the job's end to the look that found it, as a share of the job's length. */
	readonly lag: number;
	readonly polls: number;
}

describe('a single picture by webhook, again and again', () => {
	const rest = openN8n();

	it('is seen from the tenth call on as soon as a job whose length is known', async () => {
		for (const model of [MODEL, BLIND_MODEL]) await publish(rest, model);
		// A first call is blind; the two run beside each other to save time.
		const blind = await Promise.all([MODEL, BLIND_MODEL].map(async (model) => watched(model, 0)));
		const series: Watched[] = [blind[0]!];
		for (let call = 1; call < CALLS; call++) series.push(await watched(MODEL, call));
		const informed = series.slice(FIRST_INFORMED);
		// Ratios within the run: a slow machine adds its time to both. Measured: 0.24 and 0.4; the looks
		// are 3.4, against two of a blind call that comes late.
		expect(mean(informed, 'lag') / mean(blind, 'lag')).toBeLessThan(0.6);
		expect(cost(informed) / cost(blind)).toBeLessThan(0.8);
		expect(mean(informed, 'polls')).toBeLessThanOrEqual(2.5 * mean(blind, 'polls'));
	});
});

/** One call of a model's webhook, and what the gateway's books say of it. */
async function watched(model: string, call: number): Promise<Watched> {
	// Evenly spread, in an order that is none.
	const seconds = TYPICAL_SECONDS * (1 + GIVE_OR_TAKE * Math.sin(2.4 * call));
	const prompt = `Again, ${model}, ${call} [seconds=${seconds.toFixed(3)}]`;
	const { statusCode } = await post(pathOf(model), { prompt });
	expect(statusCode).toBe(200);
	const [task] = await tasksWith(prompt);
	if (!task?.endsAtMs) throw new Error(`There is no task with the prompt "${prompt}"`);
	const requests = await arrivedRequests(fixture.sandbox.url);
	const looks = requests.filter((row) => row.call === 'status' && row.taskId === task.id);
	const lastMs = looks.at(-1)?.atMs ?? NaN;
	const lengthMs = task.endsAtMs - task.createdAtMs;
	return { lag: (lastMs - task.endsAtMs) / lengthMs, polls: looks.length };
}

const mean = (rows: readonly Watched[], figure: keyof Watched) =>
	rows.reduce((sum, row) => sum + row[figure], 0) / rows.length;

/** What the schedule weighs: lag times looks (docs/decisions/0004-poll-schedule.md). */
const cost = (rows: readonly Watched[]) => mean(rows, 'lag') * mean(rows, 'polls');

const pathOf = (model: string) => `again-${model}`;

/** Publishes the example at an address of its own, with another model. */
async function publish(rest: N8nRest, model: string): Promise<void> {
	const path = pathOf(model);
	const { nodes, ...example } = await rest.call<Workflow>(
		'GET',
		`workflows/${workflowId(WORKFLOW)}`,
	);
	const saved = await rest.createWorkflow({
		...{ name: path, connections: example.connections, settings: example.settings },
		nodes: nodes.map((node) => ({ ...node, ...changesOf(node, path, model) })),
	});
	await rest.publish(saved);
}

function changesOf({ type, parameters }: Workflow['nodes'][number], path: string, model: string) {
	if (type === 'n8n-nodes-base.webhook')
		return { webhookId: path, parameters: { ...parameters, path } };
	const shared = { gateway: 'seaArtCloud', resource: 'image', operation: 'generateAndWait' };
	const prompt = '={{ $json.body.prompt }}';
	return type.endsWith('fluxImage') ? { parameters: { ...shared, model, prompt } } : {};
}
