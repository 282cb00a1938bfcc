// Both legs of n8n's verification scan: on the source, and on what `npm pack` ships.
// Ends with 1 where there is an error or a warning.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packs the package and unpacks it, as the registry's readers get it. */
async function unpackTarball(folder) {
	const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: root,
	});
	const [{ filename, size, entryCount }] = Object.values(JSON.parse(stdout));
	await execa('tar', ['-xzf', path.join(folder, filename), '-C', folder]);
	console.log(`Packed ${filename}: ${entryCount} files, ${(size / 1000).toFixed(1)} kB`);
	return path.join(folder, 'package');
}

/** Prints what the scan says of a folder; returns how many errors and warnings it counted. */
async function report(title, folder, patterns) {
	const verdict = await analyzePackage(folder, patterns);
	const text = verdict.details ?? verdict.message ?? '';
	const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
	const [errors, warnings] = [count('error'), count('warning')];
	if (text) console.log(text);
	console.log(
		`${title}: ${errors} errors, ${warnings} warnings${verdict.passed ? '' : ', REJECTED'}`,
	);
	return errors + warnings + (verdict.passed ? 0 : 1);
}

const folder = await mkdtemp(path.join(tmpdir(), 'flux-image-scan-'));
try {
	const findings =
		(await report('Source', root, SOURCE_FILE_PATTERNS)) +
		(await report('Tarball', await unpackTarball(folder), ['**/*.js', 'package.json']));
	process.exitCode = findings === 0 ? 0 : 1;
} finally {
	await rm(folder, { recursive: true, force: true });
}
