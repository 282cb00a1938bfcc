import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT, readDocument } from './document';

describe('docs/verification.md', () => {
	const { tables, spans } = readDocument('docs/verification.md');
	const rules = tables.flatMap(([, ...rows]) => rows);

	it("shows every rule of n8n's by something that can be looked at or run", () => {
		const unshown = rules.filter(([, , shown = '']) => !/`[^`]+`|\]\([^)]+\)/.test(shown));
		expect(rules.length).toBeGreaterThan(0);
		expect(unshown).toEqual([]);
	});

	it('names folders and files that are there', () => {
		const paths = spans.filter((span) => /^[\w.-]+\/[\w./-]*$|^[\w.-]+\.\w+$/.test(span));
		const missing = paths.filter(
			(path) => !['', '.github/workflows'].some((base) => existsSync(join(PROJECT, base, path))),
		);
		expect(missing).toEqual([]);
	});

	it("has its list of the owner's steps end", () => {
		const text = readFileSync(join(PROJECT, 'docs', 'verification.md'), 'utf8');
		expect(text.trimEnd()).toMatch(/\n8\. .* Done\.$/);
	});
});
