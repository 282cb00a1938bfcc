import { config } from '@n8n/node-cli/eslint';

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
	outsideN8n,
];
