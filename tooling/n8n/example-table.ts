import type { N8nRest } from './rest';

/** The data table of the workflow "Rows of a table, written back". */
export const EXAMPLE_TABLE = 'Pictures to draw';

const COLUMNS = ['prompt', 'format', 'size', 'state', 'requestId', 'link', 'reason'];

/** Rows as people fill them: the third has another service's word for a size, and is told what to take. */
const ROWS = [
	{ prompt: 'A red apple on a white table', format: 'jpg', size: '1024x1024' },
	{ prompt: 'A green pear on a blue plate', format: 'png', size: '16:9' },
	{ prompt: 'A blue plum in a bowl', format: 'jpg', size: 'landscape_16_9' },
];

interface Table {
	id: string;
	name: string;
}

/** Makes the table, with rows to begin with, unless it is there already; returns its id. */
export async function saveExampleTable(rest: N8nRest): Promise<string> {
	const tables = await tablesPath(rest);
	const { data } = await rest.call<{ data: Table[] }>('GET', tables);
	const existing = data.find(({ name }) => name === EXAMPLE_TABLE);
	if (existing) return existing.id;
	const columns = COLUMNS.map((name) => ({ name, type: 'string' }));
	const { id } = await rest.call<Table>('POST', tables, { name: EXAMPLE_TABLE, columns });
	await addTableRows(rest, id, ROWS);
	return id;
}

/** Adds rows to a data table. */
export async function addTableRows(
	rest: N8nRest,
	table: string,
	rows: ReadonlyArray<Record<string, string>>,
): Promise<void> {
	const path = `${await tablesPath(rest)}/${table}/insert`;
	await rest.call('POST', path, { data: rows, returnType: 'count' });
}

/** All rows of a data table, with the columns that n8n adds. */
export async function tableRows<Row>(rest: N8nRest, table: string): Promise<Row[]> {
	const path = `${await tablesPath(rest)}/${table}/rows`;
	return (await rest.call<{ data: Row[] }>('GET', path)).data;
}

async function tablesPath(rest: N8nRest): Promise<string> {
	const { id } = await rest.call<{ id: string }>('GET', 'projects/personal');
	return `projects/${id}/data-tables`;
}
