/** Run by scripts/e2e.ts, which starts what the tests talk to. */
module.exports = {
	...require('../../jest.config.js'),
	rootDir: '../..',
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	verbose: true,
	// A cold editor on a busy machine takes many seconds for a first page.
	testTimeout: 120_000,
};
