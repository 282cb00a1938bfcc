import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APT_PACKAGE = 'chromium';

/**
 * The browser for the tests of the editor: `CHROMIUM_PATH`, else one that is installed, else
 * Debian's, which is installed where this process may do so.
 *
 * @throws where there is none, saying what to install
 */
export function ensureChromium(): string {
	const found = process.env.CHROMIUM_PATH ?? findChromium();
	if (found) return found;
	if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
		console.log(`Installing the Debian package ${APT_PACKAGE} ...`);
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		const apt = (...args: string[]) => spawnSync('apt-get', args, { env, stdio: 'inherit' });
		apt('-q', 'update');
		apt('-q', 'install', '-y', '--no-install-recommends', APT_PACKAGE);
	}
	const installed = findChromium();
	if (installed) return installed;
	throw new Error(
		'The tests need Chromium or Chrome. Install it (Debian: apt-get install chromium; others: ' +
			'from the system or its maker), or set CHROMIUM_PATH to its program.',
	);
}

function findChromium(): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}
