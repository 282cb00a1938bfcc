import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { settled } from '../settled';

const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_LINES = 30;

/** How a program is run beside this one. */
export interface BackgroundOptions {
	/** What it is called in errors, e.g. `n8n 2.41`. */
	name: string;
	cwd: string;
	env?: NodeJS.ProcessEnv;
	/** Holds all that it prints. */
	logFile: string;
	/** Whether the log goes on behind what it holds already. Default: it is begun anew. */
	keepLog?: boolean | undefined;
	/** The account that it runs under, where this process may choose. */
	account?: { uid: number; gid: number } | undefined;
	/** The signal that asks it to end. Default: SIGTERM. */
	stopSignal?: NodeJS.Signals;
}

/** A program that runs beside this one, and ends with it at the latest. */
export interface Background {
	pid: number;
	logFile: string;
	/** Ends it and the processes that it started; returns once they are gone. */
	stop(): Promise<void>;
}

/**
 * Starts a program and waits until it is ready.
 *
 * @param isReady asked five times a second
 * @param timeoutMs how long it may take to be ready
 * @throws where it cannot be run, ends or is not ready in time, with the end of its log
 */
export async function startInBackground(
	program: string,
	args: string[],
	options: BackgroundOptions,
	isReady: () => Promise<boolean>,
	timeoutMs: number,
): Promise<Background> {
	const { name, logFile, keepLog, cwd, env, account } = options;
	const log = openSync(logFile, keepLog ? 'a' : 'w');
	// A group of its own: Ctrl-C in the terminal reaches only this process, which then ends the
	// whole group, n8n's task runners included.
	const stdio = ['ignore' as const, log, log];
	const subprocess = spawn(program, args, { cwd, env, detached: true, stdio, ...account });
	closeSync(log);
	const ended = once(subprocess, 'exit').then(() => 'ended' as const);
	const { pid } = subprocess;
	if (pid === undefined) {
		// The reason comes as an event.
		throw await ended.then(
			() => new Error(`Could not run ${program}`),
			(error: unknown) => error,
		);
	}
	const killGroup = () => signalGroup(pid, 'SIGKILL');
	process.once('exit', killGroup);
	const stop = async () => {
		signalGroup(pid, options.stopSignal ?? 'SIGTERM');
		const timer = setTimeout(killGroup, STOP_TIMEOUT_MS);
		await ended;
		clearTimeout(timer);
		killGroup();
		process.off('exit', killGroup);
	};

	const ready = settled(isReady, (yes) => yes, timeoutMs);
	const outcome = await Promise.race([ended, ready]);
	if (outcome === true) return { pid, logFile, stop };
	await stop();
	const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-LOG_TAIL_LINES).join('\n');
	const what = outcome === 'ended' ? 'ended while starting' : 'did not become ready';
	throw new Error(`${name} ${what}. The end of ${logFile}:\n${tail}`);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		// ESRCH: nothing of the group is left.
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
