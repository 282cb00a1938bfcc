import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { exitWith, runJest } from './jest';

const program: Command = new Command('npm run chaos --')
	.description('Runs the chaos test at any size, or again with the seed that it printed.')
	.option('--seed <number>', 'seed of the faults; a random one where it is absent')
	.option('--tasks <number>', 'how many tasks', '1000');

async function main(): Promise<number> {
	const { seed = String(randomInt(1_000_000)), tasks } = program
		.parse()
		.opts<{ seed?: string; tasks: string }>();
	// At the beginning already, for a run that comes to no end.
	console.log(`Seed ${seed}`);
	return await runJest(['--forceExit', 'test/chaos'], { CHAOS_TASKS: tasks, CHAOS_SEED: seed });
}

exitWith(main());
