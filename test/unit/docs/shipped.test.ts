import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { gateways } from '../../../sandbox';
import { readPacked } from '../../../tooling/n8n/packed';
import { PROJECT } from './document';

/** What n8n loads or npm shows: compiled code, drawings, the codex, and the four files of any package. */
const SHIPPED = [
	/^dist\/(nodes|credentials)\/.+\.js$/,
	/^dist\/icons\/\w+(\.dark)?\.svg$/,
	/^dist\/nodes\/.+\.node\.json$/,
	/^(package\.json|index\.js|README\.md|LICENSE)$/,
];

interface PackageJson {
	homepage: string;
	n8n: { nodes: string[]; credentials: string[] };
	scripts: Record<string, string>;
	[field: string]: unknown;
}

describe('The package', () => {
	const packageJson = JSON.parse(
		readFileSync(join(PROJECT, 'package.json'), 'utf8'),
	) as PackageJson;
	const paths = packedPaths();

	it('holds only what n8n needs', () => {
		expect(paths.filter((path) => !SHIPPED.some((pattern) => pattern.test(path)))).toEqual([]);
	});

	it('holds the node, the credentials and the icons, as built', () => {
		const { nodes, credentials } = packageJson.n8n;
		const icons = readdirSync(join(PROJECT, 'icons')).map((name) => `dist/icons/${name}`);
		expect(nodes).toHaveLength(1);
		expect(credentials).toHaveLength(gateways.length);
		const needed = ['package.json', ...nodes, ...credentials, ...icons];
		expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
	});

	it('depends on nothing that could be audited, and runs nothing when it is installed', () => {
		const { dependencies, optionalDependencies, bundledDependencies } = packageJson;
		expect({ dependencies, optionalDependencies, bundledDependencies }).toEqual({});
		expect(Object.keys(packageJson.scripts)).not.toEqual(
			expect.arrayContaining([expect.stringMatching(/install|prepare/)]),
		);
	});

	it('names one repository wherever it names one', () => {
		const { homepage } = packageJson;
		expect(packageJson['repository']).toMatchObject({ url: `git+${homepage}.git` });
		for (const path of ['README.md', 'CONTRIBUTING.md', '.github/ISSUE_TEMPLATE/config.yml']) {
			expect(readFileSync(join(PROJECT, path), 'utf8')).toContain(homepage);
		}
	});
});

describe('What npm pack prints', () => {
	const tarball = { name: 'a', filename: 'a-1.0.0.tgz', files: [{ path: 'package.json' }] };

	it.each([
		['a list, by npm 11', [tarball]],
		['an object, by npm 12', { a: tarball }],
	])('is read as %s', (_, printed) => {
		expect(readPacked(JSON.stringify(printed))).toEqual(tarball);
	});

	it('is refused where no tarball is in it', () => {
		expect(() => readPacked('[]')).toThrow('no tarball');
	});
});

/** The files that `npm pack` would ship, by paths within the package. */
function packedPaths(): string[] {
	const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: PROJECT,
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});
	return readPacked(stdout).files.map(({ path }) => path);
}
