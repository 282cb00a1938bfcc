import { addTableRows, saveExampleTable, tableRows } from '../../tooling/n8n/example-table';
import { tasksWith } from './gatewayTasks';
import { itemsOf, openN8n, pictureOf, runManually } from './n8n';
import { recordOutput } from './outputs';

const WORKFLOW = 'Rows of a table, written back';

interface Row {
	prompt: string;
	state: string | null;
	requestId: string | null;
	link: string | null;
	reason: string | null;
}

const APPLE = 'A red apple on a white table';
const PEAR = 'A green pear on a blue plate';
const PLUM = 'A blue plum in a bowl';
const FORBIDDEN = 'Something forbidden in a table [moderated]';
const LATER = 'A row that was added later';

describe(`the workflow "${WORKFLOW}"`, () => {
	const rest = openN8n();
	let table: string;

	const rows = async () =>
		Object.fromEntries((await tableRows<Row>(rest, table)).map((row) => [row.prompt, row]));
	const idsOf = async (prompt: string) => (await tasksWith(prompt)).map(({ id }) => id);

	beforeAll(async () => {
		table = await saveExampleTable(rest);
		await addTableRows(rest, table, [{ prompt: FORBIDDEN, format: '', size: '' }]);
	});

	it('writes each row its own picture or its own reason', async () => {
		const execution = await runManually(rest, WORKFLOW);
		expect(execution.status).toBe('success');
		const written = await rows();
		for (const prompt of [APPLE, PEAR]) {
			const [id] = await idsOf(prompt);
			expect(written[prompt]).toMatchObject({ state: 'done', requestId: id, reason: '' });
			expect(written[prompt]?.link).toMatch(/^http/);
		}
		const [blocked] = await idsOf(FORBIDDEN);
		expect(written[FORBIDDEN]).toMatchObject({
			state: 'failed, look at the gateway',
			requestId: blocked,
			reason: expect.stringContaining('was blocked by the moderation') as string,
		});
		expect(written[PLUM]).toMatchObject({
			state: 'failed',
			requestId: '',
			reason: expect.stringContaining('"landscape_16_9", which is 16:9 here') as string,
		});
		expect(await idsOf(PLUM)).toEqual([]);
		const stored = itemsOf(execution, 'Store');
		expect(stored.map(({ json }) => json.contentType)).toEqual(['image/jpeg', 'image/png']);
		recordOutput(
			WORKFLOW,
			await Promise.all(stored.map(async (item) => await pictureOf(rest, item))),
		);
	});

	it('draws only the rows without a state the next time', async () => {
		await addTableRows(rest, table, [{ prompt: LATER, format: 'JPG', size: '768\u00d71024' }]);
		const before = await rows();
		const execution = await runManually(rest, WORKFLOW);
		expect(execution.status).toBe('success');
		const [id] = await idsOf(LATER);
		const { [LATER]: added, ...others } = await rows();
		expect(added).toMatchObject({ state: 'done', requestId: id });
		expect({ ...others, [LATER]: before[LATER] }).toEqual(before);
	});
});
