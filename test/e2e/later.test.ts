import { digest } from '../n8n/digest';
import { eventually } from '../../tooling/eventually';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { executionsOf, itemsOf, openN8n, pictureOf, workflowId } from './n8n';
import { recordOutput } from './outputs';
import { get, post } from './webhooks';

describe('the workflow "Create now, collect later"', () => {
	const PATH = 'flux-image-tasks';

	it('answers with the id at once, then with the status, then with the picture', async () => {
		const prompt = 'A snail on its way [seconds=4]';
		const order = await post(PATH, { prompt, seed: 9 });
		expect(order.statusCode).toBe(202);
		const { id } = await taskWith(prompt);
		expect(order.json()).toMatchObject({ requestId: id, status: 'queued' });

		const collect = async () => await get(PATH, { requestId: id });
		const picture = await eventually(
			'the picture',
			async () => {
				const answer = await collect();
				if (answer.statusCode === 202) expect(answer.json().requestId).toBe(id);
				return answer;
			},
			({ statusCode }) => statusCode !== 202,
		);
		expect(picture.statusCode).toBe(200);
		const [drawn] = await drawnFor(await taskWith(prompt));
		expect(digest(picture.bytes)).toBe(drawn && digest(drawn));
		recordOutput('Create now, collect later', picture.bytes);
	});

	it('says "not yet" of a task that is not finished', async () => {
		const prompt = 'A glacier [never]';
		const { requestId } = (await post(PATH, { prompt })).json<{ requestId: string }>();
		const answer = await get(PATH, { requestId });
		expect(answer.statusCode).toBe(202);
		expect(answer.json().status).toMatch(/queued|running/);
	});

	it('tells why a task has no picture', async () => {
		const prompt = 'Something forbidden, later [moderated] [seconds=0.1]';
		const { requestId } = (await post(PATH, { prompt })).json<{ requestId: string }>();
		const answer = await eventually(
			'the end of the task',
			async () => await get(PATH, { requestId }),
			({ statusCode }) => statusCode !== 202,
		);
		expect(answer.statusCode).toBe(502);
		expect(answer.json()).toMatchObject({ requestId, status: 'failed' });
	});
});

describe('the workflow "Collect timed-out tasks"', () => {
	const WORKFLOW = 'Collect timed-out tasks';
	const PATH = 'flux-image-patient';
	const rest = openN8n();

	it('answers a quick task with its picture', async () => {
		const prompt = 'A swift';
		const { statusCode, bytes } = await post(PATH, { prompt, patience: 120 });
		expect(statusCode).toBe(200);
		const [drawn] = await drawnFor(await taskWith(prompt));
		expect(digest(bytes)).toBe(drawn && digest(drawn));
	});

	it('answers a slow task with its id, then collects the picture without paying again', async () => {
		const prompt = 'A sloth [seconds=6]';
		const answer = await post(PATH, { prompt, patience: 1 });
		expect(answer.statusCode).toBe(202);
		const { id } = await taskWith(prompt);
		expect(answer.json().requestId).toBe(id);

		const [execution] = await eventually(
			'the end of the execution',
			async () =>
				(await executionsOf(workflowId(WORKFLOW))).filter((candidate) =>
					itemsOf(candidate, 'Answer: later').some(({ json }) => json.requestId === id),
				),
			([candidate]) => candidate !== undefined,
		);
		expect(execution?.status).toBe('success');
		const late = itemsOf(execution!, 'Late picture');
		expect(late.map(({ json }) => json.status)).toEqual(['completed']);
		const picture = await pictureOf(rest, late[0]);
		const [drawn] = await drawnFor(await taskWith(prompt));
		expect(digest(picture)).toBe(drawn && digest(drawn));
		expect((await tasksWith(prompt)).map(({ billed }) => billed)).toEqual([1]);
		recordOutput(WORKFLOW, picture);
	});
});
