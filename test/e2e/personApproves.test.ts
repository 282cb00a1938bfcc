import { FormData, request } from 'undici';

import { digest } from '../n8n/digest';
import { eventually } from '../../tooling/eventually';
import { drawnFor, tasksWith, taskWith } from './gatewayTasks';
import { endedExecution, executionOf, itemsOf, openN8n, pictureOf, workflowId } from './n8n';
import { recordOutput } from './outputs';
import { post } from './webhooks';

const WORKFLOW = 'A person approves, or it is drawn again';
const PROMPT = 'A lighthouse for a person';

/** What Ask a person puts out. */
interface Question {
	requestId: string;
	picture: string;
	form: string;
}

describe(`the workflow "${WORKFLOW}"`, () => {
	const rest = openN8n();

	/** The execution that waits, as soon as it asks about the task of this prompt. */
	async function asked(prompt: string): Promise<{ id: string; question: Question }> {
		const { id: requestId } = await eventually(
			'the task',
			async () => (await tasksWith(prompt))[0],
			(task) => task !== undefined,
		).then((task) => task!);
		return await eventually(
			`the question about ${requestId}`,
			async () => {
				const filter = JSON.stringify({ workflowId: workflowId(WORKFLOW), status: ['waiting'] });
				const { results } = await rest.call<{ results: Array<{ id: string }> }>(
					'GET',
					`executions?filter=${encodeURIComponent(filter)}`,
				);
				const executions = await Promise.all(results.map(async ({ id }) => await executionOf(id)));
				const found = executions.map((execution) => ({
					id: execution.id,
					question: itemsOf(execution, 'Ask a person')[0]?.json as unknown as Question,
				}));
				return found.find(({ question }) => question?.requestId === requestId);
			},
			(found) => found !== undefined,
		).then((found) => found!);
	}

	async function answer({ form }: Question, fields: string[]): Promise<void> {
		const body = new FormData();
		fields.forEach((value, index) => body.set(`field-${index}`, value));
		const { statusCode, body: page } = await request(form, { method: 'POST', body });
		expect({ statusCode, page: await page.text() }).toMatchObject({ statusCode: 200 });
	}

	it('shows the picture in a form, draws again with what the person says, and fetches the approved one', async () => {
		expect((await post('flux-image-approve', { prompt: PROMPT })).statusCode).toBe(200);
		const first = await asked(PROMPT);
		const page = await (await request(first.question.form)).body.text();
		expect(page).toContain(first.question.picture);
		// Opening the form, as a mail program does to preview a link, decides nothing.
		expect((await executionOf(first.id)).status).toBe('waiting');

		await answer(first.question, ['Draw again', 'in the snow']);
		const second = await asked(`${PROMPT} in the snow`);
		expect(second.id).toBe(first.id);
		expect(second.question.requestId).not.toBe(first.question.requestId);

		await answer(second.question, ['Approve', '']);
		const execution = await endedExecution(first.id);
		expect(execution.status).toBe('success');
		const approved = itemsOf(execution, 'Approved picture');
		const task = await taskWith(`${PROMPT} in the snow`);
		expect(approved.map(({ json }) => json.requestId)).toEqual([task.id]);
		const picture = await pictureOf(rest, approved[0]);
		const [drawn] = await drawnFor(task);
		expect(digest(picture)).toBe(drawn && digest(drawn));
		const tasks = [...(await tasksWith(PROMPT)), ...(await tasksWith(task.prompt))];
		expect(tasks.map(({ billed }) => billed)).toEqual([1, 1]);
		recordOutput(WORKFLOW, picture);
	});
});
