import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';

const STAMP = '.complete';

/** Whoever installs renews its lock every five seconds: one older than this is left by a dead process. */
const STALE_MS = 30_000;
const LOCK_POLL_MS = 1_000;

/**
 * Where the large downloads (n8n itself, Node 24) are kept between runs, outside the checkout so
 * that every clone shares them: `N8N_NODES_FLUX_IMAGE_CACHE`, else the user's cache folder.
 */
export function cacheFolder(): string {
	return (
		process.env.N8N_NODES_FLUX_IMAGE_CACHE ??
		join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'n8n-nodes-flux-image')
	);
}

/**
 * Fills `folder` by `install` unless that was done before. The stamp is written last, so an
 * interrupted install is begun anew; a lock beside the folder lets one process install while
 * others wait for it.
 *
 * @throws whatever `install` throws; the folder then counts as not installed
 */
export async function installOnce(
	folder: string,
	install: (folder: string) => Promise<void>,
): Promise<void> {
	const stamp = join(folder, STAMP);
	if (existsSync(stamp)) return;
	await mkdir(dirname(folder), { recursive: true });
	const place = { realpath: false, lockfilePath: `${folder}.installing`, stale: STALE_MS };
	if (await lockfile.check(folder, place)) {
		console.log('Another process is installing the same; waiting for it ...');
	}
	const retries = { forever: true, minTimeout: LOCK_POLL_MS, maxTimeout: LOCK_POLL_MS };
	const unlock = await lockfile.lock(folder, { ...place, update: 5_000, retries });
	try {
		if (existsSync(stamp)) return;
		await rm(folder, { recursive: true, force: true });
		await mkdir(folder, { recursive: true });
		await install(folder);
		await writeFile(stamp, `${new Date().toISOString()}\n`);
	} finally {
		await unlock();
	}
}
