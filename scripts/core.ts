import { Command, Option } from 'commander';
import { exitWith, runJest } from './jest';
import { ensureN8n, N8N_LINES, type N8nLine } from '../tooling/n8n/install';

/** The tests that n8n-core has a part in. */
const TESTS = ['test/engine', 'test/contract', 'test/unit/client', 'test/unit/images'];

const program: Command = new Command('npm run test:core --')
	.description('Runs the tests that use n8n-core against that of another line of n8n.')
	.addOption(
		new Option('--line <line>', 'the n8n whose n8n-core and n8n-workflow are used')
			.choices(Object.keys(N8N_LINES))
			.default('1.123'),
	)
	.argument('[jest...]', 'which tests to run in place of all of them')
	.passThroughOptions();

async function main(): Promise<number> {
	const { line } = program.parse().opts<{ line: N8nLine }>();
	const { modules } = await ensureN8n(line);
	const tests = program.args.length > 0 ? program.args : TESTS;
	return await runJest(['--forceExit', ...tests], { FLUX_IMAGE_N8N_MODULES: modules });
}

exitWith(main());
