/**
 * The test runner that `npm run mutants` gives to Stryker: jest's own `describe`, `it` and `expect`, in a
 * process that stays. What takes jest its time is to start, and to load all modules anew for each file of
 * tests; a change is switched on in modules that are loaded already, so its tests take some milliseconds.
 */
import { readFileSync, realpathSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { jestExpect } from '@jest/expect';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import {
	commonTokens,
	declareFactoryPlugin,
	PluginKind,
	tokens,
} from '@stryker-mutator/api/plugin';
import {
	determineHitLimitReached,
	DryRunStatus,
	TestStatus,
	toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { transformSync } from '@swc/core';
import * as circus from 'jest-circus';
import { ModuleMocker } from 'jest-mock';

export const NAME = 'resident';

/** The option of Stryker that is ours. */
export const strykerValidationSchema = {
	properties: {
		[NAME]: {
			type: 'object',
			properties: {
				/** The files of tests, from the project's folder. */
				testFiles: { type: 'array', items: { type: 'string' } },
				/** What jest runs once, before and after all tests. */
				globalSetup: { type: 'string' },
				globalTeardown: { type: 'string' },
				/** What is loaded before them. */
				setupFiles: { type: 'array', items: { type: 'string' } },
				/** How swc reads TypeScript. */
				jsc: { type: 'object' },
			},
		},
	},
};

/**
 * When a run counts as one that never ends, in milliseconds: so long its process has had nothing to do,
 * and no timer that will wake it. The clock on the wall would judge how busy the machine is.
 */
const IDLE_MS = 2_000;
const LOOK_MS = 250;
/** The looks themselves take some time, and each is a timer. */
const BUSY_MS = 5;
const OWN_TIMERS = 1;

/**
 * Stryker lets changed code run a hundred times as often as the right code did in all tests together;
 * the loops of a simulated clock take minutes for that.
 */
const LESS_OFTEN = 20;

/** No test is cut by a timer of its own, which would go on with the tests of a run that was given up. */
const NEVER_MS = 2 ** 31 - 1;

/** The names that jest gives to tests. */
const { describe, it, test, beforeAll, beforeEach, afterAll, afterEach } = circus;
const jest = new ModuleMocker(globalThis);
const GLOBALS = {
	...{ describe, it, test, beforeAll, beforeEach, afterAll, afterEach },
	...{ expect: jestExpect, jest },
};

/** What the changed code looks at, and counts in. */
const stryker = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});

class ResidentRunner {
	/** The files of tests, by their paths in the project; the quick ones first. */
	files = [];
	/** The ids of each file's tests. */
	idsOf = new Map();
	/** The modules that each module imports, by their paths. */
	importsOf = new Map();
	/** Whether the modules were loaded with a change that acts while they load. */
	areModulesChanged = false;
	rejections = new Map();
	run = { endsByFailure: false, isOver: false };

	constructor(options) {
		this.options = options[NAME];
	}

	capabilities() {
		return { reloadEnvironment: true };
	}

	async init() {
		this.project = realpathSync(process.cwd());
		this.require = createRequire(join(this.project, 'package.json'));
		const { testFiles, globalSetup, setupFiles, jsc } = this.options;
		this.files = [...testFiles];
		readTypeScript(jsc);
		this.noteImports();
		Object.assign(globalThis, GLOBALS);
		await this.require(join(this.project, globalSetup)).default();
		for (const file of setupFiles) this.require(join(this.project, file));
		circus.addEventHandler((event) => this.note(event));
		process.on('unhandledRejection', (reason, promise) => this.rejections.set(promise, reason));
		process.on('rejectionHandled', (promise) => this.rejections.delete(promise));
	}

	async dispose() {
		await this.require(join(this.project, this.options.globalTeardown)).default();
	}

