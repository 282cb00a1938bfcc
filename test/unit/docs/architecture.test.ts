import { spawnSync } from 'node:child_process';

import { readLayerImports } from '../../../tooling/docs/architecture';
import { PROJECT } from './document';

/** From the top down, as the page draws them. */
const ORDER = [
	'FluxImage.node.ts',
	'operations',
	'images',
	'tasks',
	'transport',
	'models',
	'gateways',
	'problems',
	'tasks/clock',
];

const running = readLayerImports().filter(({ typesOnly }) => !typesOnly);

describe('the layers of the node', () => {
	it('use each other from the top down only', () => {
		const upward = running.filter(({ from, to }) => ORDER.indexOf(from) >= ORDER.indexOf(to));
		expect(upward).toEqual([]);
	});

	it('leave models, gateways and problems pure', () => {
		const pure = ['models', 'gateways', 'problems'];
		const impure = running.filter(({ from, to }) => pure.includes(from) && !pure.includes(to));
		expect(impure).toEqual([]);
	});

	it('are known to nobody but the node where they are operations', () => {
		const users = readLayerImports().filter(({ to }) => to === 'operations');
		expect(users.map(({ from }) => from)).toEqual(['FluxImage.node.ts']);
	});

	it('are kept by the linter, which lets types through', () => {
		const forbidden = [
			['gateways/states.ts', '../transport/reply'],
			['gateways/states.ts', '../tasks/task'],
			['models/expectation.ts', '../images/signature'],
			['models/expectation.ts', '../tasks/rules'],
			['problems/problem.ts', '../operations/result'],
			['problems/problem.ts', '../tasks/watch'],
			['tasks/clock.ts', '../operations/options'],
			['images/signature.ts', '../operations/output'],
			['transport/reply.ts', '../operations/inputError'],
		];
		const broken = forbidden.map(([file, target]) => ({
			filePath: `nodes/FluxImage/${file}`,
			text: `import { something } from '${target}';\nexport const other = something;\n`,
		}));
		const typesOnly = {
			filePath: 'nodes/FluxImage/gateways/states.ts',
			text: "import type { TaskState } from '../tasks/task';\nexport type State = TaskState;\n",
		};
		expect(brokenRules([...broken, typesOnly])).toEqual([
			...broken.map(() => expect.arrayContaining([LAYER_RULE]) as string[]),
			expect.not.arrayContaining([LAYER_RULE]),
		]);
	});
});

const LAYER_RULE = '@typescript-eslint/no-restricted-imports';

/** Which rules the project's linter finds broken in each text, were it the file's. */
function brokenRules(files: ReadonlyArray<{ filePath: string; text: string }>): string[][] {
	const program = `
		import { ESLint } from 'eslint';
		const linter = new ESLint();
		const rules = [];
		for (const { filePath, text } of ${JSON.stringify(files)}) {
			const [{ messages }] = await linter.lintText(text, { filePath });
			rules.push(messages.map(({ ruleId }) => ruleId));
		}
		console.log(JSON.stringify(rules));`;
	// In a process of its own: jest cannot load the linter's settings, which are an ES module.
	const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
		cwd: PROJECT,
		encoding: 'utf8',
	});
	return JSON.parse(stdout) as string[][];
}
