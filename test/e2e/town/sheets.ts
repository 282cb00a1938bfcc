import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal';

/** A cell's longest text in Google Sheets: a picture as base64 does not fit. */
const LONGEST_CELL = 50_000;

export type Row = Record<string, unknown>;

/** A sheet of a spreadsheet. */
export interface Sheet {
	columns: readonly string[];
	/** The column that says which row an update means. */
	matchedBy: string;
	/** Whether a row that is not there is added. */
	appends?: boolean;
	rows: Row[];
}

/**
 * A spreadsheet: `GET /sheets/<name>?<column>=<value>` gives the rows with these values, and
 * `POST /sheets/<name>/update` writes the given columns of one row.
 *
 * Refuses, as Google Sheets and its node in n8n do: an update without the matched column's value or of
 * a row that is not there, columns that the sheet does not have, and texts beyond 50,000 characters.
 */
export function addSheets(server: FastifyInstance, sheets: Readonly<Record<string, Sheet>>): void {
	const sheetOf = (name: string): Sheet => {
		const sheet = sheets[name];
		if (!sheet) throw refusal(404, `Sheet with name ${name} not found`);
		return sheet;
	};
	server.get<{ Params: { name: string }; Querystring: Record<string, string> }>(
		'/sheets/:name',
		(request) => rowsWith(sheetOf(request.params.name), request.query),
	);
	server.post<{ Params: { name: string }; Body: Row }>('/sheets/:name/update', (request) => ({
		updated: 1,
		...update(sheetOf(request.params.name), request.body),
	}));
}

function rowsWith({ rows }: Sheet, wanted: Record<string, string>): Row[] {
	return rows.filter((row) =>
		Object.entries(wanted).every(([column, value]) => String(row[column] ?? '') === value),
	);
}

function update(sheet: Sheet, cells: Row): Row {
	const { columns, matchedBy, rows, appends } = sheet;
	const stranger = Object.keys(cells).find((column) => !columns.includes(column));
	if (stranger) throw refusal(400, `Column names were updated after the node's setup: ${stranger}`);
	if (Object.values(cells).some((cell) => String(cell).length > LONGEST_CELL)) {
		throw refusal(
			400,
			'Your input contains more than the maximum of 50000 characters in a single cell.',
		);
	}
	const key = cells[matchedBy];
	if (key === undefined || key === null || key === '') {
		throw refusal(400, `The column to match on, ${matchedBy}, has no value`);
	}
	const row = rows.find((each) => each[matchedBy] === key);
	if (row) return Object.assign(row, cells);
	if (!appends) throw refusal(404, `No row has ${matchedBy} ${JSON.stringify(key)}`);
	rows.push({ ...cells });
	return cells;
}

const refusal = (code: number, message: string): Refusal =>
	new Refusal(code, { error: { code, message, status: 'INVALID_ARGUMENT' } });
