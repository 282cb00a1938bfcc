import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

import { useBinaryMode } from '../../tooling/engine/engine';
import { alone } from './alone';
import { byHand } from './byHand';
import { lightness } from './lightness';
import { limits } from './limits';
import { plotSvg } from './plot';
import { polls } from './polls';
import { machine, sectionText } from './report';
import type { Part, Section } from './section';
import { streaming } from './streaming';
import { throughput } from './throughput';
import { together } from './together';
import { waiting } from './waiting';
import { workers } from './workers';

/** The parts, in the order of the report. */
const PARTS: Readonly<Record<string, Part>> = {
	alone,
	together,
	byHand,
	polls,
	limits,
	streaming,
	waiting,
	lightness,
	throughput,
	workers,
};

const PROJECT = join(__dirname, '../..');
const DOCUMENT = join(PROJECT, 'docs', 'benchmarks.md');
const PLOT = join('images', 'benchmarks.svg');

/** What was found by each part, and when and where; parts that are not run again stay as they were. */
const RESULTS = join(__dirname, 'results.json');

interface Result {
	readonly section: Section;
	readonly seed: number;
	readonly repeats: number;
	readonly day: string;
	readonly machine: string;
	readonly seconds: number;
}

interface BenchOptions {
	only?: string[];
	seed: number;
	repeats: number;
}

const program: Command = new Command('npm run bench --')
	.description('Measures the node against its goals, and writes docs/benchmarks.md.')
	.addOption(new Option('--only <parts...>', 'run only these parts').choices(Object.keys(PARTS)))
	.option('--seed <number>', 'seed of the job lengths', wholeNumber, 1)
	.option('--repeats <number>', 'how often each measurement is made', wholeNumber, 3);

async function main(): Promise<void> {
	const { only, seed, repeats } = program.parse().opts<BenchOptions>();
	await useBinaryMode('filesystem');
	const results = await readResults();
	for (const name of only ?? Object.keys(PARTS)) {
		console.log(`\n${name} ...`);
		const startedMs = Date.now();
		const section = await PARTS[name]!({ seed, repeats });
		const seconds = Math.round((Date.now() - startedMs) / 1_000);
		const day = new Date().toISOString().slice(0, 10);
		results[name] = { section, seed, repeats, day, machine: machine(), seconds };
		console.log(`${await formatted(sectionText(section), DOCUMENT)}\n(${seconds} s)`);
		await writeFormatted(RESULTS, JSON.stringify(results));
		await writeReport(results);
	}
	console.log('\nWritten: docs/benchmarks.md');
}

function wholeNumber(text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number > 0) return number;
	throw new InvalidArgumentError('It must be a whole number above 0.');
}

async function readResults(): Promise<Record<string, Result>> {
	const text = await readFile(RESULTS, 'utf8').catch(() => '{}');
	return JSON.parse(text) as Record<string, Result>;
}

async function writeReport(results: Record<string, Result>): Promise<void> {
	const found = Object.keys(PARTS).flatMap((name) => results[name] ?? []);
	const charts = found.flatMap(({ section }) => section.bars ?? []);
	const behind = found.flatMap(({ section }) => section.goals.filter(({ met }) => !met));
	const text = [
		'# Benchmarks',
		'Written by `npm run bench`; nothing in it asserts a time. Values are medians, with the least and the most in brackets.',
		behind.length === 0
			? 'All goals are met.'
			: `Behind their goals: ${behind.map(({ what }) => what).join('; ')}.`,
		`![Wall time, lag and throughput](${PLOT})`,
		...found.map((result) => [sectionText(result.section), provenance(result)].join('\n\n')),
	].join('\n\n');
	await mkdir(join(PROJECT, 'docs', 'images'), { recursive: true });
	await writeFile(join(PROJECT, 'docs', PLOT), plotSvg(charts));
	await writeFormatted(DOCUMENT, text);
}

async function writeFormatted(file: string, text: string): Promise<void> {
	await writeFile(file, await formatted(text, file));
}

/** As `npm run format` would leave the file. */
async function formatted(text: string, file: string): Promise<string> {
	const { format, resolveConfig } = await import('prettier');
	return await format(text, { ...(await resolveConfig(file)), filepath: file });
}

function provenance({ day, machine: where, seed, repeats, seconds }: Result): string {
	return `_${day}; ${where}; seed ${seed}, repeated ${repeats} times; ${seconds} s._`;
}

void main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
