import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm';
import { readPacked } from './packed';

interface PackageJson {
	name: string;
	version: string;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
	[field: string]: unknown;
}

/**
 * Puts the built project into an n8n as n8n's own installer does (n8n 2.41,
 * `community-packages.service`): the tarball of `npm pack`, unpacked under `.n8n/nodes/node_modules`,
 * without the dependencies that n8n strips, and named in the ledger beside it. Both lines load
 * whatever package lies there when they start; the database need not know it.
 *
 * @param project folder of the built package
 * @param userFolder n8n's `N8N_USER_FOLDER`; its n8n must not be running
 */
export async function installCommunityPackage(project: string, userFolder: string): Promise<void> {
	const { execa } = await import('execa');
	const nodesFolder = nodesFolderOf(userFolder);
	const packFolder = await mkdtemp(join(tmpdir(), 'flux-image-pack-'));
	try {
		const tarball = readPacked(
			await npm(['pack', '--json', '--pack-destination', packFolder], project),
		);
		const target = packageFolder(userFolder, tarball.name);
		await rm(target, { recursive: true, force: true });
		await mkdir(target, { recursive: true });
		const file = join(packFolder, tarball.filename);
		await execa('tar', ['-xzf', file, '-C', target, '--strip-components=1']);
		const { name, version } = await stripDependencies(join(target, 'package.json'));
		const ledger = { name: 'installed-nodes', private: true, dependencies: { [name]: version } };
		await writeFile(join(nodesFolder, 'package.json'), JSON.stringify(ledger, null, 2));
	} finally {
		await rm(packFolder, { recursive: true, force: true });
	}
}

/** Where an n8n has an installed community package. */
export function packageFolder(userFolder: string, name: string): string {
	return join(nodesFolderOf(userFolder), 'node_modules', name);
}

const nodesFolderOf = (userFolder: string) => join(userFolder, '.n8n', 'nodes');

async function stripDependencies(path: string): Promise<PackageJson> {
	const packageJson = JSON.parse(await readFile(path, 'utf8')) as PackageJson;
	delete packageJson.devDependencies;
	delete packageJson.peerDependencies;
	delete packageJson.optionalDependencies;
	await writeFile(path, JSON.stringify(packageJson, null, 2));
	return packageJson;
}
