import { join } from 'node:path';

/**
 * Runs a script of this folder in a process of its own, which measures itself and prints JSON as its
 * last line.
 *
 * @throws where the script fails, with what it said
 */
export async function inChild<Result>(script: string, input: unknown): Promise<Result> {
	const { execaNode } = await import('execa');
	const { stdout } = await execaNode(join(__dirname, script), [JSON.stringify(input)], {
		// The scripts are TypeScript, but for those whose own loading is what is measured.
		nodeOptions: script.endsWith('.ts') ? ['--import', 'tsx'] : [],
		stderr: 'pipe',
	});
	return JSON.parse(stdout.split('\n').at(-1) ?? '') as Result;
}
