import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { startS3 } from '../test/e2e/receivers/s3';
import { startWordPress } from '../test/e2e/receivers/wordpress';
import type { E2eFixture } from '../test/e2e/fixture';
import { startSandbox, type Sandbox } from '../sandbox';
import { matrixOf, readOutputs, type LineOutputs } from './e2eMatrix';
import { exitWith, runJest } from './jest';
import { findChromium } from '../tooling/editor/chromium';
import { makeCrashable } from '../tooling/n8n/crashable';
import { databaseFile, filesFolder } from '../tooling/n8n/environment';
import { ensureN8n, N8N_LINES, type N8nLine } from '../tooling/n8n/install';
import { startN8n } from '../tooling/n8n/server';
import { readWorkflows } from '../tooling/n8n/workflow-files';
import { catchSignals } from './signals';
import { PROJECT, sandboxAccounts, startN8nFixture, type Credential } from '../tooling/n8n/fixture';

/** Short jobs: what is tested here is the whole chain, not waiting. */
const JOB_SECONDS = { min: 0.5, max: 1.5 };
const RESULTS_FOLDER = join(PROJECT, 'test-results');
const LINES = Object.keys(N8N_LINES) as N8nLine[];

/** Test files that open the editor in a browser; they take most of the time. */
const BROWSER_TESTS = 'e2e/(browser|communityNodes|credentials|editor)';

interface E2eOptions {
	line: N8nLine | 'all';
	/** False where `--no-browser` was given. */
	browser: boolean;
	/** The one line whose editor is opened; absent: that of every line under test. */
	browserLine?: N8nLine;
}

const program: Command = new Command('npm run test:e2e --')
	.description('Runs the end-to-end tests: real n8n, real browser, the local sandbox as gateway.')
	.addOption(
		new Option('--line <line>', 'the n8n to test in, or all of them one after the other')
			.choices([...LINES, 'all'])
			.default('2.41'),
	)
	.option('--no-browser', 'the example workflows only, without Chromium and the editor')
	.addOption(
		new Option('--browser-line <line>', 'of the lines under test, the one to open the editor of')
			.choices(LINES)
			.conflicts('browser'),
	)
	.argument('[jest...]', 'further arguments for jest, e.g. -t webhook')
	.passThroughOptions();

/** What the example workflows send their pictures to, and what n8n needs to reach it. */
interface Receivers {
	known: E2eFixture['receivers'];
	credentials: Credential[];
	settings: Record<string, string>;
	stop(): Promise<void>;
}

async function main(): Promise<number> {
	const { line, ...options } = program.parse().opts<E2eOptions>();
	const lines = line === 'all' ? LINES : [line];
	const browserLines = editorLines(lines, options);
	catchSignals();
	const chromium = browserLines.length > 0 ? findChromium() : '';
	await mkdir(RESULTS_FOLDER, { recursive: true });
	const outputs = new Map<string, LineOutputs>();
	const exitCodes: number[] = [];
	for (const each of lines) {
		const without = browserLines.includes(each) ? [] : ['--testPathIgnorePatterns', BROWSER_TESTS];
		const tests = [...program.args, ...without];
		exitCodes.push(await testLine(each, tests, chromium));
		outputs.set(each, await readOutputs(outputsFile(each)));
	}
	const workflows = await readWorkflows(join(PROJECT, 'workflows'));
	const names = workflows.map(({ name }) => name);
	const { text, complete } = matrixOf(names, outputs);
	console.log(`\n${text}\n`);
	// Whoever names tests runs only some of the workflows.
	const incomplete = program.args.length === 0 && !complete;
	return Math.max(...exitCodes, incomplete ? 1 : 0);
}

/** The lines under test whose editor is opened in the browser. */
function editorLines(
	lines: readonly N8nLine[],
	{ browser, browserLine }: Pick<E2eOptions, 'browser' | 'browserLine'>,
): N8nLine[] {
	if (!browser) return [];
	if (!browserLine) return [...lines];
	if (!lines.includes(browserLine)) program.error(`n8n ${browserLine} is not under test here`);
	return [browserLine];
}

const outputsFile = (line: string): string => join(RESULTS_FOLDER, `outputs-${line}.jsonl`);

/** Everything for one n8n line: started, tested, ended. Returns jest's exit code. */
async function testLine(line: N8nLine, tests: string[], chromium: string): Promise<number> {
	const userFolder = await mkdtemp(join(tmpdir(), 'flux-image-e2e-'));
	const sandbox = await startSandbox({ jobSeconds: JOB_SECONDS });
	await rm(outputsFile(line), { force: true });
	try {
		const receivers = await startReceivers(userFolder);
		try {
			return await testInN8n(line, userFolder, sandbox, receivers, { tests, chromium });
		} finally {
			await receivers.stop();
		}
	} finally {
		await sandbox.close();
		await rm(userFolder, { recursive: true, force: true });
	}
}

async function startReceivers(userFolder: string): Promise<Receivers> {
	const wordPress = await startWordPress();
	const s3 = await startS3(join(userFolder, 's3'));
	return {
		known: {
			s3: { url: s3.url, bucket: s3.bucket },
			wordPress: wordPress.url,
			folder: filesFolder(userFolder),
		},
		credentials: [
			{ name: 'S3 account', type: 's3', data: s3.credential },
			{ name: 'WordPress account', type: 'wordpressApi', data: wordPress.credential },
		],
		settings: { bucket: s3.bucket, site: wordPress.url },
		stop: async () => {
			await s3.stop();
			await wordPress.close();
		},
	};
}

async function testInN8n(
	line: N8nLine,
	userFolder: string,
	sandbox: Sandbox,
	{ credentials, settings, known: receivers }: Receivers,
	{ tests, chromium }: { tests: string[]; chromium: string },
): Promise<number> {
	const { default: getPort } = await import('get-port');
	const port = await getPort({ host: '127.0.0.1' });
	const accounts = sandboxAccounts(sandbox);
	console.log(`Starting n8n ${line} with the packed node ...`);
	const { n8n, login, session, apiKey, workflowUrls } = await startN8nFixture({
		...{ line, userFolder, port, accounts, credentials, settings },
	});
	const { node } = await ensureN8n(line);
	const keepLog = async (name: string) =>
		await copyFile(n8n.logFile, join(RESULTS_FOLDER, `${name}-${line}.log`));
	const crashable = await makeCrashable(n8n, async (environment) => {
		await keepLog('n8n-until-crash');
		return await startN8n(await ensureN8n(line), userFolder, port, environment);
	});
	try {
		return await runTests(tests, {
			...{ line, url: n8n.url, login, session, apiKey, workflowUrls, receivers, chromium },
			sandbox: { url: sandbox.url, baseUrls: sandbox.baseUrls, key: sandbox.keys.valid },
			crashUrl: crashable.crashUrl,
			database: { file: databaseFile(userFolder), node: node.binary },
			logFile: n8n.logFile,
			outputsFile: outputsFile(line),
		});
	} finally {
		await crashable.stop();
		await keepLog('n8n');
	}
}

async function runTests(args: string[], fixture: E2eFixture): Promise<number> {
	const config = join(PROJECT, 'test', 'e2e', 'jest.config.js');
	return await runJest(['--config', config, '--runInBand', ...args], {
		FLUX_IMAGE_E2E: JSON.stringify(fixture),
	});
}

exitWith(main());
