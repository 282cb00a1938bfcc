import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { QueueFixture } from '../test/queue/fixture';
import { withQueueMode } from '../tooling/services/queueMode';
import { exitWith, runJest } from './jest';
import { catchSignals } from './signals';
import { PROJECT } from '../tooling/n8n/fixture';
import { N8N_LINES, type N8nLine } from '../tooling/n8n/install';

/** Enough for both to be busy at once, on a machine that draws the pictures as well. */
const SANDBOX = { jobSeconds: { min: 0.5, max: 1.5 }, pictureScale: 0.25 };
const WORKERS = 2;
const LINES = Object.keys(N8N_LINES) as N8nLine[];

const program: Command = new Command('npm run test:queue --')
	.description(
		'Tests the node in n8n in queue mode: one main and two workers, PostgreSQL and Redis, the ' +
			'local sandbox as gateway. PostgreSQL and Redis must be installed, or installable by apt-get.',
	)
	.addOption(
		new Option('--line <line>', 'the n8n to test in; 1.123 for Pay Once Keys alone')
			.choices([...LINES, 'all'])
			.default('2.41'),
	)
	.argument('[jest...]', 'further arguments for jest, e.g. -t Stop')
	.allowUnknownOption()
	.passThroughOptions();

async function main(): Promise<number> {
	const { line } = program.parse().opts<{ line: N8nLine | 'all' }>();
	catchSignals();
	const exitCodes: number[] = [];
	for (const each of line === 'all' ? LINES : [line]) exitCodes.push(await testLine(each));
	return Math.max(...exitCodes);
}

/** Everything for one n8n line: started, tested, ended. Returns jest's exit code. */
async function testLine(line: N8nLine): Promise<number> {
	return await withQueueMode({ ...SANDBOX, line }, async (queueMode, sandbox) => {
		for (let count = 0; count < WORKERS; count++) await queueMode.addWorker();
		const { fixture, database, workers } = queueMode;
		return await runTests(program.args, {
			line,
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