	async dryRun() {
		stryker.mutantCoverage = { static: {}, perTest: {} };
		this.forgetModules();
		const result = await this.runTests(this.files);
		if (result.status !== DryRunStatus.Complete) return result;
		const durationsMs = new Map(this.files.map((file) => [file, 0]));
		this.idsOf = new Map(this.files.map((file) => [file, new Set()]));
		for (const { id, fileName, timeSpentMs } of result.tests) {
			durationsMs.set(fileName, durationsMs.get(fileName) + timeSpentMs);
			this.idsOf.get(fileName).add(id);
		}
		this.files.sort((one, other) => durationsMs.get(one) - durationsMs.get(other));
		const tests = result.tests.map((test) => ({
			...test,
			fileName: join(this.project, test.fileName),
		}));
		return { ...result, tests, mutantCoverage: stryker.mutantCoverage };
	}

	async mutantRun({
		activeMutant,
		sandboxFileName,
		testFilter,
		mutantActivation,
		hitLimit,
		disableBail,
	}) {
		const wanted = testFilter && new Set(testFilter);
		const concerns = (file) => {
			const ids = this.idsOf.get(file);
			// A process that was started anew has made no dry run, and knows no test of a file.
			if (!ids) return true;
			// What acts while the modules load is said to concern all tests.
			return wanted
				? [...ids].some((id) => wanted.has(id))
				: this.imports(join(this.project, file), sandboxFileName);
		};
		const isStatic = mutantActivation === 'static';
		if (isStatic || this.areModulesChanged) this.forgetModules();
		this.areModulesChanged = isStatic;
		Object.assign(stryker, {
			hitCount: hitLimit && 0,
			hitLimit: hitLimit && hitLimit / LESS_OFTEN,
		});
		const activate = () => void (stryker.activeMutant = activeMutant.id);
		try {
			if (isStatic) activate();
			const result = await this.runTests(this.files.filter(concerns), {
				wanted,
				endsByFailure: !disableBail,
				onLoaded: activate,
			});
			const limit = determineHitLimitReached(stryker.hitCount, stryker.hitLimit);
			return toMutantRunResult(limit ?? result, disableBail);
		} finally {
			stryker.activeMutant = undefined;
		}
	}

	/** Runs the tests of these files, or those of them that are wanted. */
	async runTests(files, { wanted, endsByFailure = false, onLoaded } = {}) {
		circus.resetState();
		const { rootDescribeBlock: root } = circus.getState();
		circus.getState().testTimeout = NEVER_MS;
		this.run = { endsByFailure, isOver: false };
		this.rejections.clear();
		try {
			for (const file of files) describe(file, () => this.load(file));
		} catch (error) {
			return { status: DryRunStatus.Error, errorMessage: String(error?.stack ?? error) };
		}
		const tests = [...testsIn(root)];
		for (const test of tests) {
			test.timeout = undefined;
			if (wanted && !wanted.has(idOf(test))) test.mode = 'skip';
		}
		onLoaded?.();
		const ended = await Promise.race([circus.run(), idle(this.run)]);
		this.run.isOver = true;
		if (!ended) return { status: DryRunStatus.Timeout, reason: 'Nothing was left to do' };
		// What is rejected and never looked at comes up a moment later.
		await setImmediate();
		await setImmediate();
		jest.restoreAllMocks();
		const elsewhere = [...ended.unhandledErrors, ...this.rejections.values()].map((error) => ({
			...{ id: 'beside the tests', name: 'beside the tests', timeSpentMs: 0 },
			...{ status: TestStatus.Failed, failureMessage: messageOf(error), fileName: files[0] },
		}));
		return { status: DryRunStatus.Complete, tests: [...tests.map(resultOf), ...elsewhere] };
	}

	/** A file of tests is run anew each time; what it imports stays. */
	load(file) {
		const path = join(this.project, file);
		delete this.require.cache[path];
		this.require(path);
	}

