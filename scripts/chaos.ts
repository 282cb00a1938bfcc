import { Command } from 'commander';
import { exitWith, runJest } from './jest';

const program: Command = new Command('npm run chaos --')
	.description('Runs the chaos test at any size, or again with the seed that it printed.')
	.option('--seed <number>', 'seed of the faults; a new one where it is absent')
	.option('--tasks <number>', 'how many tasks', '1000');

async function main(): Promise<number> {
	const { seed, tasks } = program.parse().opts<{ seed?: string; tasks: string }>();
	return await runJest(['--forceExit', 'test/chaos'], {
		CHAOS_TASKS: tasks,
		...(seed === undefined ? {} : { CHAOS_SEED: seed }),
	});
}

exitWith(main());
