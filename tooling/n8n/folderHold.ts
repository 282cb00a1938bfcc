import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import lockfile from 'proper-lockfile';

/** The holder renews its lock every second: one older than this is left by a process that was killed. */
const STALE_MS = 5_000;
const RENEW_MS = 1_000;
/** A second longer than a lock that nobody renews stays fresh. */
const RETRIES = { retries: 6, factor: 1, minTimeout: 1_000, maxTimeout: 1_000 };

/**
 * Claims n8n's data folder for this process until it ends: two n8n in one folder write over each
 * other's credentials. The lock stands beside the folder, so that the folder may be removed meanwhile.
 *
 * @returns notes the address that whoever comes second is told
 * @throws where a living process has claimed it, with its address if that is known; six seconds pass before
 */
export async function holdFolder(folder: string): Promise<(address: string) => Promise<void>> {
	const addressFile = `${folder}.address`;
	const place = { realpath: false, lockfilePath: `${folder}.running`, stale: STALE_MS };
	await mkdir(dirname(folder), { recursive: true });
	if (await lockfile.check(folder, place)) {
		console.log(`Looking whether a demo runs in ${folder} ...`);
	}
	try {
		await lockfile.lock(folder, {
			...place,
			update: RENEW_MS,
			retries: RETRIES,
			// A person removed it, or put this process to sleep: no reason to end what runs.
			onCompromised: () => undefined,
		});
	} catch (error) {
		if (!isLocked(error)) throw error;
		const address = await readFile(addressFile, 'utf8').catch(() => undefined);
		throw new Error(
			`A demo of this folder runs already${address ? `, at ${address}` : ', and is still starting'}. ` +
				'Stop it (Ctrl-C in its terminal), or start this one in another copy of the repository.',
		);
	}
	// Of an earlier process.
	await rm(addressFile, { force: true });
	return async (address) => await writeFile(addressFile, address);
}

function isLocked(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}
