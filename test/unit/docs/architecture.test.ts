import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { readLayerImports } from '../../../scripts/architecture';
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

	it.each([
		['gateways/states.ts', '../transport/reply'],
		['models/expectation.ts', '../images/signature'],
		['problems/problem.ts', '../operations/result'],
		['tasks/clock.ts', '../operations/options'],
		['images/signature.ts', '../operations/output'],
		['transport/reply.ts', '../operations/inputError'],
	])('are kept by the linter: %s must not import %s', (file, forbidden) => {
		const { stdout } = lint(`nodes/FluxImage/${file}`, `import '${forbidden}';\n`);
		expect(stdout).toContain('@typescript-eslint/no-restricted-imports');
	});
});

/** What the project's linter says of a text, were it the file's. */
function lint(file: string, text: string) {
	const eslint = join(PROJECT, 'node_modules', 'eslint', 'bin', 'eslint.js');
	return spawnSync(process.execPath, [eslint, '--stdin', '--stdin-filename', file], {
		cwd: PROJECT,
		input: text,
		encoding: 'utf8',
	});
}
