import { join } from 'node:path';
import { Command } from 'commander';
import type { QueueFixture } from '../test/queue/fixture';
import { withQueueMode } from '../tooling/services/queueMode';
import { exitWith, runJest } from './jest';
import { catchSignals } from './signals';
import { PROJECT } from '../tooling/n8n/fixture';

/** Enough for both to be busy at once, on a machine that draws the pictures as well. */
const SANDBOX = { jobSeconds: { min: 0.5, max: 1.5 }, pictureScale: 0.25 };
const WORKERS = 2;

const program: Command = new Command('npm run test:queue --')
	.description(
		'Tests the node in n8n 2.41 in queue mode: one main and two workers, PostgreSQL and Redis, the ' +
			'local sandbox as gateway. PostgreSQL and Redis must be installed, or installable by apt-get.',
	)
	.argument('[jest...]', 'further arguments for jest, e.g. -t Stop')
	.allowUnknownOption();

async function main(): Promise<number> {
	program.parse();
	catchSignals();
	return await withQueueMode(SANDBOX, async (queueMode, sandbox) => {
		for (let count = 0; count < WORKERS; count++) await queueMode.addWorker();
		const { fixture, database, workers } = queueMode;
		return await runTests(program.args, {
			url: fixture.n8n.url,
			login: fixture.login,
			database,
			workers: workers.map(({ pid, logFile }) => ({ pid, logFile })),
			sandbox: { url: sandbox.url, pictureScale: SANDBOX.pictureScale },
		});
	});
}

async function runTests(args: string[], fixture: QueueFixture): Promise<number> {
	const config = join(PROJECT, 'test', 'queue', 'jest.config.js');
	return await runJest(['--config', config, '--runInBand', ...args], {
		FLUX_IMAGE_QUEUE: JSON.stringify(fixture),
	});
}

exitWith(main());
