import { config } from '@n8n/node-cli/eslint';

/** What no layer below the operations may reach for: they are pure, or get it passed in. */
const forbid = (...patterns) => ({
	'@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});

const PURE = 'Gateways, models and problems are pure: they do no I/O and know no task in flight.';

const layers = [
	{
		files: ['nodes/FluxImage/{gateways,models,problems}/**/*.ts'],
		rules: forbid(
			{ group: ['**/transport/**', '**/images/**', '**/operations/**'], message: PURE },
			// What a reply is read into is a type of theirs.
			{ group: ['**/tasks/**'], message: PURE, allowTypeImports: true },
		),
	},
	{
		files: ['nodes/FluxImage/{tasks,images,transport}/**/*.ts'],
		rules: forbid({ group: ['**/operations/**'], message: 'Only the node knows the operations.' }),
	},
];

/** Rules about code that runs inside n8n say nothing of tests and scripts, which run beside it. */
const outsideN8n = {
	files: ['{test,scripts,tooling,sandbox}/**/*.ts'],
	rules: {
		'no-console': 'off',
		'@n8n/community-nodes/no-restricted-globals': 'off',
		'@n8n/community-nodes/no-restricted-imports': 'off',
		'@n8n/community-nodes/no-dangerous-functions': 'off',
		'@n8n/community-nodes/require-node-api-error': 'off',
		'@n8n/community-nodes/no-hardcoded-secrets': 'off',
		'@n8n/community-nodes/no-silent-error-swallowing': 'off',
		'import-x/no-unresolved': 'off',
		'import-x/no-extraneous-dependencies': 'off',
	},
};

export default [
	{ ignores: ['dist/**', 'coverage/**', 'reports/**', '.stryker-tmp/**', 'test-results/**'] },
	...config,
	...layers,
	outsideN8n,
];
