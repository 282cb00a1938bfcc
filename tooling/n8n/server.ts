import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { request } from 'undici';
import { startInBackground, type Background } from '../services/background';
import { n8nEnvironment } from './environment';
import type { InstalledN8n } from './install';

/** Measured: 11 s on two idle cores with a fresh database, so this leaves room for a busy one. */
const START_TIMEOUT_MS = 180_000;
const WORKER_READY = 'n8n worker is now ready';

/** A running n8n. */
export interface N8nServer extends Background {
	/** `http://127.0.0.1:<port>`, without a slash at the end. */
	url: string;
}

/**
 * Starts n8n as a process of its own and waits until its REST interface answers.
 *
 * @param userFolder where it keeps database, key and packages (`.n8n` in it); made if missing
 * @param port a free port of the loopback
 * @param environment settings beside those of `n8nEnvironment`, and over them; PATH goes before its own
 * @param keepLog whether its log goes on behind what it holds already; else it is begun anew
 * @throws where n8n ends or is not ready in three minutes, with the end of its log
 */
export async function startN8n(
	n8n: InstalledN8n,
	userFolder: string,
	port: number,
	environment: Record<string, string> = {},
	keepLog = false,
): Promise<N8nServer> {
	const url = `http://127.0.0.1:${port}`;
	const isReady = async () => await answers(url);
	return { url, ...(await run(n8n, 'start', userFolder, port, environment, isReady, keepLog)) };
}

/**
 * Starts a worker for an n8n in queue mode and waits until it takes jobs.
 *
 * @param userFolder as for `startN8n`: of its own, with the community packages of the main n8n
 * @param environment what joins it to its main n8n: database, Redis, encryption key
 * @throws where it ends or is not ready in three minutes, with the end of its log
 */
export async function startWorker(
	n8n: InstalledN8n,
	userFolder: string,
	environment: Record<string, string>,
): Promise<Background> {
	const { default: getPort } = await import('get-port');
	const port = await getPort({ host: '127.0.0.1' });
	const isReady = async () =>
		(await readFile(logFileOf(userFolder), 'utf8')).includes(WORKER_READY);
	return await run(n8n, 'worker', userFolder, port, environment, isReady);
}

async function run(
	n8n: InstalledN8n,
	command: 'start' | 'worker',
	userFolder: string,
	port: number,
	environment: Record<string, string>,
	isReady: () => Promise<boolean>,
	keepLog = false,
): Promise<Background> {
	const { default: getPort } = await import('get-port');
	await mkdir(userFolder, { recursive: true });
	const brokerPort = await getPort({ host: '127.0.0.1', exclude: [port] });
	const env = {
		...n8nEnvironment(n8n.line, userFolder, port, brokerPort),
		...environment,
		PATH: [environment.PATH, n8n.node.environment.PATH].filter(Boolean).join(delimiter),
	};
	const name = `n8n ${n8n.line}`;
	const logFile = logFileOf(userFolder);
	return await startInBackground(
		n8n.node.binary,
		[n8n.program, command],
		{ name, cwd: userFolder, env, logFile, keepLog },
		isReady,
		START_TIMEOUT_MS,
	);
}

function logFileOf(userFolder: string): string {
	return join(userFolder, 'n8n.log');
}

/** Health answers before the editor's interface does; while it starts, n8n sends a page. */
async function answers(url: string): Promise<boolean> {
	return await request(`${url}/rest/settings`).then(
		async ({ statusCode, headers, body }) => {
			await body.dump();
			return statusCode === 200 && String(headers['content-type']).includes('json');
		},
		() => false,
	);
}
