/**
 * Tests the tests: changes the code of the layers that guard the money in one place at a time, and
 * says which changes no test noticed. Each layer is held against its own unit tests, and the
 * property-based ones are left out, since they would run for each change: the score is a lower bound.
 */
import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import { Stryker } from '@stryker-mutator/core';

const jest = createRequire(import.meta.url)('../jest.config.js');

/**
 * The layers, under `nodes/FluxImage`, and the tests that they are held against, under `test`. Timing
 * is a part by itself: its tests add up thousands of jobs, which the other files need not wait for.
 */
const PARTS = {
	tasks: {
		files: 'tasks/!(pacer|pollSchedule|jobLengths|lnSamples|logNormal).ts',
		tests: [
			'unit/tasks/!(pacer|pacedTasks|pollSchedule|jobLengths|logNormal|faultSequences).test.ts',
		],
	},
	timing: {
		files: 'tasks/{pacer,pollSchedule,jobLengths,lnSamples,logNormal}.ts',
		tests: ['unit/tasks/{pacer,pollSchedule,jobLengths,logNormal}.test.ts'],
	},
	gateways: { files: 'gateways/*.ts', tests: ['unit/gateways/!(anyReply).test.ts'] },
	transport: {
		files: 'transport/!(credentialTest).ts',
		tests: ['unit/transport/*.test.ts'],
	},
	// Against the sandbox, which takes a while to load.
	credentialTest: {
		files: 'transport/credentialTest.ts',
		tests: ['contract/credentialTest.test.ts'],
	},
};

/** What this project has set itself: the share of changes that are noticed, in percent. */
const GOAL = 85;

const program = new Command('npm run mutants --')
	.description('Changes tasks/, gateways/ and transport/ bit by bit and sees whether tests notice.')
	.addOption(new Option('--only <parts...>', 'only these parts').choices(Object.keys(PARTS)))
	.option('--quick', 'leave out what runs once at loading, tables and constants: most of the time')
	.parse();

const { only = Object.keys(PARTS), quick = false } = program.opts();
const scores = [];
for (const name of only) scores.push({ name, ...scoreOf(await mutate(PARTS[name])) });
for (const { name, noticed, all } of scores) {
	console.log(`${name}: ${noticed} of ${all} noticed, ${((100 * noticed) / all).toFixed(1)} %`);
}
process.exitCode = scores.every(({ noticed, all }) => noticed >= (GOAL / 100) * all) ? 0 : 1;

/** Runs one part's changes against its tests; prints each change that was not noticed. */
async function mutate({ files, tests }) {
	return await new Stryker({
		testRunner: 'jest',
		coverageAnalysis: 'perTest',
		mutate: [`nodes/FluxImage/${files}`],
		jest: {
			projectType: 'custom',
			// Which tests a change concerns is known from the coverage.
			enableFindRelatedTests: false,
			config: { ...jest, testMatch: tests.map((glob) => `<rootDir>/test/${glob}`) },
		},
		ignorePatterns: ['dist', 'docs', 'tooling/n8n', 'test/e2e', 'workflows', 'icons'],
		reporters: ['clear-text', 'progress-append-only'],
		clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
		ignoreStatic: quick,
		// Beside twice what the tests take: a change may make a loop that never ends.
		timeoutFactor: 2,
		timeoutMS: 1_500,
		thresholds: { high: 90, low: GOAL, break: null },
		tempDirName: '.stryker-tmp',
	}).runMutationTest();
}

/** A change that hangs the tests is noticed; one that cannot be built is none. */
function scoreOf(results) {
	const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
	const noticed = count('Killed', 'Timeout');
	return { noticed, all: noticed + count('Survived', 'NoCoverage') };
}
