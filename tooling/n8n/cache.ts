import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STAMP = '.complete';
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
	const unlock = await lock(`${folder}.lock`);
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

async function lock(path: string): Promise<() => Promise<void>> {
	await mkdir(dirname(path), { recursive: true });
	for (let turn = 0; ; turn++) {
		try {
			await writeFile(path, String(process.pid), { flag: 'wx' });
			return async () => await rm(path, { force: true });
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
		}
		const holder = Number(await readFile(path, 'utf8').catch(() => ''));
		if (holder > 0 && !isAlive(holder)) {
			await rm(path, { force: true });
			continue;
		}
		if (turn === 0) console.log(`Process ${holder} is installing the same; waiting for it ...`);
		await sleep(LOCK_POLL_MS);
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives, and belongs to somebody else.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}
