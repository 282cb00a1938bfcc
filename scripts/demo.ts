import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startSandbox } from '../sandbox';
import { credentials } from '../tooling/credentials';
import { holdFolder } from '../tooling/n8n/folderHold';
import { startText } from '../tooling/n8n/startText';
import { readWorkflows } from '../tooling/n8n/workflow-files';
import { catchSignals } from './signals';
import { startStandInModel } from '../tooling/chatModel/standInModel';
import { HOT_RELOAD, watchBuild } from '../tooling/n8n/watchBuild';
import {
	packagedGateways,
	PROJECT,
	sandboxAccounts,
	startN8nFixture,
	type Account,
} from '../tooling/n8n/fixture';

const DATA_FOLDER = join(PROJECT, '.n8n-demo');

interface DemoOptions {
	port: number;
	fresh?: true;
	watch?: true;
	gateway?: string;
	baseUrl?: string;
	keyFrom?: string;
}

const program: Command = new Command('npm start --')
	.description(
		'Starts a real n8n with the FLUX Image node and example workflows. Pictures come from a local ' +
			'sandbox that needs no account, or with --gateway from a real gateway, with your own key.',
	)
	.option('--port <number>', 'port of the editor; a free one is taken if it is in use', port, 5678)
	.option('--fresh', "forget the demo's account, workflows and executions first (kept by default)")
	.option('--watch', 'build on every change, and have n8n load it: what npm run dev does')
	.addOption(
		new Option(
			'--gateway <name>',
			'use your own key at this gateway; every picture costs money',
		).choices(credentials.map(({ name }) => name.replace(/Api$/, ''))),
	)
	.option('--key-from <variable>', 'environment variable that holds the key for --gateway')
	.option('--base-url <url>', "address of the gateway, if it is not the provider's usual one")
	.addHelpText(
		'after',
		'\nExample: SEAART_KEY=... npm start -- --gateway seaArtCloud --key-from SEAART_KEY' +
			'\n\nn8n itself is installed once, into the cache folder of your account' +
			'\n(N8N_NODES_FLUX_IMAGE_CACHE sets another). Its data is in .n8n-demo/.',
	);

function port(text: string): number {
	const value = Number(text);
	if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
	throw new InvalidArgumentError('Not a port number.');
}

/** The key that the options name; none: the sandbox is used. */
function ownKey({ gateway, keyFrom, baseUrl }: DemoOptions): string | undefined {
	if (!gateway) {
		if (keyFrom || baseUrl) program.error('--key-from and --base-url go with --gateway.');
		return undefined;
	}
	if (!keyFrom) {
		program.error('--gateway needs --key-from, naming an environment variable that holds a key.');
	}
	const key = process.env[keyFrom];
	if (!key) {
		program.error(`--key-from: the environment variable ${keyFrom} is empty or not set.`);
	}
	return key;
}

/** The account of that key; the gateways are those of the built package. */
function ownAccount({ gateway: name, baseUrl }: DemoOptions, apiKey: string): Account {
	const gateway = packagedGateways().find((candidate) => candidate.name === name);
	if (!gateway) throw new Error(`The built package has no gateway ${name}.`);
	return { gateway, apiKey, baseUrl: baseUrl ?? gateway.baseUrl };
}

async function main(): Promise<void> {
	const options = program.parse().opts<DemoOptions>();
	const key = ownKey(options);
	const onInterrupt = catchSignals();
	// Apart, so that a workflow made for the sandbox never spends a real key.
	const userFolder = join(DATA_FOLDER, options.gateway ?? 'sandbox');
	const tellAddress = await holdFolder(userFolder);
	await build();
	const own = key === undefined ? undefined : ownAccount(options, key);
	if (options.fresh) await rm(userFolder, { recursive: true, force: true });

	const { default: getPort } = await import('get-port');
	const sandbox = own ? undefined : await startSandbox();
	// Not with a real key: what a mind of its own would not ask for would cost money.
	const model = own ? undefined : await startStandInModel();
	const accounts = sandbox ? sandboxAccounts(sandbox) : own ? [own] : [];
	const fixture = await startN8nFixture({
		line: '2.41',
		userFolder,
		port: await getPort({ host: '127.0.0.1', port: options.port }),
		accounts,
		// What was paid is told there too.
		keepLog: true,
		gateway: own?.gateway,
		credentials: model
			? [{ name: 'OpenAI account', type: 'openAiApi', data: { ...model.credential } }]
			: [],
		...(options.watch ? { environment: HOT_RELOAD } : {}),
	});
	await tellAddress(fixture.n8n.url);
	const examples = await readWorkflows(join(PROJECT, 'workflows'));
	const names = examples.map(({ name }) => name);
	const source = own ? { gateway: own.gateway.title } : { sandbox: accounts };
	console.log(startText(fixture, names, source));
	const stopWatching = options.watch ? await watchBuild(PROJECT, userFolder) : undefined;
	await new Promise<void>(onInterrupt);
	console.log('\nStopping ...');
	await stopWatching?.();
	await fixture.n8n.stop();
	await model?.close();
	await sandbox?.close();
	console.log('Stopped.');
}

/** The package, as `npm run build` makes it; what is wrong with it is printed. */
async function build(): Promise<void> {
	const { execa } = await import('execa');
	console.log('Building the package ...');
	await execa('npm', ['run', '--silent', 'build'], { cwd: PROJECT, stdio: 'inherit' });
}

void main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
