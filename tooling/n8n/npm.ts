/**
 * Runs npm to its end and returns what it printed.
 *
 * @param environment variables beside those of this process
 * @throws where npm fails; the message holds the command and what npm said
 */
export async function npm(
	args: string[],
	folder: string,
	environment: Record<string, string> = {},
): Promise<string> {
	// An ES module that CommonJS cannot require, so it is loaded when it is needed.
	const { execa } = await import('execa');
	const { stdout } = await execa('npm', args, { cwd: folder, env: environment });
	return stdout;
}
