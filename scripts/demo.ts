import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { startSandbox } from '../sandbox';
import { catchSignals } from './signals';
import { HOT_RELOAD, watchBuild } from '../tooling/n8n/watchBuild';
import {
	packagedGateways,
	PROJECT,
	sandboxAccounts,
	startStage,
	type Account,
	type Stage,
} from '../tooling/n8n/fixture';

const DATA_FOLDER = join(PROJECT, '.n8n-demo');
const WEBHOOK_PATH = 'webhook/flux-image';

interface DemoOptions {
	port: number;
	fresh?: true;
	watch?: true;
	gateway?: string;
	baseUrl?: string;
	keyFrom?: string;
}

const gateways = packagedGateways();

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
		).choices(gateways.map(({ name }) => name)),
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

/** The real account that the options name; none: the sandbox is used. */
function ownAccount({ gateway: name, keyFrom, baseUrl }: DemoOptions): Account | undefined {
	const gateway = gateways.find((candidate) => candidate.name === name);
	if (!gateway) {
		if (keyFrom || baseUrl) program.error('--key-from and --base-url go with --gateway.');
		return undefined;
	}
	const apiKey = keyFrom && process.env[keyFrom];
	if (!apiKey) {
		program.error('--gateway needs --key-from, naming an environment variable that holds a key.');
	}
	return { gateway, apiKey, baseUrl: baseUrl ?? gateway.baseUrl };
}

async function main(): Promise<void> {
	const options = program.parse().opts<DemoOptions>();
	const onInterrupt = catchSignals();
	const own = ownAccount(options);
	// Apart, so that a workflow made for the sandbox never spends a real key.
	const userFolder = join(DATA_FOLDER, own?.gateway.name ?? 'sandbox');
	if (options.fresh) await rm(userFolder, { recursive: true, force: true });

	const { default: getPort } = await import('get-port');
	const sandbox = own ? undefined : await startSandbox();
	const stage = await startStage({
		line: '2.41',
		userFolder,
		port: await getPort({ host: '127.0.0.1', port: options.port }),
		accounts: sandbox ? sandboxAccounts(sandbox) : own ? [own] : [],
		gateway: own?.gateway,
		...(options.watch ? { environment: HOT_RELOAD } : {}),
	});
	tell(stage, own ? `${own.gateway.name}, with your key` : 'the local sandbox, free of charge');
	const stopWatching = options.watch ? await watchBuild(PROJECT, userFolder) : undefined;
	await new Promise<void>(onInterrupt);
	console.log('\nStopping ...');
	await stopWatching?.();
	await stage.n8n.stop();
	await sandbox?.close();
	console.log('Stopped.');
}

function tell({ n8n, login, workflowUrls }: Stage, source: string): void {
	const workflows = Object.entries(workflowUrls).map(([name, url]) => `    ${url}  ${name}`);
	console.log(`
  n8n with the FLUX Image node:  ${n8n.url}
  Log in as:                     ${login.email}
  Password:                      ${login.password}
  Pictures come from:            ${source}

  Workflows (open one, then press Execute workflow):
${workflows.join('\n')}

  A picture by webhook:
    curl -G '${n8n.url}/${WEBHOOK_PATH}' --data-urlencode 'prompt=A red apple on a table' -o apple.png

  n8n's log:                     ${n8n.logFile}
  Stop with Ctrl-C.
`);
}

void main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
