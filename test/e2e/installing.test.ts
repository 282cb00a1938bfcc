import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../../tooling/n8n/fixture';
import { fixture } from './fixture';
import { tasksWith } from './gatewayTasks';
import { startOwnN8n, type OwnN8n } from './ownN8n';
import { startPackageRegistry, type PackageRegistry } from './packageRegistry';
import { packProject, type Tarball } from './packageTarballs';
import { draw, hasNode, publishPicture } from './pictureWebhook';

/** n8n starts once or twice in a test, and installs the package. */
const TIMEOUT_MS = 400_000;

/** The lines as a reader finds them. */
const PAGES = ['README.md', 'docs/installing.md']
	.map((page) => readFileSync(join(PROJECT, page), 'utf8'))
	.join('\n');

/** Since 2.21, n8n can be told by variables which packages it has. */
const HEEDS_VARIABLES = fixture.line !== '1.123';

describe('The ways of installing in the documents, each in an n8n of its own', () => {
	const folder = mkdtempSync(join(tmpdir(), 'flux-image-installing-'));
	let registry: PackageRegistry;
	let packed: Tarball;
	let n8n: OwnN8n | undefined;

	beforeAll(async () => {
		registry = await startPackageRegistry(folder);
		packed = packProject(folder);
		registry.publish(packed);
	});

	afterEach(async () => {
		await n8n?.stop();
		n8n = undefined;
	});

	afterAll(() => {
		registry.close();
		rmSync(folder, { recursive: true, force: true });
	});

	/** Starts n8n with the data of that name, in place of the one before. */
	async function startWith(name: string, environment: Record<string, string> = {}) {
		await n8n?.stop();
		n8n = undefined;
		return (n8n = await startOwnN8n(join(folder, name), {
			...registry.environment,
			...environment,
		}));
	}

	/** Runs lines of a shell as the person whose n8n has the data of that name. */
	async function runAtHome(name: string, lines: string): Promise<void> {
		// Not in one blocking call: the registry answers from this process.
		await promisify(execFile)('bash', ['-ec', lines], {
			env: { ...process.env, ...registry.environment, HOME: join(folder, name) },
		});
	}

	const listed = async ({ rest }: OwnN8n) =>
		(await rest.call<Array<{ packageName: string }>>('GET', 'community-packages')).map(
			({ packageName }) => packageName,
		);
	const install = async ({ rest }: OwnN8n) =>
		await rest.call('POST', 'community-packages', { name: packed.manifest.name });
	const filesOf = (name: string) => join(folder, name, '.n8n', 'nodes');

	it(
		'n8n refuses the package by its name where unverified packages are off, as in n8n 3',
		async () => {
			const refusing = await startWith('docker', { N8N_UNVERIFIED_PACKAGES_ENABLED: 'false' });
			await expect(install(refusing)).rejects.toThrow(
				'Installation of unverified community packages is forbidden!',
			);
			expect(await listed(refusing)).toEqual([]);
		},
		TIMEOUT_MS,
	);

	it(
		"with the variables of the Docker line, n8n installs it, and again where the container's files are lost",
		async () => {
			const variables = dockerVariables();
			const before = await startWith('docker', variables);
			await install(before);
			await publishPicture(before);
			expect(await draw(before, 'A harbor in a container')).toMatch(/_1\.png$/);

			await before.stop();
			rmSync(filesOf('docker'), { recursive: true });
			const after = await startWith('docker', variables);
			expect(await listed(after)).toEqual([packed.manifest.name]);
			expect(await draw(after, 'A harbor in the next container')).toMatch(/_1\.png$/);
			const paid = await tasksWith('A harbor in the next container');
			expect(paid.map(({ billed }) => billed)).toEqual([1]);
		},
		TIMEOUT_MS,
	);

	it(
		'the two lines of the command line install it, without a second n8n-workflow and without a place on the screen',
		async () => {
			await runAtHome('by hand', shellBlock(/npm install --omit=peer/));
			expect(existsSync(join(filesOf('by hand'), 'node_modules', 'n8n-workflow'))).toBe(false);
			const started = await startWith('by hand');
			await publishPicture(started);
			expect(await draw(started, 'A harbor by hand')).toMatch(/_1\.png$/);
			expect(await listed(started)).toEqual([]);

			await runAtHome('by hand', shellBlock(/npm uninstall/));
			expect(await hasNode(await startWith('by hand'))).toBe(false);
		},
		TIMEOUT_MS,
	);

	const byVariables = () => assignments(shellBlock(/MANAGED_BY_ENV=/));
	if (HEEDS_VARIABLES) {
		it(
			'the variables alone install it at the start, keep the screen from changing it, and take it away',
			async () => {
				const managed = await startWith('by variables', byVariables());
				expect(await listed(managed)).toEqual([packed.manifest.name]);
				await expect(install(managed)).rejects.toThrow('managed via environment variables');
				await publishPicture(managed);
				expect(await draw(managed, 'A harbor by variables')).toMatch(/_1\.png$/);

				const without = { ...byVariables(), N8N_COMMUNITY_PACKAGES: '[]' };
				const later = await startWith('by variables', without);
				expect(await hasNode(later)).toBe(false);
				expect(await listed(later)).toEqual([]);
			},
			TIMEOUT_MS,
		);
	} else {
		it(
			'the variables alone do nothing in this n8n',
			async () => {
				expect(await hasNode(await startWith('by variables', byVariables()))).toBe(false);
			},
			TIMEOUT_MS,
		);
	}
});

/** What the README's line for Docker sets by `-e`. */
function dockerVariables(): Record<string, string> {
	const [line = ''] = /^docker run .*$/m.exec(PAGES) ?? [];
	return assignments(line.replaceAll(' -e ', '\n'));
}

/** The block of shell lines in the documents that matches. */
function shellBlock(lines: RegExp): string {
	const blocks = [...PAGES.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
	const found = blocks.find((block) => lines.test(block));
	if (found === undefined) throw new Error(`No block of the documents has ${lines}`);
	return found;
}

/** Lines of the form NAME=value. */
function assignments(lines: string): Record<string, string> {
	const found = [...lines.matchAll(/^([A-Z0-9_]+)=(\S+)/gm)];
	return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}
