// Installs the project's packages where they are missing or stem from another package-lock.json.
// Node's built-in modules only: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages of a lockfile by path, the project itself left out. */
function readPackages(path) {
	try {
		const { packages } = JSON.parse(readFileSync(join(project, path), 'utf8'));
		return Object.entries(packages).filter(([folder]) => folder !== '');
	} catch {
		return undefined;
	}
}

/** npm ends every install by writing what it installed: this compares it with what is wanted. */
function isInstalled() {
	const wanted = readPackages('package-lock.json');
	const installed = new Map(readPackages('node_modules/.package-lock.json'));
	return wanted.every(([folder, { version, integrity, optional }]) => {
		const found = installed.get(folder);
		// Optional packages for other systems are rightly absent.
		return found ? found.version === version && found.integrity === integrity : optional === true;
	});
}

if (!isInstalled()) {
	console.log('Installing the packages of package-lock.json (npm ci), about a minute ...');
	const startMs = Date.now();
	const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--include=dev'], {
		cwd: project,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (status !== 0) process.exit(status ?? 1);
	console.log(`Installed in ${Math.round((Date.now() - startMs) / 1_000)} s.`);
}
