/** Run by scripts/queue.ts, which starts what the tests talk to. */
module.exports = {
	...require('../../jest.config.js'),
	rootDir: '../..',
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
	verbose: true,
	// Two hundred executions on a busy machine, or a worker's death until n8n has noticed it.
	testTimeout: 300_000,
};
