import { join } from 'node:path';
import { PROJECT } from '../tooling/n8n/fixture';

/**
 * Runs jest in a process of its own, since what a script started outlives each test file.
 *
 * @param args jest's arguments
 * @param env what the tests are told of the fixture that stands for them
 * @returns jest's exit code
 */
export async function runJest(args: string[], env: Record<string, string>): Promise<number> {
	const { execa } = await import('execa');
	const jest = join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js');
	const { exitCode } = await execa(process.execPath, [jest, ...args], {
		cwd: PROJECT,
		env,
		reject: false,
		stdio: 'inherit',
	});
	return exitCode ?? 1;
}

/** Ends the process with the exit code that the script comes to, or with 1 and its error in words. */
export function exitWith(script: Promise<number>): void {
	void script.then(
		(exitCode) => process.exit(exitCode),
		(error: unknown) => {
			console.error(error instanceof Error ? error.message : error);
			process.exit(1);
		},
	);
}
