import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROJECT } from './document';

/** What n8n loads or npm shows: compiled code, drawings, the codex, and the four files of any package. */
const SHIPPED = [
	/^dist\/(nodes|credentials)\/.+\.js$/,
	/^dist\/icons\/\w+(\.dark)?\.svg$/,
	/^dist\/nodes\/.+\.node\.json$/,
	/^(package\.json|index\.js|README\.md|LICENSE)$/,
];

describe('The package', () => {
	const packageJson = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as Record<
		string,
		unknown
	>;

	it('holds only what n8n needs', () => {
		const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
			cwd: PROJECT,
			encoding: 'utf8',
			shell: process.platform === 'win32',
		});
		const [{ files }] = JSON.parse(stdout) as [{ files: Array<{ path: string }> }];
		const paths = files.map(({ path }) => path);
		expect(paths).toContain('package.json');
		expect(paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path)))).toEqual([]);
	});

	it('depends on nothing that could be audited, and runs nothing when it is installed', () => {
		const { dependencies, optionalDependencies, bundledDependencies } = packageJson;
		expect({ dependencies, optionalDependencies, bundledDependencies }).toEqual({});
		expect(Object.keys(packageJson['scripts'] as object)).not.toEqual(
			expect.arrayContaining([expect.stringMatching(/install|prepare/)]),
		);
	});

	it('names one repository wherever it names one', () => {
		const { homepage } = packageJson as { homepage: string };
		expect(packageJson['repository']).toMatchObject({ url: `git+${homepage}.git` });
		for (const path of ['README.md', 'CONTRIBUTING.md', '.github/ISSUE_TEMPLATE/config.yml']) {
			expect(readFileSync(join(PROJECT, path), 'utf8')).toContain(homepage);
		}
	});
});
