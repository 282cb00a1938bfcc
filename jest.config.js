/** Another n8n's modules to test against, as scripts/core.ts names them; else those of the project. */
const n8nModules = process.env.FLUX_IMAGE_N8N_MODULES;

/** Tests run the TypeScript as it stands; types are checked by `npm run lint`. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,contract,engine,sandbox,chaos}/**/*.test.ts'],
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	setupFiles: ['<rootDir>/test/seed.ts'],
	globalSetup: '<rootDir>/tooling/engine/userFolders/make.ts',
	globalTeardown: '<rootDir>/tooling/engine/userFolders/remove.ts',
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } } },
		],
	},
	moduleNameMapper: n8nModules ? { '^(n8n-core|n8n-workflow)$': `${n8nModules}/$1` } : {},
	// A guard against what hangs, no measure: a busy machine may take ten times as long as a quiet one.
	testTimeout: 120_000,
	// By default jest leaves a core free: of two, that is half of them.
	maxWorkers: '100%',
};
