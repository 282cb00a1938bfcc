import { randomBytes } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';
import { ensureN8n, type N8nLine } from '../n8n/install';
import { startWorker } from '../n8n/server';
import {
	PROJECT,
	sandboxAccounts,
	startN8nFixture,
	type Account,
	type Fixture,
} from '../n8n/fixture';
import type { Background } from './background';
import { startPostgres, type Postgres, type PostgresLogin } from './postgres';
import { startRedis, type Redis } from './redis';

/**
 * Where each line's workers keep pictures: n8n 2 takes the database by itself in queue mode; n8n 1 has
 * no place that all share, but for S3, and keeps them with the execution.
 */
const BINARY_MODES: Record<N8nLine, string> = { '2.41': 'database', '1.123': 'default' };

const RESULTS_FOLDER = join(PROJECT, 'test-results');

/**
 * How soon the death of a worker is noticed, in milliseconds: n8n takes 60,000, 10,000 and 30,000.
 * Shorter here to make the test shorter, long enough for a worker that is merely slow.
 */
const STALL_SETTINGS = {
	QUEUE_WORKER_LOCK_DURATION: '20000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** An n8n in queue mode: PostgreSQL, Redis, one main, and as many workers as were added. */
export interface QueueMode {
	fixture: Fixture;
	database: PostgresLogin;
	workers: readonly Background[];
	addWorker(): Promise<void>;
	/** Ends all that was started, the workers first. */
	stop(): Promise<void>;
}

/**
 * Starts a sandbox and a queue mode of an n8n line (by default 2.41) around it, runs `use`, and ends all; n8n's logs stay in
 * `test-results/`.
 *
 * @throws where PostgreSQL or Redis is not installed, saying what to install
 */
export async function withQueueMode<T>(
	{ line = '2.41', ...sandboxOptions }: SandboxOptions & { line?: N8nLine },
	use: (queueMode: QueueMode, sandbox: Sandbox) => Promise<T>,
): Promise<T> {
	const sandbox = await startSandbox(sandboxOptions);
	const folder = await mkdtemp(join(tmpdir(), 'flux-image-queue-'));
	try {
		console.log(`Starting PostgreSQL, Redis and n8n ${line} in queue mode ...`);
		const queueMode = await startQueueMode(folder, line, sandboxAccounts(sandbox));
		try {
			return await use(queueMode, sandbox);
		} finally {
			await queueMode.stop();
			await keepLogs(queueMode);
		}
	} finally {
		await sandbox.close();
		await rm(folder, { recursive: true, force: true });
	}
}

async function keepLogs({ fixture, workers }: QueueMode): Promise<void> {
	await mkdir(RESULTS_FOLDER, { recursive: true });
	const logs = [fixture.n8n, ...workers].map(({ logFile }) => logFile);
	for (const [index, file] of logs.entries()) {
		const name = index === 0 ? 'main' : `worker-${index}`;
		await copyFile(file, join(RESULTS_FOLDER, `queue-${name}.log`));
	}
}

/**
 * Starts PostgreSQL, Redis and the main n8n, with the node and the example workflows in it.
 *
 * @param folder an empty folder for all data
 * @throws where PostgreSQL or Redis is not installed, saying what to install
 */
async function startQueueMode(
	folder: string,
	line: N8nLine,
	accounts: Account[],
): Promise<QueueMode> {
	const { default: getPort } = await import('get-port');
	// PostgreSQL runs under another account where this one is root.
	await chmod(folder, 0o755);
	const started: Array<{ stop(): Promise<void> }> = [];
	const stop = async () => {
		for (const { stop: end } of started.reverse()) await end();
	};
	const keep = <Part extends { stop(): Promise<void> }>(part: Part): Part => {
		started.push(part);
		return part;
	};
	try {
		const redis = keep(await startRedis(folder));
		const postgres = keep(await startPostgres(folder));
		const environment = queueEnvironment(line, postgres, redis);
		const userFolder = join(folder, 'main');
		const port = await getPort({ host: '127.0.0.1' });
		const fixture = await startN8nFixture({ line, userFolder, port, accounts, environment });
		keep(fixture.n8n);
		const installed = await ensureN8n(line);
		const workers: Background[] = [];
		const addWorker = async () => {
			const workerFolder = join(folder, `worker-${workers.length + 1}`);
			await copyPackages(userFolder, workerFolder);
			workers.push(keep(await startWorker(installed, workerFolder, environment)));
		};
		return { fixture, database: postgres.login, workers, addWorker, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

function queueEnvironment(line: N8nLine, postgres: Postgres, redis: Redis): Record<string, string> {
	const { port, user, password, database } = postgres.login;
	return {
		...STALL_SETTINGS,
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_DATABASE: database,
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PASSWORD: password,
		DB_POSTGRESDB_PORT: String(port),
		DB_POSTGRESDB_USER: user,
		EXECUTIONS_MODE: 'queue',
		N8N_DEFAULT_BINARY_DATA_MODE: BINARY_MODES[line],
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
	};
}

/** Every worker needs the community packages on its own disk. */
async function copyPackages(mainFolder: string, workerFolder: string): Promise<void> {
	const packages = join('.n8n', 'nodes');
	await mkdir(join(workerFolder, '.n8n'), { recursive: true });
	await cp(join(mainFolder, packages), join(workerFolder, packages), { recursive: true });
}
