/**
 * Tests the tests: changes the code of the layers that guard the money in one place at a time, and
 * says which changes no test noticed. Each layer is held against its own unit tests, and the
 * property-based ones are left out, since they would run for each change: the score is a lower bound.
 */
import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import { Stryker } from '@stryker-mutator/core';

const jest = createRequire(import.meta.url)('../jest.config.js');

/** The tests of each layer under `test/unit`. */
const LAYERS = { tasks: ['tasks'], gateways: ['gateways'], transport: ['transport'] };

/** Slow by nature: hundreds of generated cases, pictures of many megabytes. */
const LEFT_OUT = ['faultSequences', 'anyReply', 'streaming'];

/** What this project has set itself: the share of changes that are noticed, in percent. */
const GOAL = 85;

const program = new Command('npm run mutants --')
	.description('Changes tasks/, gateways/ and transport/ bit by bit and sees whether tests notice.')
	.addOption(new Option('--only <layers...>', 'only these layers').choices(Object.keys(LAYERS)))
	.option('--files <glob>', 'only these files of the layers', '**/*.ts')
	.parse();

const { only = Object.keys(LAYERS), files } = program.opts();
const noticed = [];
for (const layer of only) noticed.push(scoreOf(await mutate(layer)));
for (const [index, layer] of only.entries()) {
	const { killed, all } = noticed[index];
	console.log(`${layer}: ${killed} of ${all} noticed, ${((100 * killed) / all).toFixed(1)} %`);
}
process.exitCode = noticed.every(({ killed, all }) => killed >= (GOAL / 100) * all) ? 0 : 1;

/** Runs one layer's changes against its tests; prints each change that was not noticed. */
async function mutate(layer) {
	return await new Stryker({
		testRunner: 'jest',
		coverageAnalysis: 'perTest',
		mutate: [`nodes/FluxImage/${layer}/${files}`],
		jest: {
			projectType: 'custom',
			// Which tests a change concerns is known from the coverage.
			enableFindRelatedTests: false,
			config: {
				...jest,
				testMatch: LAYERS[layer].map((folder) => `<rootDir>/test/unit/${folder}/**/*.test.ts`),
				testPathIgnorePatterns: LEFT_OUT,
			},
		},
		ignorePatterns: ['dist', 'docs', 'scripts/n8n', 'test/e2e', 'workflows', 'icons'],
		reporters: ['clear-text', 'progress-append-only'],
		clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
		// A change may make a loop that never ends.
		timeoutMS: 3_000,
		thresholds: { high: 90, low: GOAL, break: null },
		tempDirName: '.stryker-tmp',
	}).runMutationTest();
}

/** A change that hangs the tests is noticed; one that cannot be built is none. */
function scoreOf(results) {
	const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
	const killed = count('Killed', 'Timeout');
	return { killed, all: killed + count('Survived', 'NoCoverage') };
}
