import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the tests need and npm does not have. */
export interface SystemProgram {
	/** What its file may be called; the first that is found. */
	names: string[];
	/** Folders to look in beside those of PATH. */
	folders?: string[];
	/** The Debian package that holds it. */
	debianPackage: string;
}

/**
 * The path of a program: one that is installed, else Debian's, which is installed where this process
 * may do so.
 *
 * @throws where there is none, saying what to install
 */
export function ensureProgram(program: SystemProgram): string {
	const found = findProgram(program);
	if (found) return found;
	const { names, debianPackage } = program;
	if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
		console.log(`Installing the Debian package ${debianPackage} ...`);
		// RUNLEVEL keeps Debian from starting the service that it installs.
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
		const apt = (...args: string[]) => spawnSync('apt-get', args, { env, stdio: 'inherit' });
		apt('-q', 'update');
		apt('-q', 'install', '-y', '--no-install-recommends', debianPackage);
	}
	const installed = findProgram(program);
	if (installed) return installed;
	throw new Error(
		`The tests need ${names.join(' or ')}. Install it (Debian and Ubuntu: sudo apt-get install ` +
			`${debianPackage}; others: from the system or its maker) and have it in the PATH.`,
	);
}

function findProgram({ names, folders = [] }: SystemProgram): string | undefined {
	const searched = [...(process.env.PATH ?? '').split(delimiter), ...folders];
	return names.flatMap((name) => searched.map((folder) => join(folder, name))).find(existsSync);
}
