import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { PROJECT } from './document';

/** An import that must not be, by the file that has it: what it imports, and the rule that tells. */
const WRONG: Readonly<Record<string, readonly [target: string, rule: string]>> = {
	'nodes/FluxImage/core/a.ts': ['../gateways/a', 'core-imports-downward'],
	'nodes/FluxImage/gateways/a.ts': ['../models/a', 'gateways-imports-downward'],
	'nodes/FluxImage/models/a.ts': ['../client/a', 'models-imports-downward'],
	'nodes/FluxImage/client/a.ts': ['../tasks/a', 'client-imports-downward'],
	'nodes/FluxImage/accounts/a.ts': ['../tasks/a', 'accounts-imports-downward'],
	'nodes/FluxImage/tasks/a.ts': ['../images/a', 'tasks-imports-downward'],
	'nodes/FluxImage/images/a.ts': ['../tasks/c', 'images-imports-downward'],
	'nodes/FluxImage/images/b.ts': ['../newFolder/a', 'images-imports-downward'],
	'nodes/FluxImage/operations/a.ts': ['../description/a', 'operations-imports-downward'],
	'nodes/FluxImage/description/a.ts': ['../FluxImage.node', 'description-imports-downward'],
	'nodes/FluxImage/core/b.ts': ['node:timers', 'node-has-no-dependencies'],
	'nodes/FluxImage/core/c.ts': ['../../../sandbox/b', 'node-has-no-dependencies'],
	'nodes/FluxImage/core/e.ts': ['../../../credentials/b', 'nodes-stands-apart'],
	'credentials/a.ts': ['../nodes/FluxImage/core/d', 'credentials-stands-apart'],
	'sandbox/a.ts': ['../nodes/FluxImage/core/d', 'sandbox-stands-apart'],
	'tooling/a.ts': ['../test/unit/b', 'tooling-stands-apart'],
	'test/unit/a.ts': ['../../scripts/b', 'test-stands-apart'],
	'scripts/a.ts': ['../test/unit/b', 'scripts-use-stages-only'],
	'scripts/circle/a.ts': ['./b', 'no-circles'],
};

/** Imports that are right, or close a circle told of elsewhere, and files that import nothing. */
const RIGHT: Readonly<Record<string, string | undefined>> = {
	'nodes/FluxImage/FluxImage.node.ts': './operations/b',
	'nodes/FluxImage/operations/b.ts': '../images/c',
	'nodes/FluxImage/images/c.ts': '../core/d',
	'nodes/FluxImage/tasks/c.ts': '../client/b',
	'nodes/FluxImage/client/b.ts': '../models/b',
	'nodes/FluxImage/models/b.ts': '../gateways/b',
	'nodes/FluxImage/gateways/b.ts': '../core/d',
	'nodes/FluxImage/newFolder/a.ts': undefined,
	'nodes/FluxImage/core/d.ts': 'node:crypto',
	'test/e2e/stage.ts': '../../tooling/b',
	'test/unit/b.ts': '../../sandbox/b',
	'tooling/b.ts': '../sandbox/b',
	'sandbox/b.ts': undefined,
	'credentials/b.ts': undefined,
	'scripts/circle/b.ts': './a',
	'scripts/b.ts': '../test/e2e/stage',
};

interface Violation {
	readonly from: string;
	readonly rule: { readonly name: string };
}

describe('the rules of who imports whom', () => {
	let folder: string;

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'flux-image-layers-'));
		for (const [file, [target]] of Object.entries(WRONG)) write(file, target);
		for (const [file, target] of Object.entries(RIGHT)) write(file, target);
	});

	afterAll(() => rmSync(folder, { recursive: true }));

	it('find every import that is wrong, be it of types only, and none that is right', () => {
		const expected = Object.entries(WRONG).map(([file, [, rule]]) => `${file}: ${rule}`);
		const found = violations().map(({ from, rule }) => `${from}: ${rule.name}`);
		expect(found.sort()).toEqual(expected.sort());
	});

	function write(file: string, target: string | undefined): void {
		const path = join(folder, file);
		mkdirSync(dirname(path), { recursive: true });
		const imported = target ? `import type { A as Other } from '${target}';\n` : '';
		writeFileSync(
			path,
			`${imported}export interface A { other: ${target ? 'Other' : 'string'} }\n`,
		);
	}

	/** What the project's rules find in the folder, as `npm run lint` would. */
	function violations(): Violation[] {
		const program = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
		const config = join(PROJECT, '.dependency-cruiser.cjs');
		const folders = ['nodes', 'credentials', 'sandbox', 'tooling', 'test', 'scripts'];
		const { stdout } = spawnSync(
			process.execPath,
			[program, ...folders, '--config', config, '--output-type', 'json'],
			{ cwd: folder, encoding: 'utf8' },
		);
		return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
	}
});
