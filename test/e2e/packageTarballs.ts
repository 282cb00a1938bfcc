import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../tooling/n8n/fixture';
import { readPacked } from '../../tooling/n8n/packed';

/** A package as a registry holds it. */
export interface Tarball {
	/** Its package.json. */
	manifest: { name: string; version: string; [field: string]: unknown };
	bytes: Buffer;
}

/** A text in a file of the package, and what a later version has in its place. */
export interface Change {
	path: string;
	from: string;
	to: string;
}

/** The built package as `npm pack` makes it. */
export function packProject(folder: string): Tarball {
	const printed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
	const bytes = readFileSync(join(folder, readPacked(printed).filename));
	const manifest = JSON.parse(
		readFileSync(join(PROJECT, 'package.json'), 'utf8'),
	) as Tarball['manifest'];
	return { manifest, bytes };
}

/**
 * The same package in another version, with one text changed.
 *
 * @throws where the text is not in the file
 */
export function nextVersion(
	{ manifest, bytes }: Tarball,
	version: string,
	{ path, from, to }: Change,
	folder: string,
): Tarball {
	const unpacked = join(folder, version);
	const file = join(unpacked, 'package', path);
	const next = { ...manifest, version };
	mkdirSync(unpacked, { recursive: true });
	writeFileSync(join(unpacked, 'before.tgz'), bytes);
	run('tar', ['-xzf', join(unpacked, 'before.tgz'), '-C', unpacked]);
	const text = readFileSync(file, 'utf8');
	if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
	writeFileSync(file, text.replace(from, to));
	writeFileSync(join(unpacked, 'package', 'package.json'), JSON.stringify(next, null, 2));
	run('tar', ['-czf', join(unpacked, 'after.tgz'), '-C', unpacked, 'package']);
	return { manifest: next, bytes: readFileSync(join(unpacked, 'after.tgz')) };
}

function run(program: string, args: string[]): string {
	const { status, stdout, stderr } = spawnSync(program, args, { cwd: PROJECT, encoding: 'utf8' });
	if (status !== 0) throw new Error(`${program} ${args[0]} failed: ${stderr}`);
	return stdout;
}
