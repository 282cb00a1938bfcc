/**
 * Tests the tests: changes the code of the layers that guard the money in one place at a time, and
 * says which changes no test noticed. Each layer is held against its own unit tests, and the
 * property-based ones are left out, since they would run for each change: the score is a lower bound.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { Stryker } from '@stryker-mutator/core';

const jest = createRequire(import.meta.url)('../jest.config.js');
const project = fileURLToPath(new URL('..', import.meta.url));

/**
 * The layers, folders of `nodes/FluxImage`: each is held against the tests of the folder of that name
 * in `test/unit`, and those that are named here, which need the sandbox.
 */
const LAYERS = {
	core: [],
	gateways: [],
	client: ['contract/credentialTest.test.ts'],
	accounts: [],
	tasks: [],
	images: [],
};

/** Not changed unless it is asked for: its tests move large images about. */
const OPTIONAL = ['images'];

/** What this project has set itself: the share of changes that are noticed, in percent. */
const GOAL = 85;

const program = new Command('npm run mutants --')
	.description('Changes the layers of the node bit by bit and sees whether tests notice.')
	.addOption(
		new Option(
			'--only <layers...>',
			`only these layers; else all but ${OPTIONAL.join(', ')}`,
		).choices(Object.keys(LAYERS)),
	)
	.option('--quick', 'leave out what runs once at loading, tables and constants: most of the time')
	.parse();

const exists = (layer) => existsSync(join(project, 'nodes', 'FluxImage', layer));
const usual = Object.keys(LAYERS).filter((layer) => exists(layer) && !OPTIONAL.includes(layer));
const { only = usual, quick = false } = program.opts();
const tests = new Map(only.map((layer) => [layer, testsOf(layer)]));
const bare = only.filter((layer) => tests.get(layer).length === 0);
if (bare.length > 0) program.error(`No tests in test/unit/ are named after ${bare.join(', ')}`);

const scores = [];
for (const layer of only) {
	scores.push({ name: layer, ...scoreOf(await mutate(layer, tests.get(layer))) });
}
for (const { name, noticed, all } of scores) {
	console.log(`${name}: ${noticed} of ${all} noticed, ${((100 * noticed) / all).toFixed(1)} %`);
}
process.exitCode = scores.every(({ noticed, all }) => noticed >= (GOAL / 100) * all) ? 0 : 1;

/** The test files of a layer, without those that only draw hundreds of cases for each property. */
function testsOf(layer) {
	const folder = join(project, 'test', 'unit', layer);
	if (!existsSync(folder)) return [];
	const files = readdirSync(folder, { recursive: true }).filter((name) =>
		name.endsWith('.test.ts'),
	);
	const plain = files.filter((name) => {
		const text = readFileSync(join(folder, name), 'utf8');
		const count = (pattern) => [...text.matchAll(pattern)].length;
		return count(/\bfc\.assert\(/g) < count(/^\s*it\b/gm);
	});
	return [...plain.map((name) => `unit/${layer}/${name}`), ...LAYERS[layer]];
}

/** Runs one layer's changes against its tests; prints each change that was not noticed. */
async function mutate(layer, testFiles) {
	return await new Stryker({
		testRunner: 'jest',
		coverageAnalysis: 'perTest',
		mutate: [`nodes/FluxImage/${layer}/**/*.ts`],
		jest: {
			projectType: 'custom',
			// Which tests a change concerns is known from the coverage.
			enableFindRelatedTests: false,
			config: { ...jest, testMatch: testFiles.map((file) => `<rootDir>/test/${file}`) },
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
