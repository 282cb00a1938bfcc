import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, installOnce } from './cache';
import { ensureNode24, type Node24 } from './node24';
import { npm } from './npm';
import { withProgress } from './progress';

/** What differs between the n8n lines. */
interface LineTraits {
	/** Install scripts stay off; of what they would compile, n8n needs only these to start. */
	nativePackages: string[];
	/** Modules that would call n8n's servers. n8n ends at a name that it does not know. */
	disabledModules: string[];
}

/**
 * The n8n lines that the node is tried in. Each has a folder beside this file with the package.json
 * and lockfile of one release.
 */
export const N8N_LINES = {
	'2.41': { nativePackages: ['sqlite3', 'isolated-vm'], disabledModules: ['mcp-registry'] },
	'1.123': { nativePackages: ['sqlite3'], disabledModules: [] },
} satisfies Record<string, LineTraits>;

export type N8nLine = keyof typeof N8N_LINES;

/** An installed n8n. */
export interface InstalledN8n {
	/** The folder of its modules, n8n-core among them. */
	readonly modules: string;
	line: N8nLine;
	/** n8n's command-line program, to be run by `node.binary`. */
	program: string;
	node: Node24;
}

interface LockedPackage {
	os?: string[];
	cpu?: string[];
}

/**
 * Installs that line of n8n once (some 7 minutes and 2.8 GB on two cores), into a folder of the
 * cache that is named after the lockfile's hash: a changed lockfile makes a new folder.
 *
 * @throws where npm or the compiler fails, with the end of what it said
 */
export async function ensureN8n(line: N8nLine): Promise<InstalledN8n> {
	const node = await ensureNode24();
	const source = join(__dirname, line);
	const lockfile = readFileSync(join(source, 'package-lock.json'), 'utf8');
	const hash = createHash('sha256').update(lockfile).digest('hex').slice(0, 12);
	const folder = join(cacheFolder(), `n8n-${line}-${hash}`);
	await installOnce(folder, async () => {
		console.log(`Installing n8n ${line} into ${folder}, once. It takes some minutes and 2.8 GB.`);
		await copyFile(join(source, 'package.json'), join(folder, 'package.json'));
		await copyFile(join(source, 'package-lock.json'), join(folder, 'package-lock.json'));
		await installPackages(folder, expectedPackages(lockfile), node);
		for (const name of N8N_LINES[line].nativePackages) await compile(folder, name, node);
	});
	const modules = join(folder, 'node_modules');
	return { line, modules, program: join(modules, 'n8n', 'bin', 'n8n'), node };
}

async function installPackages(folder: string, paths: string[], node: Node24): Promise<void> {
	const installed = () =>
		paths.filter((path) => existsSync(join(folder, path, 'package.json'))).length;
	const measure = () => {
		const count = installed();
		const percent = Math.floor((100 * count) / paths.length);
		return `${count} of ${paths.length} packages (${percent} %)`;
	};
	const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
	await withProgress('1/2 npm ci', measure, async () => {
		await npm(['ci', ...flags], folder, node.environment);
	});
}

async function compile(folder: string, name: string, node: Node24): Promise<void> {
	await withProgress(
		`2/2 compiling ${name}`,
		() => 'at work',
		async () => {
			await npm(['rebuild', name], folder, node.environment);
		},
	);
}

/** The folders that npm fills on this platform; those for other systems are left out. */
function expectedPackages(lockfile: string): string[] {
	const { packages } = JSON.parse(lockfile) as { packages: Record<string, LockedPackage> };
	const fits = (wanted: string[] | undefined, actual: string) =>
		!wanted || wanted.includes(actual) || wanted.every((name) => name.startsWith('!'));
	return Object.entries(packages)
		.filter(([path, { os, cpu }]) => path && fits(os, process.platform) && fits(cpu, process.arch))
		.map(([path]) => path);
}
