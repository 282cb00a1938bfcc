import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { OPERATIONS } from '../../../nodes/FluxImage/operations';
import { credentials } from '../../../tooling/credentials';
import { anchorsOf, firstCells, PROJECT, readDocument, tableHeaded } from './document';

const readme = readDocument('README.md');
const lines = readFileSync(join(PROJECT, 'README.md'), 'utf8').split('\n');

/** What a reader sees without scrolling far: a screen and a half, in lines of the file. */
const FIRST_LOOK = 60;

describe('README.md', () => {
	it('is short', () => {
		expect(lines.length).toBeLessThan(400);
	});

	it('begins with a picture, the first command and what it never does', () => {
		const first = ['![', 'npm start', '## Never pay twice'].map((start) =>
			lines.findIndex((line) => line.startsWith(start)),
		);
		expect(first).not.toContain(-1);
		expect(first).toEqual([...first].sort((one, other) => one - other));
		expect(Math.max(...first)).toBeLessThan(FIRST_LOOK);
	});

	it('lists every operation under its resource', () => {
		const rows = tableHeaded(readme, 'Resource').slice(1);
		const listed = rows.map(([resource = '', name]) => `${resource.toLowerCase()} ${name}`);
		const offered = OPERATIONS.map(({ resource, name }) => `${resource} ${name}`);
		expect(listed.sort()).toEqual(offered.sort());
	});

	it('names the credential and the base URL of every gateway', () => {
		const rows = tableHeaded(readme, 'Gateway').slice(1);
		expect(rows.map(([, credential, , baseUrl]) => [credential, baseUrl])).toEqual(
			credentials.map(({ displayName, properties }) => [
				displayName,
				`\`${String(properties.find(({ name }) => name === 'baseUrl')?.default)}\``,
			]),
		);
		for (const { documentationUrl } of credentials) {
			expect(anchorsOf(readme)).toContain(documentationUrl?.split('#')[1]);
		}
	});

	it('links every example workflow by the name that n8n shows', () => {
		const files = readdirSync(join(PROJECT, 'workflows')).filter((name) => name.endsWith('.json'));
		const links = files.map((file) => {
			const text = readFileSync(join(PROJECT, 'workflows', file), 'utf8');
			return `[${(JSON.parse(text) as { name: string }).name}](workflows/${file})`;
		});
		expect(firstCells(tableHeaded(readme, 'Workflow')).sort()).toEqual(links.sort());
	});

	it('compares with the figures that the bench has found', () => {
		const { alone } = JSON.parse(
			readFileSync(join(PROJECT, 'scripts/bench/results.json'), 'utf8'),
		) as { alone: { section: { table: { rows: Array<[what: string, measured: string]> } } } };
		const leading = (text: string) => text.split(/[ ,]/)[0];
		const found = alone.section.table.rows.map(([, measured]) => leading(measured));
		const [head, ...rows] = tableHeaded(readme, '');
		expect(head?.[1]).toMatch('FLUX Image');
		const told = rows.flatMap(([, own = '']) => own.split('; ').map(leading));
		// The last row is none of the bench's: a contract test keeps the key where it is.
		expect(told).toEqual([...found, 'stays']);
	});
});
