import { rm } from 'node:fs/promises';

/** Removes that folder after the last test. */
export default async function removeUserFolders(): Promise<void> {
	await rm(process.env.FLUX_IMAGE_USER_FOLDERS ?? '', { recursive: true, force: true });
}
