import { Command, InvalidArgumentError } from 'commander';
import { startSandbox } from '.';

/** `npm run sandbox`: the sandbox alone, until it is interrupted. */
async function main(): Promise<void> {
	const options = readArguments();
	const sandbox = await startSandbox({
		port: options.port,
		picturePort: options.picturePort,
		seed: options.seed,
		jobSeconds: { min: options.minSeconds, max: options.maxSeconds },
		plainPictures: options.plain,
		logger: options.log,
		...(options.pictureBytes === undefined ? {} : { pictureBytes: options.pictureBytes }),
		...(options.rateLimit === undefined
			? {}
			: { rateLimit: { requestsPerSecond: options.rateLimit } }),
	});
	console.log(sandbox.instructions());
	console.log('Ctrl-C stops it.');
	const stop = (): void => void sandbox.close();
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

interface Arguments {
	port: number;
	picturePort: number;
	seed: number;
	minSeconds: number;
	maxSeconds: number;
	rateLimit?: number;
	pictureBytes?: number;
	plain: boolean;
	log: boolean;
}

function readArguments(): Arguments {
	return new Command('sandbox')
		.description('The image gateways on this machine, for tests and demos.')
		.option('--port <number>', 'port of the APIs', numberFrom, 4600)
		.option('--picture-port <number>', 'port of the pictures', numberFrom, 4601)
		.option('--seed <number>', 'seed of the job times and faults', numberFrom, 1)
		.option('--min-seconds <number>', 'shortest job', numberFrom, 2)
		.option('--max-seconds <number>', 'longest job', numberFrom, 6)
		.option('--rate-limit <number>', 'requests a second for each gateway', numberFrom)
		.option('--picture-bytes <number>', 'pad pictures to this size', numberFrom)
		.option('--plain', 'plain pictures in place of drawn ones', false)
		.option('--log', 'log every request', false)
		.parse()
		.opts<Arguments>();
}

function numberFrom(text: string): number {
	const value = Number(text);
	if (!Number.isFinite(value) || value < 0)
		throw new InvalidArgumentError('It must be a number of at least 0.');
	return value;
}

main().catch((error: unknown) => {
	console.error(`The sandbox did not start: ${error instanceof Error ? error.message : 'unknown'}`);
	process.exitCode = 1;
});
