import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { n8nEnvironment } from './environment';
import type { InstalledN8n } from './install';

/** Measured: 11 s on two idle cores with a fresh database, so this leaves room for a busy one. */
const START_TIMEOUT_MS = 180_000;
const HEALTH_POLL_MS = 250;
const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_LINES = 30;

/** A running n8n. */
export interface N8nServer {
	/** `http://127.0.0.1:<port>`, without a slash at the end. */
	url: string;
	/** The file that holds all that n8n prints. */
	logFile: string;
	/** Ends n8n and the processes that it started; returns once they are gone. */
	stop(): Promise<void>;
}

/**
 * Starts n8n as a process of its own and waits until its REST interface answers.
 *
 * @param userFolder where it keeps database, key and packages (`.n8n` in it); made if missing
 * @param port a free port of the loopback
 * @throws where n8n ends or is not ready in three minutes, with the end of its log
 */
export async function startN8n(
	n8n: InstalledN8n,
	userFolder: string,
	port: number,
): Promise<N8nServer> {
	const { default: getPort } = await import('get-port');
	await mkdir(userFolder, { recursive: true });
	const logFile = join(userFolder, 'n8n.log');
	const log = openSync(logFile, 'w');
	const brokerPort = await getPort({ host: '127.0.0.1', exclude: [port] });
	const env = n8nEnvironment(n8n.line, userFolder, port, brokerPort);
	// A group of its own: Ctrl-C in the terminal reaches only this process, which then ends the
	// whole group, n8n's task runners included.
	const subprocess = spawn(n8n.node.binary, [n8n.program, 'start'], {
		cwd: userFolder,
		detached: true,
		env: { ...env, PATH: n8n.node.environment.PATH },
		stdio: ['ignore', log, log],
	});
	closeSync(log);
	const ended = once(subprocess, 'exit').then(() => 'ended' as const);
	const { pid } = subprocess;
	if (pid === undefined) throw new Error(`Could not run ${n8n.node.binary}`);

	const killGroup = () => signalGroup(pid, 'SIGKILL');
	process.once('exit', killGroup);
	const stop = async () => {
		signalGroup(pid, 'SIGTERM');
		const timer = setTimeout(killGroup, STOP_TIMEOUT_MS);
		await ended;
		clearTimeout(timer);
		killGroup();
		process.off('exit', killGroup);
	};

	const url = `http://127.0.0.1:${port}`;
	const outcome = await Promise.race([ended, untilReady(url)]);
	if (outcome === 'ready') return { url, logFile, stop };
	await stop();
	const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-LOG_TAIL_LINES).join('\n');
	const what = outcome === 'ended' ? 'ended while starting' : 'did not become ready';
	throw new Error(`n8n ${n8n.line} ${what}. The end of ${logFile}:\n${tail}`);
}

async function untilReady(url: string): Promise<'ready' | 'late'> {
	const deadlineMs = Date.now() + START_TIMEOUT_MS;
	while (Date.now() < deadlineMs) {
		// Health answers before the editor's interface does; while it starts, n8n sends a page.
		const isReady = await request(`${url}/rest/settings`).then(
			async ({ statusCode, headers, body }) => {
				await body.dump();
				return statusCode === 200 && String(headers['content-type']).includes('json');
			},
			() => false,
		);
		if (isReady) return 'ready';
		await sleep(HEALTH_POLL_MS);
	}
	return 'late';
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		// ESRCH: nothing of the group is left.
		if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
