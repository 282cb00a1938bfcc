import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** `npm run chaos -- --seed N --tasks N`: the chaos test at any size, replayed from any seed. */
const { values } = parseArgs({
	options: { seed: { type: 'string' }, tasks: { type: 'string', default: '1000' } },
});
const { status } = spawnSync('npx', ['jest', '--forceExit', 'test/chaos'], {
	stdio: 'inherit',
	env: {
		...process.env,
		CHAOS_TASKS: values.tasks,
		...(values.seed === undefined ? {} : { CHAOS_SEED: values.seed }),
	},
});
process.exitCode = status ?? 1;
