import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { QueueStage } from '../test/queue/stage';
import { startSandbox, type Sandbox, type SandboxOptions } from '../test/sandbox';
import { startQueueMode, type QueueMode } from './services/queueMode';
import { measureThroughput } from './services/throughput';
import { exitWith, runJest } from './jest';
import { catchSignals } from './signals';
import { PROJECT, sandboxAccounts } from './stage';

const RESULTS_FOLDER = join(PROJECT, 'test-results');
/** Enough for both to be busy at once, on a machine that draws the pictures as well. */
const TEST_SANDBOX = { jobSeconds: { min: 0.5, max: 1.5 }, pictureScale: 0.25 };
/** Every job takes the same second, and no time goes into drawing. */
const BENCH_SANDBOX = { jobSeconds: { min: 1, max: 1 }, pictureScale: 0.25, plainPictures: true };
const TEST_WORKERS = 2;

const program: Command = new Command('npm run test:queue --')
	.description(
		'Tests the node in n8n 2.41 in queue mode: one main and two workers, PostgreSQL and Redis, the ' +
			'local sandbox as gateway. PostgreSQL and Redis must be installed, or installable by apt-get.',
	)
	.option('--throughput', 'measure with one, two and four workers instead, and print a table')
	.argument('[jest...]', 'further arguments for jest, e.g. -t Stop')
	.allowUnknownOption();

async function main(): Promise<number> {
	const { throughput } = program.parse().opts<{ throughput?: true }>();
	catchSignals();
	if (throughput) {
		return await withQueueMode(BENCH_SANDBOX, async (queueMode) => {
			console.log(await measureThroughput(queueMode));
			return 0;
		});
	}
	return await withQueueMode(TEST_SANDBOX, async (queueMode, sandbox) => {
		for (let count = 0; count < TEST_WORKERS; count++) await queueMode.addWorker();
		const { stage, database, workers } = queueMode;
		return await runTests(program.args, {
			url: stage.n8n.url,
			login: stage.login,
			database,
			workers: workers.map(({ pid, logFile }) => ({ pid, logFile })),
			sandbox: { url: sandbox.url, pictureScale: TEST_SANDBOX.pictureScale },
		});
	});
}

/** Starts all, runs `use`, and ends all; the logs stay in `test-results/`. */
async function withQueueMode(
	sandboxOptions: SandboxOptions,
	use: (queueMode: QueueMode, sandbox: Sandbox) => Promise<number>,
): Promise<number> {
	const sandbox = await startSandbox(sandboxOptions);
	const folder = await mkdtemp(join(tmpdir(), 'flux-image-queue-'));
	try {
		console.log('Starting PostgreSQL, Redis and n8n 2.41 in queue mode ...');
		const queueMode = await startQueueMode(folder, sandboxAccounts(sandbox));
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

async function keepLogs({ stage, workers }: QueueMode): Promise<void> {
	await mkdir(RESULTS_FOLDER, { recursive: true });
	const logs = [stage.n8n, ...workers].map(({ logFile }) => logFile);
	for (const [index, file] of logs.entries()) {
		const name = index === 0 ? 'main' : `worker-${index}`;
		await copyFile(file, join(RESULTS_FOLDER, `queue-${name}.log`));
	}
}

async function runTests(args: string[], stage: QueueStage): Promise<number> {
	const config = join(PROJECT, 'test', 'queue', 'jest.config.js');
	return await runJest(['--config', config, '--runInBand', ...args], {
		FLUX_IMAGE_QUEUE: JSON.stringify(stage),
	});
}

exitWith(main());
