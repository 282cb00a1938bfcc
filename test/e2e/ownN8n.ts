import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { N8nRest } from '../../tooling/n8n/rest';
import { fixture } from './fixture';
import type { OwnN8nOrder } from './ownN8nMain';

/** An n8n beside the one of the fixture, as bare as it comes: an owner, and nothing else. */
export interface OwnN8n {
	url: string;
	login: { email: string; password: string };
	rest: N8nRest;
	/** Ends it; its data stays. */
	stop(): Promise<void>;
}

/**
 * Starts an n8n of the line under test.
 *
 * @param userFolder its data; from an earlier one, it goes on with that
 * @param environment settings beside those of every n8n of the tests
 * @throws where it does not start
 */
export async function startOwnN8n(
	userFolder: string,
	environment: Record<string, string>,
): Promise<OwnN8n> {
	const order = JSON.stringify({ line: fixture.line, userFolder, environment } as OwnN8nOrder);
	const program = ['--import', 'tsx', join(__dirname, 'ownN8nMain.ts'), order];
	const subprocess = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = once(subprocess, 'exit');
	const lines = createInterface(subprocess.stdout);
	const url = await Promise.race([once(lines, 'line'), ended]).then(([first]) => String(first));
	if (!url.startsWith('http')) throw new Error(`n8n ${fixture.line} did not start`);
	const { login } = fixture;
	const rest = new N8nRest(url);
	await rest.enter(login);
	const stop = async () => {
		subprocess.kill('SIGTERM');
		await ended;
	};
	return { url, login, rest, stop };
}
