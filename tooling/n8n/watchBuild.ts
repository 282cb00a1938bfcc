import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from './community-package';

/**
 * Has n8n load a package again, and tell its editor, when a file of it changes (n8n 2.41,
 * `load-nodes-and-credentials`). Where it cannot watch files, its log says so.
 */
export const HOT_RELOAD = { N8N_DEV_RELOAD: 'true' };

/**
 * Builds on every change, straight into the package that is installed in an n8n, and prints what tsc
 * says. Pictures and the codex are not watched: these need a new start.
 *
 * @param userFolder that of an n8n which runs with `HOT_RELOAD`
 * @returns ends it
 */
export async function watchBuild(
	project: string,
	userFolder: string,
): Promise<() => Promise<void>> {
	const { execa } = await import('execa');
	const { name } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
		name: string;
	};
	const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
	const outDir = join(packageFolder(userFolder, name), 'dist');
	const build = execa(
		process.execPath,
		[tsc, '--watch', '--preserveWatchOutput', '--outDir', outDir],
		{ cwd: project, stdio: ['ignore', 'inherit', 'inherit'], reject: false },
	);
	return async () => {
		build.kill();
		await build;
	};
}
