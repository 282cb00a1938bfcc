import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { table } from './markdown';

const RESULTS = join(__dirname, '..', '..', 'scripts', 'bench', 'results.json');

/** What the bench has found of the node and of the loops that people build by hand. */
export function byHandTable(): string {
	const { byHand } = JSON.parse(readFileSync(RESULTS, 'utf8')) as {
		byHand: { section: { table: { head: string[]; rows: string[][] } } };
	};
	const { head, rows } = byHand.section.table;
	return table(head, rows);
}
