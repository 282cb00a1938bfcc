import { createRequire } from 'node:module';

const jest = createRequire(import.meta.url)('./jest.config.js');

/**
 * Tests the tests: mutants of the layers that guard the money, held against the unit tests. The
 * property-based tests are left out, since they would run for each mutant; so the score is a lower bound.
 */
export default {
	testRunner: 'jest',
	coverageAnalysis: 'perTest',
	mutate: ['nodes/FluxImage/{tasks,gateways,transport}/**/*.ts'],
	jest: {
		projectType: 'custom',
		config: {
			...jest,
			testMatch: ['<rootDir>/test/unit/{tasks,gateways,transport,images}/**/*.test.ts'],
			testPathIgnorePatterns: ['faultSequences', 'anyReply', 'streaming'],
		},
	},
	ignorePatterns: ['dist', 'docs', 'scripts/n8n', 'reports', 'test/e2e', 'workflows', 'icons'],
	reporters: ['clear-text', 'progress-append-only', 'html'],
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	timeoutMS: 3_000,
	concurrency: 2,
	thresholds: { high: 90, low: 85, break: 85 },
	tempDirName: '.stryker-tmp',
};