	/** Has Node tell what imports what. */
	noteImports() {
		const { _load: load, _resolveFilename: resolve } = Module;
		Module._load = (request, parent, ...rest) => {
			if (parent?.filename?.startsWith(this.project)) {
				const imported = this.importsOf.get(parent.filename) ?? new Set();
				this.importsOf.set(parent.filename, imported.add(resolve(request, parent)));
			}
			return load(request, parent, ...rest);
		};
	}

	/** Whether a module imports another, itself or by what it imports. */
	imports(from, to, seen = new Set()) {
		if (from === to) return true;
		if (seen.has(from)) return false;
		seen.add(from);
		return [...(this.importsOf.get(from) ?? [])].some((each) => this.imports(each, to, seen));
	}

	forgetModules() {
		const foreign = `${sep}node_modules${sep}`;
		for (const file of Object.keys(this.require.cache)) {
			const isOwn = file.startsWith(this.project) && !file.includes(foreign);
			if (isOwn) delete this.require.cache[file];
		}
	}

	/** What jest-circus tells of the tests. */
	note({ name, test }) {
		if (name === 'test_start') stryker.currentTestId = idOf(test);
		if (name === 'test_done' || name === 'test_skip') stryker.currentTestId = undefined;
		const isFailure = name === 'test_fn_failure' || name === 'hook_failure';
		if (!isFailure || !this.run.endsByFailure) return;
		for (const each of testsIn(circus.getState().rootDescribeBlock)) each.mode = 'skip';
	}
}

/** Ends with nothing where a run has come to a standstill. */
async function idle(run) {
	const look = async () => await setTimeout(LOOK_MS, undefined, { ref: false });
	await look();
	let last = performance.eventLoopUtilization();
	for (let idleMs = 0; !run.isOver && idleMs < IDLE_MS; ) {
		await look();
		const now = performance.eventLoopUtilization();
		const { active } = performance.eventLoopUtilization(now, last);
		idleMs = active < BUSY_MS && timers() <= OWN_TIMERS ? idleMs + LOOK_MS : 0;
		last = now;
	}
}

/** Timers that will wake the process, and the one that has just done so. */
function timers() {
	return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

function* testsIn(block) {
	for (const child of block.children) {
		if (child.type === 'test') yield child;
		else yield* testsIn(child);
	}
}

/** The blocks around a test, from its file on, and the test itself. */
function namesOf(test) {
	const names = [];
	for (let each = test; each.parent; each = each.parent) names.unshift(each.name);
	return names;
}

const idOf = (test) => namesOf(test).join(' ');

function resultOf(test) {
	const [fileName] = namesOf(test);
	const result = { id: idOf(test), name: idOf(test), timeSpentMs: test.duration ?? 0, fileName };
	if (test.status !== 'done') return { ...result, status: TestStatus.Skipped };
	if (test.errors.length === 0) return { ...result, status: TestStatus.Success };
	return { ...result, status: TestStatus.Failed, failureMessage: messageOf(test.errors[0]) };
}

/** jest-circus notes an error with where the test stands. */
function messageOf(noted) {
	const error = Array.isArray(noted) ? noted[0] : noted;
	return String(error?.stack ?? error);
}

/** Has Node load TypeScript as jest does. */
function readTypeScript(jsc) {
	const compiled = new Map();
	const compile = (filename) => {
		const options = { filename, swcrc: false, module: { type: 'commonjs' }, jsc };
		return transformSync(readFileSync(filename, 'utf8'), options).code;
	};
	const load = (module, filename) => {
		if (!compiled.has(filename)) compiled.set(filename, compile(filename));
		module._compile(compiled.get(filename), filename);
	};
	// Before all others, which are tried in this order: beside FluxImage.node.ts lies its codex in JSON.
	const others = { ...Module._extensions };
	for (const extension of Object.keys(others)) delete Module._extensions[extension];
	Object.assign(Module._extensions, { '.ts': load, ...others });
}

const createRunner = (options) => new ResidentRunner(options);
createRunner.inject = tokens(commonTokens.options);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, NAME, createRunner)];
