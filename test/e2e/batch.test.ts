import { FormData } from 'undici';
import type { Answer } from '../n8n/webhooks';
import { taskWith } from './gatewayTasks';
import { recordOutput } from './outputs';
import { post, postForm } from './webhooks';

const WORKFLOW = 'A batch, with an error branch';

/** A row as the workflow answers it: with a file where all went well, else with an error. */
interface RowAnswer {
	sku: string;
	requestId: string;
	fileName?: string;
	error?: string;
}

interface Row {
	sku: string;
	prompt: string;
}

/** Five rows; the second is blocked, the fourth has no prompt. */
function asArray(kind: string): Row[] {
	return [
		{ sku: 'A1', prompt: `A red apple, by ${kind}` },
		{ sku: 'A2', prompt: `Something forbidden, by ${kind} [moderated]` },
		{ sku: 'A3', prompt: `A green pear, by ${kind}` },
		{ sku: 'A4', prompt: '' },
		{ sku: 'A5', prompt: `A blue plum, by ${kind}` },
	];
}

const csvOf = (rows: Row[]): string =>
	['sku,prompt', ...rows.map(({ sku, prompt }) => `${sku},"${prompt}"`)].join('\n');

/** What goes wrong with the rows, by sku. */
const ERRORS: Record<string, RegExp> = { A2: /was blocked by the moderation/, A4: /prompt/i };

async function expectEveryRow(answer: Answer, rows: Row[]): Promise<void> {
	expect(answer.statusCode).toBe(200);
	const answered = answer.json<RowAnswer[]>();
	expect(answered.map(({ sku }) => sku)).toEqual(['A1', 'A3', 'A5', 'A2', 'A4']);
	for (const { sku, requestId, fileName, error } of answered) {
		const { prompt } = rows.find((row) => row.sku === sku)!;
		const id = prompt ? (await taskWith(prompt)).id : '';
		expect({ sku, requestId }).toEqual({ sku, requestId: id });
		if (ERRORS[sku]) expect(error).toMatch(ERRORS[sku]);
		else expect(fileName).toBe(`${sku}.png`);
	}
}

describe(`the workflow "${WORKFLOW}"`, () => {
	it('makes every row of a JSON list that can be made, and tells why of the others', async () => {
		const rows = asArray('JSON');
		const answer = await post('flux-image-batch', { rows });
		await expectEveryRow(answer, rows);
	});

	it('does the same with a CSV file', async () => {
		const rows = asArray('CSV');
		const form = new FormData();
		form.set('data', new Blob([csvOf(rows)], { type: 'text/csv' }), 'products.csv');
		const answer = await postForm('flux-image-batch-csv', form);
		await expectEveryRow(answer, rows);
		recordOutput(WORKFLOW, answer.json());
	});
});
