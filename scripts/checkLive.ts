import { Command, InvalidArgumentError, Option } from 'commander';

import { GatewayClient } from '../nodes/FluxImage/client/gatewayClient';
import { unlimited } from '../nodes/FluxImage/client/limiter';
import { systemClock } from '../nodes/FluxImage/core/clock';
import { findGateway, GATEWAYS } from '../nodes/FluxImage/gateways';
import { redactor } from '../nodes/FluxImage/client/redaction';
import { realBaseUrl } from '../tooling/credentials';
import { tableOf } from './live/checkRow';
import { checkOneTask, SeenReplies } from './live/oneTask';
import { checkReads } from './live/reads';
import { undiciHttp } from './live/undiciHttp';

/** A check is nobody's execution. */
const CHECK = {
	execution: {},
	isTestRun: true,
	ownIds: { areRefused: false },
	taskModels: new Map(),
};

/** A key that no gateway has given to anybody. */
const KEY_OF_NOBODY = 'flux-image-check-key-of-nobody';

/** A path below the gateway's address where it is not. */
const NOWHERE = 'flux-image-check-nowhere';

interface CheckOptions {
	gateway: string;
	keyFrom: string;
	baseUrl?: string;
	spend?: true;
	pollInterval: number;
	timeout: number;
}

const program = new Command('npm run check:live --')
	.description(
		'Compares a real gateway with the contract that the node was written to, through the very ' +
			"node's gateway files. Without --spend it reads, and cancels a task that never was: nothing is " +
			'billed.',
	)
	.addOption(
		new Option('--gateway <name>', 'the gateway to check')
			.choices(Object.keys(GATEWAYS))
			.makeOptionMandatory(),
	)
	.option('--key-from <variable>', 'environment variable that holds the key', 'FLUX_IMAGE_KEY')
	.option('--base-url <url>', "address of the gateway, if it is not the provider's usual one")
	.option('--spend', 'also pay for one cheap picture, and follow it to its bytes')
	.option('--poll-interval <seconds>', 'time between two looks at the task', positive, 2)
	.option('--timeout <seconds>', 'how long the picture may take', positive, 300)
	.addHelpText('after', '\nExample: FLUX_IMAGE_KEY=... npm run check:live -- --gateway toApis');

function positive(text: string): number {
	const value = Number(text);
	if (value > 0 && Number.isFinite(value)) return value;
	throw new InvalidArgumentError('It must be a number above 0.');
}

async function main(): Promise<void> {
	const options = program.parse().opts<CheckOptions>();
	const gateway = findGateway(options.gateway);
	const apiKey = process.env[options.keyFrom]?.trim();
	if (!gateway || !apiKey) {
		return program.error(`Put the key into the environment variable ${options.keyFrom}.`);
	}
	const baseUrl = options.baseUrl ?? realBaseUrl(gateway.credentialType);
	const redact = redactor(apiKey);
	const account = { baseUrl: gateway.normalizeBaseUrl(baseUrl), apiKey, redact };
	const seen = new SeenReplies();
	const client = (onReply?: SeenReplies) => {
		const http = undiciHttp({
			...account,
			...(onReply && { onReply: (reply) => onReply.add(reply) }),
		});
		const ports = { http, clock: systemClock, random: Math.random, limiter: unlimited, ...CHECK };
		return new GatewayClient(gateway, ports);
	};
	console.log(redact.text(`${gateway.displayName} at ${baseUrl}\n`));
	const keysAt = (address: string) => ({
		right: undiciHttp({ ...account, baseUrl: address }),
		wrong: undiciHttp({ ...account, baseUrl: address, apiKey: KEY_OF_NOBODY }),
	});
	const rows = await checkReads(
		client(),
		keysAt(account.baseUrl),
		keysAt(`${account.baseUrl}/${NOWHERE}`),
	);
	if (options.spend) {
		const pace = {
			pollIntervalMs: options.pollInterval * 1000,
			timeoutMs: options.timeout * 1000,
		};
		rows.push(...(await checkOneTask(client(seen), seen, pace)));
	}
	console.log(redact.text(tableOf(rows)));
	if (!options.spend) console.log('With --spend, one cheap picture is paid for and compared too.');
	process.exitCode = rows.every(({ matched }) => matched) ? 0 : 1;
}

void main();
