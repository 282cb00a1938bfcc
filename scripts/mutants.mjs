/**
 * Tests the tests: changes the code of the layers that guard the money in one place at a time, and
 * says which changes no test noticed. Each layer is held against its own unit tests, and the
 * property-based ones are left out, since they would run for each change: the score is a lower bound.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Stryker } from '@stryker-mutator/core';
import { NAME as RUNNER } from './mutantsRunner.mjs';

const jest = createRequire(import.meta.url)('../jest.config.js');
const project = fileURLToPath(new URL('..', import.meta.url));
const node = join(project, 'nodes', 'FluxImage');

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
const GOAL = 88;

const program = new Command('npm run mutants --')
	.description('Changes the layers of the node bit by bit and sees whether tests notice.')
	.addOption(
		new Option(
			'--only <layers...>',
			`only these layers; else all but ${OPTIONAL.join(', ')}`,
		).choices(Object.keys(LAYERS)),
	)
	.option(
		'--file <path>',
		'only this file of nodes/FluxImage, e.g. tasks/ledger.ts; repeatable',
		file,
	)
	.option(
		'--concurrency <processes>',
		'how many changes are tried at a time; else one a core',
		Number,
	)
	.option('--test <text>', 'only by test files whose path holds this: quicker, and a lower bound')
	.option('--quick', 'leave out what runs once at loading: tables and constants')
	.parse();

const { only, file: files = [], concurrency, test = '', quick = false } = program.opts();
const exists = (layer) => existsSync(join(node, layer));
const usual = Object.keys(LAYERS).filter((layer) => exists(layer) && !OPTIONAL.includes(layer));
const ofFiles = [...new Set(files.map(layerOf))];
const layers = only ?? (files.length > 0 ? ofFiles : usual);
const tests = new Map(layers.map((layer) => [layer, testsOf(layer)]));
const bare = layers.filter((layer) => tests.get(layer).length === 0);
if (bare.length > 0)
	program.error(`No such tests in test/unit/ are named after ${bare.join(', ')}`);

const scores = [];
for (const layer of layers) {
	const results = await mutate(layer, tests.get(layer));
	const named = [...new Set(results.map(({ fileName }) => fileName))].sort();
	for (const fileName of named) {
		const path = relative(node, fileName).replaceAll(sep, '/');
		print({ name: path, ...scoreOf(results.filter((result) => result.fileName === fileName)) });
	}
	scores.push({ name: layer, ...scoreOf(results) });
}
scores.forEach(print);
process.exitCode = scores.every(({ noticed, all }) => noticed >= (GOAL / 100) * all) ? 0 : 1;

function print({ name, noticed, all }) {
	const percent = all === 0 ? '' : `, ${((100 * noticed) / all).toFixed(1)} %`;
	console.log(`${name}: ${noticed} of ${all} noticed${percent}`);
}

/** One more file, and its layer. */
function file(path, others = []) {
	const isKnown = layerOf(path) in LAYERS && existsSync(join(node, path));
	if (!isKnown) throw new InvalidArgumentError('No such file in the layers.');
	return [...others, path];
}

function inProject(path) {
	return path.replace('<rootDir>/', '');
}

function layerOf(path) {
	return path.split('/')[0];
}

/** The test files of a layer, without those that only draw hundreds of cases for each property. */
function testsOf(layer) {
	const folder = join(project, 'test', 'unit', layer);
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder, { recursive: true }).filter((name) =>
		name.endsWith('.test.ts'),
	);
	const plain = names.filter((name) => {
		const text = readFileSync(join(folder, name), 'utf8');
		const count = (pattern) => [...text.matchAll(pattern)].length;
		return count(/\bfc\.assert\(/g) < count(/^\s*it\b/gm);
	});
	return [...plain.map((name) => `unit/${layer}/${name}`), ...LAYERS[layer]].filter((name) =>
		name.includes(test),
	);
}

/** Runs one layer's changes against its tests; prints each change that was not noticed. */
async function mutate(layer, testFiles) {
	const asked = files.filter((path) => layerOf(path) === layer);
	const changed = asked.length > 0 ? asked : [`${layer}/**/*.ts`];
	const [[, { jsc }]] = Object.values(jest.transform);
	return await new Stryker({
		testRunner: RUNNER,
		plugins: [join(project, 'scripts', 'mutantsRunner.mjs')],
		[RUNNER]: {
			testFiles: testFiles.map((name) => `test/${name}`),
			globalSetup: inProject(jest.globalSetup),
			globalTeardown: inProject(jest.globalTeardown),
			setupFiles: jest.setupFiles.map(inProject),
			jsc,
		},
		coverageAnalysis: 'perTest',
		mutate: changed.map((path) => `nodes/FluxImage/${path}`),
		ignorePatterns: ['dist', 'docs', 'tooling/n8n', 'test/e2e', 'workflows', 'icons'],
		reporters: ['clear-text', 'progress-append-only'],
		clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
		ignoreStatic: quick,
		...(concurrency ? { concurrency } : {}),
		// Only for a loop that never gives way; what comes to a standstill the runner sees by itself.
		timeoutFactor: 2,
		timeoutMS: 30_000,
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
