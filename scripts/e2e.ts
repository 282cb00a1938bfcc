import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { startSandbox } from '../test/sandbox';
import type { E2eStage } from '../test/e2e/stage';
import { ensureChromium } from './chromium';
import { N8N_LINES, type N8nLine } from './n8n/install';
import { catchSignals } from './signals';
import { PROJECT, sandboxAccounts, startStage } from './stage';

/** Short jobs: what is tested here is the whole chain, not waiting. */
const JOB_SECONDS = { min: 0.5, max: 1.5 };
const RESULTS_FOLDER = join(PROJECT, 'test-results');

interface E2eOptions {
	line: N8nLine;
	screenshots?: true;
}

const program: Command = new Command('npm run test:e2e --')
	.description('Runs the end-to-end tests: real n8n, real browser, the local sandbox as gateway.')
	.addOption(
		new Option('--line <line>', 'the n8n to test in')
			.choices(Object.keys(N8N_LINES))
			.default('2.41'),
	)
	.option('--screenshots', 'renew docs/images/ (otherwise they go to test-results/)')
	.argument('[jest...]', 'further arguments for jest, e.g. -t webhook')
	.passThroughOptions();

async function main(): Promise<number> {
	const { line, screenshots } = program.parse().opts<E2eOptions>();
	catchSignals();
	const chromium = ensureChromium();
	const { default: getPort } = await import('get-port');
	const sandbox = await startSandbox({ jobSeconds: JOB_SECONDS });
	const userFolder = await mkdtemp(join(tmpdir(), 'flux-image-e2e-'));
	const screenshotFolder = screenshots ? join(PROJECT, 'docs', 'images') : RESULTS_FOLDER;
	await mkdir(RESULTS_FOLDER, { recursive: true });
	await mkdir(screenshotFolder, { recursive: true });
	console.log(`Starting n8n ${line} with the packed node ...`);
	try {
		const port = await getPort({ host: '127.0.0.1' });
		const accounts = sandboxAccounts(sandbox);
		const { n8n, login, workflowUrls } = await startStage({ line, userFolder, port, accounts });
		try {
			return await runJest(program.args, {
				line,
				url: n8n.url,
				login,
				workflowUrls,
				sandbox: { url: sandbox.url, baseUrls: sandbox.baseUrls, key: sandbox.keys.valid },
				chromium,
				screenshotFolder,
			});
		} finally {
			await n8n.stop();
			await copyFile(n8n.logFile, join(RESULTS_FOLDER, `n8n-${line}.log`));
		}
	} finally {
		await sandbox.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

/** jest in a process of its own, since n8n and the sandbox outlive each test file. */
async function runJest(args: string[], stage: E2eStage): Promise<number> {
	const { execa } = await import('execa');
	const config = join(PROJECT, 'test', 'e2e', 'jest.config.js');
	const jest = join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js');
	const { exitCode } = await execa(
		process.execPath,
		[jest, '--config', config, '--runInBand', ...args],
		{
			cwd: PROJECT,
			env: { FLUX_IMAGE_E2E: JSON.stringify(stage) },
			reject: false,
			stdio: 'inherit',
		},
	);
	return exitCode ?? 1;
}

void main().then(
	(exitCode) => process.exit(exitCode),
	(error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exit(1);
	},
);
