import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for n8n's user folders, of which each file of tests makes one; before jest's workers start. */
export default async function makeUserFolders(): Promise<void> {
	process.env.FLUX_IMAGE_USER_FOLDERS = await mkdtemp(join(tmpdir(), 'flux-image-tests-'));
}
